"""Numbers of a file to pictures of bytes and to labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from aecore.data.large_arrays import new_array
from aecore.data.limits import Shape, check_pictures
from aecore.errors import DataError

SOME_LEVELS = 16
"""The brightest level of scikit-learn's 8x8 digits."""


def picture_shape(where: str, shape: Shape) -> Shape:
    """Return the shape (H, W) or (H, W, 3) of the pictures in an array of a shape.

    Known are (N, H, W), (N, H, W, 1), (N, H, W, 3), and the same with the channels first; (N, P)
    where P values make a square, in gray or in RGB.

    Raises
    ------
    DataError
        If the shape is another one, or the pictures are too many or too large.
    """
    item = _item_shape(shape)
    if item is None:
        found = " x ".join(f"{size:,}" for size in shape) or "a single value"
        raise DataError(
            f"{where} is {found}, which holds no pictures. Save it as N x H x W, N x H x W x 3, "
            "or N x P with P a square number."
        )
    check_pictures(where, shape[0], item)
    return item


def _item_shape(shape: Shape) -> Shape | None:
    item = shape[1:]
    if len(item) == 1:
        for channels in (1, 3):
            side = math.isqrt(max(item[0], 0) // channels)
            if side * side * channels == item[0]:
                return (side, side, 3)[: 3 if channels == 3 else 2]
        return None
    if len(item) == 3 and item[2] == 1:
        return item[:2]
    if len(item) == 3 and item[0] in (1, 3) and item[2] != 3:
        return (*item[1:], 3)[: 3 if item[0] == 3 else 2]
    return item if len(item) == 2 or (len(item) == 3 and item[2] == 3) else None


def to_pictures(chunk: np.ndarray, item: Shape) -> np.ndarray:
    """Return values (n, ...) as pictures (n, *item), where `picture_shape` has given `item`."""
    if len(item) == 3 and chunk.ndim == 4 and chunk.shape[3] != 3:
        chunk = np.moveaxis(chunk, 1, 3)
    return chunk.reshape(len(chunk), *item)


Chunks = Callable[[], Iterable[np.ndarray]]


def gray_levels(where: str, count: int, item: Shape, chunks: Chunks) -> np.ndarray:
    """Convert numbers to levels of 0..255, scaling those of 0..1 and of 0..16.

    Parameters
    ----------
    where : str
        The file and the array, at the beginning of the message.
    count : int
    item : (H, W) or (H, W, 3)
    chunks : callable
        Gives the values from the beginning, chunk by chunk, twice if they must be looked at first.

    Returns
    -------
    ndarray of shape (count, *item), uint8

    Raises
    ------
    DataError
        If the values are not levels of 0 to 1 or of 0 to 255; a NaN is none.
    """
    scale = _scale(where, chunks)
    levels, row = new_array((count, *item)), 0
    for chunk in chunks():
        values = chunk if chunk.dtype == np.uint8 else np.rint(chunk * scale)
        levels[row : row + len(chunk)] = to_pictures(values, item)
        row += len(chunk)
    return levels


def _scale(where: str, chunks: Chunks) -> float:
    """Return the factor that brings values to 0..255."""
    low, high, kind = np.inf, -np.inf, np.dtype(np.uint8)
    for chunk in chunks():
        kind = chunk.dtype
        if kind == np.uint8:
            return 1
        if kind.kind == "b":
            return 255
        low, high = np.fmin(low, chunk.min()), np.fmax(high, chunk.max())
        if np.isnan(chunk.min()):
            low = high = np.nan
            break
    if not (low >= 0 and high <= 255):  # not where there is a NaN
        raise DataError(
            f"{where} holds {kind} from {low:g} to {high:g}, not gray values of 0 to 1 or of "
            "0 to 255. Convert it."
        )
    if high <= 1:
        return 255
    return 255 / SOME_LEVELS if high <= SOME_LEVELS else 1


def plain_labels(where: str, labels: np.ndarray, *, are_digits: bool) -> np.ndarray:
    """Return labels (N,) as whole numbers or names; one-hot ones and those in a column too.

    Raises
    ------
    DataError
        If they are neither, or digits are not 0 to 9.
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2:
        labels = _from_one_hot(where, labels)
    if labels.ndim != 1:
        raise DataError(f"{where} is {labels.ndim}-dimensional. Save one label for each picture.")
    if labels.dtype.kind in "US":
        return labels.astype(str)
    low, high = labels.min(), labels.max()
    whole = np.isfinite([low, high]).all() and (labels == np.rint(labels)).all()
    if not whole or (are_digits and not 0 <= low <= high <= 9):
        raise DataError(
            f"{where} holds {labels.dtype} from {low:g} to {high:g}, not whole numbers"
            f"{' of 0 to 9' if are_digits else ''}. Convert it."
        )
    return labels.astype(np.int64)


def _from_one_hot(where: str, labels: np.ndarray) -> np.ndarray:
    ones = labels == 1
    if not ((ones | (labels == 0)).all() and (ones.sum(axis=1) == 1).all()):
        raise DataError(
            f"{where} has several columns that are no one-hot labels. Save one number, "
            "0 to 9, for each picture."
        )
    return ones.argmax(axis=1)
