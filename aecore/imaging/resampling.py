"""Resizing of pictures, and undoing an enlargement that has repeated each pixel."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

MIN_REPEATS = 3.0
"""How often each pixel is repeated at least, where that is no whole number."""
_MIN_EDGES = 4
"""Columns and rows at which something changes; a rectangle or two are no enlargement."""


def undo_enlargement(gray: np.ndarray) -> tuple[np.ndarray, float]:
    """Undo an enlargement that has repeated each pixel.

    Parameters
    ----------
    gray : ndarray of shape (H, W)

    Returns
    -------
    ndarray of shape (h, w)
        One pixel for each square; `gray` itself where there are none.
    float
        Side of a square in pixels; the mean, where it is no whole number.
    """
    edges = [
        np.flatnonzero((np.diff(gray, axis=axis) != 0).any(axis=1 - axis)) + 1 for axis in (0, 1)
    ]
    if min(map(len, edges)) < _MIN_EDGES:
        return gray, 1.0
    side: float = math.gcd(*(int(np.gcd.reduce(np.diff(each))) for each in edges))
    if side > 1:
        centers = [
            np.clip(np.arange(-(-each[0] % side), n, side) + side // 2, 0, n - 1)
            for each, n in zip(edges, gray.shape, strict=True)
        ]
    else:
        counts = [_original_length(each, n) for each, n in zip(edges, gray.shape, strict=True)]
        scales = np.divide(gray.shape, counts)
        if scales.min() < MIN_REPEATS or scales.max() > 1.1 * scales.min():
            return gray, 1.0
        pairs = zip(counts, scales, strict=True)
        centers = [((np.arange(count) + 0.5) * scale).astype(int) for count, scale in pairs]
        side = scales.mean()
    return gray[np.ix_(*centers)], float(side)


def _original_length(edges: np.ndarray, length: int) -> int:
    """Return the fewest pixels that, repeated to `length`, change at `edges`; else `length`.

    Each pixel's border is rounded to a whole number.
    """
    if np.diff(edges).min() < int(MIN_REPEATS):
        return length
    for count in range(len(edges) + 1, int(length / MIN_REPEATS) + 1):
        scale = length / count
        if (np.abs(edges - np.rint(edges / scale) * scale) <= 0.5).all():
            return count
    return length


def shrink(gray: np.ndarray, side: int) -> np.ndarray:
    """Shrink (H, W) to at most `side` pixels on the longer side, keeping the proportions."""
    longest = max(gray.shape)
    if longest <= side:
        return gray
    height, width = (max(1, round(n * side / longest)) for n in gray.shape)
    return resize(gray, (height, width))


def resize(
    gray: np.ndarray,
    shape: tuple[int, int],
    kernel: Image.Resampling = Image.Resampling.BICUBIC,
) -> np.ndarray:
    """Resize a picture to `shape`, interpolating; values are clipped to 0..1."""
    picture = Image.fromarray(np.ascontiguousarray(gray, dtype=np.float32))
    return np.clip(np.asarray(picture.resize(shape[::-1], kernel)), 0, 1)
