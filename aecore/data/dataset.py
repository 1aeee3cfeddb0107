"""Data sets: labeled pictures, checked and fingerprinted."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from aecore.config import SHAPE
from aecore.errors import DataError

MAX_DIGITS = 100_000
"""Most pictures that a set may hold for training, and again for testing."""
MNIST_FINGERPRINT = "5a4d4600f9ae243d"
ARRAY_NAMES = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """Shape, classes and names of the pictures of a data set."""

    name: str
    """On the command line and in `AECORE_DATA`."""
    title: str
    shape: tuple[int, int] = SHAPE
    """Height and width of a picture in pixels."""
    classes: tuple[str, ...] = tuple("0123456789")
    """By label."""
    noun: str = "digit"
    """One of the pictures."""
    nouns: str = "digits"

    @property
    def n_pixels(self) -> int:
        """Number of pixels of a picture."""
        return math.prod(self.shape)


MNIST = DatasetSpec(name="mnist", title="MNIST")
BUNDLED = DatasetSpec(name="bundled", title="scikit-learn's digits")


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Pictures and labels, split for training and testing; the arrays are read-only.

    Raises
    ------
    DataError
        If an array has another shape or type than documented, or a label has no class.
    """

    train_images: np.ndarray
    """(N, 784) uint8, white (255) on black (0)."""
    train_labels: np.ndarray
    """(N,) uint8, numbers of the classes."""
    test_images: np.ndarray
    """(M, 784) uint8."""
    test_labels: np.ndarray
    """(M,) uint8."""
    kind: str
    """`folder`, `cache`, `openml`, or the name of another data set."""
    source: str
    """Origin of the pictures, in one line for people."""
    note: str = ""
    """Reason why no better source is in use, or what looks wrong with the pictures, in one line;
    empty where nothing went wrong."""
    spec: DatasetSpec = MNIST
    fingerprint: str = ""
    """First 16 hex digits of the SHA-256 over each array's shape, as Python writes it, and bytes,
    in the order above. The same pictures have the same fingerprint whatever the source. Computed
    here where it is left empty."""

    def __post_init__(self) -> None:
        _check_split(self.spec, self.train_images, self.train_labels, "train")
        _check_split(self.spec, self.test_images, self.test_labels, "test")
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
        """True for exactly MNIST's 60,000 and 10,000 digits."""
        return self.fingerprint == MNIST_FINGERPRINT


def _check_split(spec: DatasetSpec, images: np.ndarray, labels: np.ndarray, split: str) -> None:
    if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != spec.n_pixels:
        raise DataError(
            f"{split} images must be bytes of shape (N, {spec.n_pixels}), "
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
    if labels.max() >= len(spec.classes):
        raise DataError(f"{split} labels must be 0 to {len(spec.classes) - 1}, not {labels.max()}.")


def _fingerprint(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in arrays.values():
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
