"""Data sets: labeled pictures, checked and fingerprinted."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from aecore.config import SHAPE
from aecore.data.known_names import TEN_DIGITS
from aecore.data.limits import MAX_CLASSES, MAX_PICTURES, Shape
from aecore.data.splitting import sample
from aecore.errors import DataError

MNIST_FINGERPRINT = "5a4d4600f9ae243d"
MAX_ATLAS = 10_000
"""Most test pictures that a model is measured on, and whose codes a checkpoint keeps."""
MAX_MEASURED = 60_000
"""Most training pictures that a model is measured on."""
_MEASURED_VALUES = 100_000_000
"""Most values of those of either kind, as floating numbers at once."""
ARRAY_NAMES = ("train_images", "train_labels", "test_images", "test_labels")


DIGIT = "digit"


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """Shape, classes and names of the pictures of a data set."""

    name: str
    """On the command line and in `AECORE_DATA`."""
    title: str
    shape: Shape = SHAPE
    """Height and width of a picture in pixels, and 3 after them where it is in RGB."""
    classes: tuple[str, ...] = TEN_DIGITS
    """Names by label; empty where the pictures have no labels."""
    noun: str = DIGIT
    """One of the pictures."""
    nouns: str = f"{DIGIT}s"

    @property
    def n_pixels(self) -> int:
        """Number of values of a picture: its pixels, three times as many in RGB."""
        return math.prod(self.shape)

    @property
    def shows_digits(self) -> bool:
        """Whether the pictures are digits of MNIST's size and classes."""
        return (self.shape, self.classes, self.noun) == (SHAPE, TEN_DIGITS, DIGIT)

    @property
    def label_type(self) -> type[np.unsignedinteger]:
        """Type of the labels' array."""
        return np.uint8 if len(self.classes) <= 256 else np.uint16


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
    """(N, P) uint8, P the product of the pictures' shape; of MNIST white (255) on black (0)."""
    train_labels: np.ndarray
    """(N,) uint8, or uint16 of more than 256 classes: numbers of the classes, 0 where there are
    none."""
    test_images: np.ndarray
    """(M, P) uint8."""
    test_labels: np.ndarray
    """(M,) as the others."""
    kind: str
    """`folder`, `cache`, `openml`, or the name of another data set."""
    source: str
    """Origin of the pictures, in one line for people."""
    note: str = ""
    """Reason why no better source is in use, or what looks wrong with the pictures, in one line;
    empty where nothing went wrong."""
    spec: DatasetSpec = MNIST
    preparation: tuple[str, ...] = ()
    """What was done to the pictures on the way, such as a split that was made; a phrase each."""
    fingerprint: str = ""
    """First 16 hex digits of the SHA-256 over each array's shape, as Python writes it, and bytes,
    in the order above; over the pictures' shape first where that is not MNIST's. The same pictures
    have the same fingerprint whatever the source. Computed here where it is left empty."""

    def __post_init__(self) -> None:
        _check_split(self.spec, self.train_images, self.train_labels, "train")
        _check_split(self.spec, self.test_images, self.test_labels, "test")
        for name, array in self.arrays.items():
            view = array.view()  # the caller's own array stays writable
            view.setflags(write=False)
            object.__setattr__(self, name, view)
        if not self.fingerprint:
            object.__setattr__(self, "fingerprint", _fingerprint(self.spec.shape, self.arrays))

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The four arrays by name, in the order of the fingerprint."""
        return {name: getattr(self, name) for name in ARRAY_NAMES}

    def measured(self) -> Dataset:
        """Return the pictures that models are measured on, under the fingerprint of all.

        They are chosen at random with a fixed seed where there are more than 10,000 for testing or
        60,000 for training, or fewer of large pictures; otherwise this is all.
        """
        most = _MEASURED_VALUES // self.spec.n_pixels
        test = sample(len(self.test_images), min(MAX_ATLAS, most))
        train = sample(len(self.train_images), min(MAX_MEASURED, most))
        if len(test) == len(self.test_images) and len(train) == len(self.train_images):
            return self
        return replace(
            self,
            train_images=self.train_images[train],
            train_labels=self.train_labels[train],
            test_images=self.test_images[test],
            test_labels=self.test_labels[test],
        )

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
    if not 1 <= len(images) <= MAX_PICTURES:
        raise DataError(f"{len(images):,} {split} images, but 1 to {MAX_PICTURES:,} are needed.")
    if len(spec.classes) > MAX_CLASSES:
        raise DataError(f"{len(spec.classes):,} classes are more than {MAX_CLASSES:,}.")
    if labels.dtype != spec.label_type or labels.ndim != 1:
        raise DataError(
            f"{split} labels must be {np.dtype(spec.label_type)} of shape (N,), "
            f"not {labels.dtype} of shape {labels.shape}."
        )
    if len(labels) != len(images):
        raise DataError(f"{len(images):,} {split} images, but {len(labels):,} {split} labels.")
    highest = max(len(spec.classes), 1) - 1
    if labels.max() > highest:
        raise DataError(f"{split} labels must be 0 to {highest}, not {labels.max()}.")


def _fingerprint(shape: Shape, arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    if shape != SHAPE:
        digest.update(str(shape).encode())
    for array in arrays.values():
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
