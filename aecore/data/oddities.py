"""Pictures that look wrong: almost black, inverted, or lying on their side."""

from __future__ import annotations

import numpy as np

from aecore.config import SHAPE
from aecore.data.dataset import Dataset
from aecore.data.known_names import TEN_DIGITS

_SAMPLE = 1_000
"""Pictures that are looked at; the order of the rest is the same."""
_DARK = 32
"""Gray level that no picture reaches where all are almost black."""
_PAPER = 170
"""Mean gray level of the pictures' edges from which they look inverted: MNIST's is 0."""
_LYING = 1.5
"""How much farther the ink of 1s spreads across than down where they lie on their side: it is 0.3
for MNIST, and 1 for pictures without a direction."""
_FEWEST_ONES = 5


def find_oddities(dataset: Dataset) -> str:
    """Return a warning about training pictures that look wrong; empty where none is due.

    Whether they are inverted or lie on their side is asked of pictures like MNIST's alone.
    """
    images = dataset.train_images[:: max(1, len(dataset.train_images) // _SAMPLE)]
    labels = dataset.train_labels[:: max(1, len(dataset.train_labels) // _SAMPLE)]
    pictures = images.reshape(-1, *dataset.spec.shape)
    if images.max() < _DARK:
        return (
            f"The pictures are almost black: their brightest pixel is {images.max()} of 255. Gray "
            "values of 0 to 1 must be multiplied by 255 before they are saved as bytes."
        )
    if dataset.spec.shape != SHAPE or dataset.spec.classes != TEN_DIGITS:
        return ""
    edges = np.concatenate([pictures[:, [0, -1]].ravel(), pictures[:, :, [0, -1]].ravel()])
    if edges.mean() > _PAPER:
        return (
            "The pictures look inverted: their edges are bright, and MNIST is white on black. "
            "Subtract them from 255."
        )
    if lie_on_their_side(pictures[labels == 1]):
        return (
            "The pictures look transposed or rotated: their 1s lie on their side, as in EMNIST's "
            "files. Swap the rows and columns of each picture."
        )
    return ""


def lie_on_their_side(upright: np.ndarray) -> bool:
    """Return whether pictures (N, H, W) of an upright character, such as 1, lie on their side."""
    ones = upright[:: max(1, len(upright) // _SAMPLE)].astype(np.float64)
    return len(ones) >= _FEWEST_ONES and _spread(ones, axis=2) > _LYING * _spread(ones, axis=1)


def _spread(pictures: np.ndarray, *, axis: int) -> float:
    """Return the mean variance of the ink's position along an axis, in square pixels."""
    mass = pictures.sum(axis=3 - axis)  # (N, 28)
    mass /= np.maximum(mass.sum(axis=1, keepdims=True), 1.0)
    places = np.arange(mass.shape[1])
    return float((mass @ places**2 - (mass @ places) ** 2).mean())
