"""One `.safetensors` file: weights, configuration, history, metrics, PCA and atlas.

The header's metadata holds the format version and one JSON card; the tensors are the
weights (`model.*`), the PCA baseline of the same size (`pca.*`) and the atlas (`atlas.*`):
the test digits' codes, their labels, their distances to each other, and their reconstruction
errors. Nothing in it is ever unpickled, and this module needs no torch, so that listing
checkpoints and drawing their latent spaces is quick.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse_safetensors
from safetensors.numpy import save as to_safetensors

from aecore.checkpoints.card import Card
from aecore.checkpoints.catalog import SUFFIX, find, is_name
from aecore.config import SHAPE, ModelConfig
from aecore.errors import CheckpointError, ConfigError
from aecore.latent.neighbors import NeighborIndex
from aecore.models.families import family_of
from aecore.models.pca import PCA
from aecore.system import atomic_file
from aecore.system.file_content import START, printable, stand_in

FORMAT = "2"
ANY_SHAPE = "3"
"""Format of a model of anything but digits of 28 x 28 gray pixels, which older versions refuse."""
ANY_ACTIVATION = "4"
"""Format of a model with other units than ReLU, likewise."""
_FORMATS = (FORMAT, ANY_SHAPE, ANY_ACTIVATION)
MAX_BYTES = 256 * 2**20
MAX_HEADER_BYTES = 8 * 2**20
MAX_ATLAS = 100_000
HALF_ABOVE = 1_000_000
"""Models with more weights than this are stored in float16."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """A trained model on disk."""

    name: str
    """The file's name without its suffix."""
    card: Card
    weights: Mapping[str, np.ndarray]
    """float32, named and shaped as the family's `state_shapes`; on disk see `stored_type`."""
    pca: PCA
    """The linear baseline of the same D, or as many dimensions as there are inputs, fitted to the
    same training digits."""
    codes: np.ndarray
    """(N, D) float16: the atlas, the code of every test digit, in the test set's order."""
    labels: np.ndarray
    """(N,) uint8, or uint16 of more than 256 classes: their labels, 0 where there are none."""
    distances: np.ndarray
    """(N,) float32, ascending: how far from its 10th nearest other code each code lies."""
    errors: np.ndarray
    """(N,) float32: mean squared error of every test digit's reconstruction, in the test set's
    order; the input is the clean digit, of denoisers too."""
    estimator: Mapping[str, Any] | None = None
    """Of a model that `aecore.estimator` trained: its parameters, features and their scale, which
    JSON can hold."""
    path: Path | None = None
    digest: str = ""
    """SHA-256 of the file; empty before it is saved."""

    def neighbor_index(self) -> NeighborIndex:
        """Return the nearest-neighbor index of the atlas."""
        return NeighborIndex(self.codes, own_distances=self.distances)

    def to_html(self, **options: Any) -> str:
        """Return an explorer of the model as one HTML page; see `aecore.export.page.to_html`."""
        # By its name: the explorer is built of what lies above checkpoints.
        return importlib.import_module("aecore.export.page").to_html([self], **options)

    def explore(self, **options: Any) -> Any:
        """Return the explorer, which a notebook shows; see `aecore.export.notebook.explore`."""
        return importlib.import_module("aecore.export.notebook").explore(self, **options)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the explorer, or the card where that is large."""
        return importlib.import_module("aecore.export.notebook").show(self)


def read_card(path: Path, *, whole: bool = False) -> Card:
    """Read the card alone, from the file's header, without the weights.

    Parameters
    ----------
    path : Path
    whole : bool
        Also check that the file is as long as its header says.

    Raises
    ------
    CheckpointError
        If the file is damaged, of another version, or no checkpoint.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size if whole else None
            return _card_of(path, _read_metadata(path, file, size))
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_metadata(path: Path, file: IO[bytes], size: int | None) -> dict[str, str]:
    """Read and check a file's header, and return the metadata in it."""
    start = file.read(START)
    if found := stand_in(start):
        what, advice = found
        raise CheckpointError(
            f"{printable(path.name)} cannot be used: it is no safetensors file but {what}. "
            f"{advice}."
        )
    if len(start) < 8:
        raise _damaged(path, "it is too short to be a checkpoint")
    (length,) = struct.unpack("<Q", start[:8])
    if not 2 <= length <= MAX_HEADER_BYTES:
        raise _damaged(path, "it is no safetensors file")
    file.seek(8)
    try:
        header = json.loads(file.read(length))
    except (ValueError, RecursionError):
        raise _damaged(path, "its header is cut short or is no safetensors header") from None
    if size is not None and _is_cut_short(header, size - 8 - length):
        raise _damaged(path, "its arrays are cut short")
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or "aecore" not in metadata:
        raise _damaged(path, "it holds no autoencoder of this program")
    if metadata["aecore"] not in _FORMATS:
        known = ", ".join(map(repr, _FORMATS))
        raise _damaged(path, f"its format is {metadata['aecore']!r}, this program reads {known}")
    return metadata


