"""Pictures made larger and smaller, and what was enlarged brought back."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

SQUARES = 3.0
"""How many pixels long squares must be at least to be told, where that is no whole number."""


def unmagnified(gray: np.ndarray) -> tuple[np.ndarray, float]:
    """Undo an enlargement that has repeated each pixel.

    Parameters
    ----------
    gray : ndarray of shape (H, W)

    Returns
    -------
    ndarray of shape (h, w)
        One pixel for each square; `gray` itself where there are none.
    float
        How many pixels a square is long; of an enlargement by no whole number in the mean.
    """
    changes = []
    for axis in (0, 1):
        differs = (np.diff(gray, axis=axis) != 0).any(axis=1 - axis)
        changes.append(np.flatnonzero(differs) + 1)
    if min(map(len, changes)) < 4:  # a rectangle or two are no enlargement
        return gray, 1.0
    side = math.gcd(*(int(np.gcd.reduce(np.diff(each))) for each in changes))
    if side > 1:
        rows, columns = (
            np.clip(np.arange(-(-each[0] % side), n, side) + side // 2, 0, n - 1)
            for each, n in zip(changes, gray.shape, strict=True)
        )
        return gray[np.ix_(rows, columns)], float(side)
    counts = [_pixels_before(each, n) for each, n in zip(changes, gray.shape, strict=True)]
    scales = [n / count for n, count in zip(gray.shape, counts, strict=True)]
    if min(scales) < SQUARES or max(scales) > 1.1 * min(scales):
        return gray, 1.0
    rows, columns = (
        ((np.arange(count) + 0.5) * scale).astype(int)
        for count, scale in zip(counts, scales, strict=True)
    )
    return gray[np.ix_(rows, columns)], float(np.mean(scales))


def _pixels_before(changes: np.ndarray, length: int) -> int:
    """How many pixels, repeated to `length`, have all their edges at `changes`; else `length`.

    The fewest that do, an edge being rounded to the next pixel.
    """
    most = int(length / SQUARES)
    if np.diff(changes).min() < int(SQUARES):
        return length
    for count in range(len(changes) + 1, most + 1):
        scale = length / count
        if (np.abs(changes - np.rint(changes / scale) * scale) <= 0.5).all():
            return count
    return length


def shrunk(gray: np.ndarray, side: int) -> np.ndarray:
    """Shrink (H, W) to at most `side` pixels on the longer side, proportions kept."""
    longest = max(gray.shape)
    if longest <= side:
        return gray
    return resized(gray, tuple(max(1, round(n * side / longest)) for n in gray.shape))


def resized(
    gray: np.ndarray,
    shape: tuple[int, ...],
    kernel: Image.Resampling = Image.Resampling.BICUBIC,
) -> np.ndarray:
    """Scale smoothly to `shape`."""
    picture = Image.fromarray(np.ascontiguousarray(gray, dtype=np.float32))
    return np.clip(np.asarray(picture.resize(shape[::-1], kernel)), 0, 1)
