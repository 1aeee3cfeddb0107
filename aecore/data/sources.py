"""Where the digits come from: a named folder, the cache, OpenML, or scikit-learn's own."""

from __future__ import annotations

import gzip
import logging
import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np

from aecore.config import N_PIXELS, SHAPE
from aecore.data.dataset import (
    ARRAY_NAMES,
    MAX_DIGITS,
    MNIST_FINGERPRINT,
    Dataset,
    SourceKind,
    cache_dir,
    load_cache,
)
from aecore.data.download_process import DownloadJob
from aecore.data.openml import DownloadProgress, download
from aecore.errors import DataError
from aecore.imaging.levels import to_unit

__all__ = [
    "MNIST_FINGERPRINT",
    "Dataset",
    "DownloadJob",
    "DownloadProgress",
    "SourceKind",
    "cache_dir",
    "download",
    "downloads_allowed",
    "load",
    "load_bundled",
    "load_cache",
    "load_folder",
    "to_unit",
]

IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
NPZ_FILE = "mnist.npz"
NPZ_KEYS = dict(zip(ARRAY_NAMES, ("x_train", "y_train", "x_test", "y_test"), strict=True))
N_BUNDLED_TRAIN = 1_297

Shape: TypeAlias = tuple[int, ...]

logger = logging.getLogger(__name__)


def downloads_allowed() -> bool:
    """Whether MNIST may be fetched; `AECORE_DOWNLOAD=off` says no."""
    return os.environ.get("AECORE_DOWNLOAD", "on").lower() not in ("off", "0", "no", "false")


def load(
    folder: str | Path | None = None,
    *,
    allow_download: bool = True,
    progress: Callable[[DownloadProgress], None] | None = None,
) -> Dataset:
    """Load the digits from the best source at hand.

    Parameters
    ----------
    folder : path, optional
        Where MNIST's files are; empty or None means `AECORE_DATA`. If either is named, no other
        source is looked at.
    allow_download : bool
        Whether to fetch MNIST if it is neither named nor cached. A failure is logged and told in
        the result's `note`, and the bundled digits are used.
    progress : callable, optional
        See `download`.

    Raises
    ------
    DataError
        If a folder is named and cannot be used, or no source is left.
    """
    named = folder or os.environ.get("AECORE_DATA")
    if named:
        return load_folder(named)
    cached = load_cache()
    if cached is not None:
        return cached
    if not allow_download:
        return load_bundled()
    try:
        return download(progress=progress)
    except DataError as error:
        logger.warning("%s", error)
        return replace(load_bundled(), note=str(error))


def load_folder(path: str | Path) -> Dataset:
    """Load the four IDX files, gzipped or not, or else the `mnist.npz` of a folder.

    Raises
    ------
    DataError
        If the folder or a file is missing or cannot be read, or a file holds something else.
    """
    folder = Path(os.path.expanduser(path))
    if not folder.is_dir():
        found = "it is a file" if folder.exists() else "it does not exist"
        raise DataError(f"{folder}: not a folder, {found}. Name the folder that holds MNIST.")
    files = {name: _find(folder, stem) for name, stem in IDX_FILES.items()}
    if any(files.values()):
        return _load_idx(folder, files)
    if (folder / NPZ_FILE).is_file():
        return _load_npz(folder / NPZ_FILE)
    raise DataError(
        f"{folder}: holds neither {IDX_FILES['train_images']}.gz and its three companions "
        f"nor {NPZ_FILE}. Name the folder that holds MNIST."
    )


