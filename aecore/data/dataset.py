"""A set of labeled digits, checked and fingerprinted, and its compact copy on disk."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from aecore.config import N_PIXELS
from aecore.errors import DataError
from aecore.system import atomic_file

MAX_DIGITS = 100_000
"""Most digits that a set may hold for training, and again for testing."""
MNIST_FINGERPRINT = "5a4d4600f9ae243d"
ARRAY_NAMES = ("train_images", "train_labels", "test_images", "test_labels")

CACHE_FILE = "mnist.safetensors"
CACHE_FORMAT = "aecore digits 1"
MAX_CACHE_BYTES = 2 * MAX_DIGITS * (N_PIXELS + 1) + 100_000

SourceKind = Literal["folder", "cache", "openml", "bundled"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Digits and labels, split for training and testing; the arrays are read-only.

    Raises
    ------
    DataError
        If an array has another shape or type than documented, or a label is above 9.
    """

    train_images: np.ndarray
    """(N, 784) uint8, white (255) on black (0)."""
    train_labels: np.ndarray
    """(N,) uint8, 0 to 9."""
    test_images: np.ndarray
    """(M, 784) uint8."""
    test_labels: np.ndarray
    """(M,) uint8."""
    kind: SourceKind
    """Which of the four sources this is."""
    source: str
    """The same in one line for people."""
    note: str = ""
    """Why no better source is in use, in one line; empty where nothing went wrong."""
    fingerprint: str = ""
    """First 16 hex digits of the SHA-256 over each array's shape, as Python writes it, and bytes,
    in the order above. The same digits have the same fingerprint whatever the source. Computed
    here where it is left empty."""

    def __post_init__(self) -> None:
        _check_split(self.train_images, self.train_labels, "train")
        _check_split(self.test_images, self.test_labels, "test")
        for name, array in self.arrays.items():
            view = array.view()  # the caller's own array stays writable
            view.setflags(write=False)
            object.__setattr__(self, name, view)
        if not self.fingerprint:
            object.__setattr__(self, "fingerprint", _fingerprint(self.arrays))

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The four arrays by name, in the order of the fingerprint."""
        return {name: getattr(self, name) for name in ARRAY_NAMES}

    @property
    def is_mnist(self) -> bool:
        """Whether these are exactly MNIST's 60,000 and 10,000 digits."""
        return self.fingerprint == MNIST_FINGERPRINT


def cache_dir() -> Path:
    """Folder of the cache: `AECORE_CACHE`, else `aecore` in the user's cache folder."""
    named = os.environ.get("AECORE_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache")
    return Path(os.path.expanduser(named or os.path.join(base, "aecore")))


def save_cache(dataset: Dataset) -> None:
    """Keep a set of digits as one file in `cache_dir`: whole, or not at all.

    Raises
    ------
    OSError
        If the folder cannot be written or its disk is full; an earlier file stays as it was.
    """
    from safetensors.numpy import save

    metadata = {
        "format": CACHE_FORMAT,
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    atomic_file.write(folder / CACHE_FILE, save(dataset.arrays, metadata), durable=True)


def load_cache() -> Dataset | None:
    """The set of digits kept by an earlier download, verified; None if there is none.

    A damaged file counts as none, after a warning in the log: the next download replaces it.
    """
    path = cache_dir() / CACHE_FILE
    try:
        return _read_cache(path) if path.exists() else None
    except (DataError, OSError) as error:
        logger.warning("The cached digits are not used: %s", error)
        return None


def _read_cache(path: Path) -> Dataset:
    from safetensors import SafetensorError, safe_open

    if path.stat().st_size > MAX_CACHE_BYTES:
        raise DataError(f"{path}: larger than {MAX_DIGITS:,} digits can be. Delete the file.")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in ARRAY_NAMES}
    except SafetensorError as error:
        raise DataError(f"{path}: damaged ({error}). Delete the file.") from error
    if metadata.get("format") != CACHE_FORMAT:
        found = metadata.get("format")
        raise DataError(f"{path}: its format is {found!r}, not {CACHE_FORMAT!r}. Delete the file.")
    dataset = Dataset(**arrays, kind="cache", source=f"{metadata.get('source')} (cached)")
    if dataset.fingerprint != metadata.get("fingerprint"):
        raise DataError(f"{path}: its digits are not those that were saved. Delete the file.")
    return dataset


def _check_split(images: np.ndarray, labels: np.ndarray, split: str) -> None:
    if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != N_PIXELS:
        raise DataError(
            f"{split} images must be bytes of shape (N, {N_PIXELS}), "
            f"not {images.dtype} of shape {images.shape}."
        )
    if not 1 <= len(images) <= MAX_DIGITS:
        raise DataError(f"{len(images):,} {split} images, but 1 to {MAX_DIGITS:,} are needed.")
    if labels.dtype != np.uint8 or labels.ndim != 1:
        raise DataError(
            f"{split} labels must be bytes of shape (N,), "
            f"not {labels.dtype} of shape {labels.shape}."
        )
    if len(labels) != len(images):
        raise DataError(f"{len(images):,} {split} images, but {len(labels):,} {split} labels.")
    if labels.max() > 9:
        raise DataError(f"{split} labels must be 0 to 9, not {labels.max()}.")


def _fingerprint(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in arrays.values():
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()[:16]