def _card_of(path: Path, metadata: Mapping[str, str]) -> Card:
    try:
        return Card.from_dict(json.loads(metadata["card"]))
    except (ConfigError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _damaged(path, f"its card cannot be read: {error}") from None


def _is_cut_short(header: Any, length: int) -> bool:
    """Return whether arrays are missing at the end, as after a broken download or copy."""
    try:
        ends = [each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"]
        return length < max(ends, default=0)
    except (AttributeError, LookupError, TypeError):
        return False  # other checks say what is wrong


def load(model: str | Path) -> Checkpoint:
    """Read and check a checkpoint, given its name in the models folder or its path.

    Raises
    ------
    CheckpointError
        If there is none, or it is damaged, of another version, with arrays that do not fit
        its configuration, or with values that are not finite.
    """
    return _read(find(model))


def _read(path: Path) -> Checkpoint:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _damaged(path, f"it is larger than {MAX_BYTES // 2**20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    metadata = _read_metadata(path, io.BytesIO(content), len(content))
    card = _card_of(path, metadata)
    try:
        estimator = json.loads(metadata.get("estimator", "null"))
        arrays = parse_safetensors(content)
    except (SafetensorError, KeyError, ValueError, RecursionError):
        raise _damaged(path, "its arrays are cut short or do not fit its header") from None
    try:
        _check_arrays(card, arrays)
    except ConfigError as error:
        raise _damaged(path, str(error)) from None
    return Checkpoint(
        name=path.stem,
        card=card,
        weights={
            name: arrays[f"model.{name}"].astype(np.float32, copy=False)
            for name in family_of(card.model).state_shapes(card.model)
        },
        pca=PCA(mean=arrays["pca.mean"], components=arrays["pca.components"]),
        codes=arrays["atlas.codes"],
        labels=arrays["atlas.labels"],
        distances=arrays["atlas.distances"],
        errors=arrays["atlas.errors"],
        estimator=estimator,
        path=path,
        digest=hashlib.sha256(content).hexdigest(),
    )


def stored_type(config: ModelConfig) -> type[np.floating]:
    """Return the type of the weights on disk; `save` rounds to it."""
    return np.float16 if family_of(config).count_weights(config) > HALF_ABOVE else np.float32


def require_writable(path: Path) -> None:
    """Check that a checkpoint can be saved as `path`, and make its folder.

    Raises
    ------
    CheckpointError
        If the name is no plain word or the folder cannot be written.
    """
    if not is_name(path.stem) or path.suffix != SUFFIX:
        raise CheckpointError(
            f"{path.name!r} cannot name a checkpoint: use letters, digits, '.', '_' and '-', "
            f"at most 64, and the ending {SUFFIX}."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file.staged(path, b"", durable=False):
            pass
    except OSError as error:
        raise CheckpointError(f"{path} cannot be written: {error.strerror}.") from error


def save(checkpoint: Checkpoint, path: Path) -> Checkpoint:
    """Write a checkpoint so that `path` holds either all of it or what it held before.

    Returns
    -------
    Checkpoint
        As read back from the new file, before it took its place.

    Raises
    ------
    CheckpointError
        If the name is unfit, the folder cannot be written, or the arrays do not pass the
        checks that loading makes.
    """
    require_writable(path)
    kind = stored_type(checkpoint.card.model)
    arrays = {f"model.{name}": value.astype(kind) for name, value in checkpoint.weights.items()} | {
        "pca.mean": checkpoint.pca.mean,
        "pca.components": checkpoint.pca.components,
        "atlas.codes": checkpoint.codes,
        "atlas.labels": checkpoint.labels,
        "atlas.distances": checkpoint.distances,
        "atlas.errors": checkpoint.errors,
    }
    card = checkpoint.card
    metadata = {"aecore": _format_of(card), "card": json.dumps(card.to_dict(), sort_keys=True)}
    if checkpoint.estimator is not None:
        metadata["estimator"] = json.dumps(checkpoint.estimator, sort_keys=True)
    arrays = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    content = _in_order(to_safetensors(arrays, metadata=metadata))
    try:
        with atomic_file.staged(path, content) as temporary:
            saved = _read(temporary)
            os.replace(temporary, path)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be written: {error.strerror}.") from error
    return replace(saved, path=path)


def _format_of(card: Card) -> str:
    """Return the oldest format that can hold a model."""
    if card.model.activation != "relu":
        return ANY_ACTIVATION
    is_usual = card.model.input_shape == SHAPE and card.data.shows_digits
    return FORMAT if is_usual else ANY_SHAPE


def _in_order(content: bytes) -> bytes:
    """Sort the keys of a file's header, so that equal models have equal digests."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)  # the arrays stay aligned
    return struct.pack("<Q", len(header)) + header + content[8 + length :]


def _check_arrays(card: Card, arrays: Mapping[str, np.ndarray]) -> None:
    """Check the names, shapes, types and values of all arrays of a checkpoint."""
    config = card.model
    codes = arrays.get("atlas.codes")
    count = len(codes) if codes is not None and codes.ndim == 2 else 0
    if not 1 <= count <= MAX_ATLAS:
        raise ConfigError(f"its atlas must hold 1 to {MAX_ATLAS:,} codes, it holds {count:,}")
    dim, width = config.latent_dim, config.n_inputs
    wanted: dict[str, tuple[tuple[int, ...], type]] = {
        f"model.{name}": (shape, stored_type(config))
        for name, shape in family_of(config).state_shapes(config).items()
    } | {
        "pca.mean": ((width,), np.float32),
        "pca.components": ((min(dim, width), width), np.float32),
        "atlas.codes": ((count, dim), np.float16),
        "atlas.labels": ((count,), card.data.label_type),
        "atlas.distances": ((count,), np.float32),
        "atlas.errors": ((count,), np.float32),
    }
    if set(arrays) != set(wanted):
        odd = ", ".join(sorted(set(arrays) ^ set(wanted))[:4])
        raise ConfigError(f"its arrays are not those of its configuration ({odd})")
    for name, (shape, kind) in wanted.items():
        array = arrays[name]
        if array.shape != shape or array.dtype != kind:
            raise ConfigError(
                f"{name} is {array.dtype}{list(array.shape)}, "
                f"its configuration needs {np.dtype(kind)}{list(shape)}"
            )
        if not np.isfinite(array).all():
            raise ConfigError(f"{name} holds values that are not finite")
    highest = max(len(card.data.classes), 1) - 1
    if arrays["atlas.labels"].max() > highest:
        raise ConfigError(f"its atlas holds labels above {highest}")
    if arrays["atlas.distances"][0] < 0 or (np.diff(arrays["atlas.distances"]) < 0).any():
        raise ConfigError("its atlas holds distances that are negative or not in order")
    if arrays["atlas.errors"].min() < 0:
        raise ConfigError("its atlas holds errors below zero")


def _unreadable(path: Path, error: OSError) -> CheckpointError:
    return CheckpointError(f"{printable(path.name)} cannot be read: {error.strerror}.")


def _damaged(path: Path, what: str) -> CheckpointError:
    name = printable(path.name)
    return CheckpointError(f"{name} cannot be used: {what}. Train it again, or fetch it anew.")