def load_bundled() -> Dataset:
    """Load scikit-learn's 1,797 digits of 8x8 pixels, framed as MNIST's are.

    The first 1,297 are for training, the last 500 for testing.

    Raises
    ------
    DataError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            f"No digits at hand: {error}. Install scikit-learn, or name a folder that holds MNIST "
            "with --data or AECORE_DATA."
        ) from error
    from aecore.digits.normalization import frame

    small = load_digits()
    framed = np.stack([frame(ink) for ink in small.images / 16])  # (1797, 28, 28), in 0..1
    images = np.rint(framed * 255).astype(np.uint8).reshape(-1, N_PIXELS)
    labels = small.target.astype(np.uint8)
    return Dataset(
        train_images=images[:N_BUNDLED_TRAIN],
        train_labels=labels[:N_BUNDLED_TRAIN],
        test_images=images[N_BUNDLED_TRAIN:],
        test_labels=labels[N_BUNDLED_TRAIN:],
        kind="bundled",
        source="scikit-learn's 1,797 bundled digits (MNIST not at hand)",
    )


# IDX files


def _find(folder: Path, stem: str) -> Path | None:
    return next((p for p in (folder / stem, folder / f"{stem}.gz") if p.is_file()), None)


def _load_idx(folder: Path, files: dict[str, Path | None]) -> Dataset:
    for name, path in files.items():
        if path is None:
            raise DataError(
                f"{folder}: {IDX_FILES[name]}, with or without .gz, is missing beside the others. "
                "Add it."
            )
    arrays = {name: _read_idx(path, _item_shape(name)) for name, path in files.items()}
    return _folder_dataset(folder, arrays, source=f"IDX files in {folder}")


def _read_idx(path: Path, item_shape: Shape) -> np.ndarray:
    """The items of one file: uint8 of shape (N, *item_shape)."""
    with _refusing_damage(path), _open_idx(path) as file:
        shape = _idx_shape(path, file.read(_idx_header_size(item_shape)), item_shape)
        size = math.prod(shape)
        body = file.read(size + 1)  # the byte too many also makes gzip check its sum
    if len(body) != size:
        found = "more" if len(body) > size else f"{len(body):,}"
        raise DataError(
            f"{path}: {shape[0]:,} items take {size:,} bytes, found {found}. Fetch the file again."
        )
    return np.frombuffer(body, np.uint8).reshape(shape)


def _open_idx(path: Path) -> IO[bytes]:
    """Look for gzip inside, not at the name: browsers unpack files and leave them their .gz."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")


def _idx_shape(path: Path, header: bytes, item_shape: Shape) -> Shape:
    magic = bytes([0, 0, 8, 1 + len(item_shape)])  # bytes, in so many dimensions
    if header[:4] != magic:
        raise DataError(
            f"{path}: begins with {header[:4].hex() or 'nothing'}, not {magic.hex()}, so it is not "
            "the IDX file its name says. Fetch the file again."
        )
    if len(header) < _idx_header_size(item_shape):
        raise DataError(f"{path}: ends within its header. Fetch the file again.")
    shape = tuple(np.frombuffer(header, ">u4")[1:].tolist())
    _check_shape(path.name, path, shape, item_shape)
    return shape


def _idx_header_size(item_shape: Shape) -> int:
    return 4 * (2 + len(item_shape))


# mnist.npz


def _load_npz(path: Path) -> Dataset:
    with _refusing_damage(path), zipfile.ZipFile(path) as archive:
        arrays = {
            name: _read_npy(path, archive, key, _item_shape(name)) for name, key in NPZ_KEYS.items()
        }
    return _folder_dataset(path, arrays, source=f"{path.name} in {path.parent}")


def _read_npy(path: Path, archive: zipfile.ZipFile, key: str, item_shape: Shape) -> np.ndarray:
    """One array of an npz: numpy's own reader would allocate whatever the header claims."""
    member = f"{key}.npy"
    if member not in archive.namelist():
        raise DataError(f"{path}: has no array {key}. It must hold {', '.join(NPZ_KEYS.values())}.")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"{key} has the unusual format {version}")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype != np.uint8:
        raise DataError(f"{path}: {key} holds {dtype}, not uint8. Fetch the file again.")
    _check_shape(key, path, shape, item_shape)
    with archive.open(member) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):
            raise ValueError(f"{key} is longer than it says")
    return np.ascontiguousarray(array)


# Both kinds of files


def _item_shape(name: str) -> Shape:
    return SHAPE if name.endswith("images") else ()


def _check_shape(what: str, path: Path, shape: Shape, item_shape: Shape) -> None:
    """Refuse by the header, before anything of that size is allocated."""
    if shape[1:] != item_shape or len(shape) != 1 + len(item_shape):
        wanted = " x ".join(str(size) for size in ("N", *item_shape))
        found = " x ".join(f"{size:,}" for size in shape) or "a single value"
        raise DataError(f"{path}: {what} is {found}, not {wanted}. Name a folder with MNIST.")
    if not 1 <= shape[0] <= MAX_DIGITS:
        raise DataError(
            f"{path}: {what} claims {shape[0]:,} items; 1 to {MAX_DIGITS:,} can be used. "
            "Fetch the file again."
        )


def _folder_dataset(path: Path, arrays: dict[str, np.ndarray], *, source: str) -> Dataset:
    flat = {
        name: array.reshape(-1, N_PIXELS) if name.endswith("images") else array
        for name, array in arrays.items()
    }
    try:
        return Dataset(**flat, kind="folder", source=source)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    """Turn what the readers of gzip, zip and npy raise into one message."""
    try:
        yield
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        ValueError,
        SyntaxError,  # a npy header is a Python literal, of which numpy checks the ordinary faults
        tokenize.TokenError,
        RuntimeError,  # an encrypted zip, or one compressed in an unknown way
    ) as error:
        detail = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: cannot be read ({detail}). Fetch the file again.") from error
