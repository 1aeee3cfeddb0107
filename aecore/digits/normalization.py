"""Turn ink that is cut out into 28x28 pixels, framed as MNIST frames its digits.

The browser's canvas takes the same steps, so none of them relies on a library: sums and small
windows only, which any language can repeat with the same gray levels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aecore.config import SIDE
from aecore.errors import PictureError, ShapeError

BOX = 20
FINE_SCALE = 4
"""Strokes are measured and adjusted on a copy with this many pixels for each one of the box."""
STROKE_WIDTHS = (1.8, 4.3)
"""Thinnest and thickest strokes left unchanged, in pixels of the box: 96% of MNIST's test digits
lie between."""
STROKE_WIDTH = 2.65
"""Width that others are adjusted to: the median of MNIST's test digits."""
MAX_EDGE_SHIFT = 6.0
"""How far a stroke's edge is moved at most, in pixels of the fine copy."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Normalized:
    """A digit like MNIST's, and the widths of its strokes in pixels of the 20-pixel box."""

    stroke_width: float
    """As found."""
    target_width: float
    """As adjusted; equal to `stroke_width` where that is like MNIST's already."""
    image: np.ndarray
    """Shape (28, 28), float32 in 0..1."""


def normalize(ink: np.ndarray) -> Normalized:
    """Frame ink as MNIST does, with strokes about as wide as MNIST's.

    Parameters
    ----------
    ink : ndarray of shape (h, w), in 0..1
        White on black; the background is exactly 0.

    Raises
    ------
    ShapeError, PictureError
        As `crop`.
    """
    adjusted, width, target = adjust_strokes(ink)
    image = center(scale_to_box(adjusted))
    return Normalized(stroke_width=width, target_width=target, image=image)


def frame(ink: np.ndarray) -> np.ndarray:
    """Frame ink (h, w) in 0..1 as MNIST does, with its strokes and gray levels unchanged.

    Returns
    -------
    ndarray of shape (28, 28), float32 in 0..1

    Raises
    ------
    ShapeError, PictureError
        As `crop`.
    """
    return center(_scaled(crop(ink), BOX))


def adjust_strokes(
    ink: np.ndarray,
    *,
    widths: tuple[float, float] = STROKE_WIDTHS,
    target: float = STROKE_WIDTH,
) -> tuple[np.ndarray, float, float]:
    """Make strokes about as wide as MNIST's.

    Parameters
    ----------
    ink : ndarray of shape (h, w), in 0..1
        White on black; the background is exactly 0.
    widths : tuple of two float
        Thinnest and thickest strokes left unchanged, in pixels of the box.
    target : float
        Width that others are adjusted to.

    Returns
    -------
    ink : ndarray of shape (h, w), in 0..1
        Cropped.
    stroke_width, target_width : float
        As in `Normalized`.

    Raises
    ------
    ShapeError, PictureError
        As `crop`.
    """
    ink = crop(ink)
    fine = _equalized(_scaled(ink, FINE_SCALE * BOX))
    width = stroke_width(fine) / FINE_SCALE
    if widths[0] <= width <= widths[1]:
        return ink, width, width
    return crop(_with_edges_moved(fine, _edge_shift(width, target))), width, target


def scale_to_box(ink: np.ndarray) -> np.ndarray:
    """Scale ink (h, w) to 20 pixels on its longer side, and its brightest pixel to 1."""
    box = _scaled(ink, BOX)
    return box / box.max()


def center(box: np.ndarray) -> np.ndarray:
    """Place a box of at most 20x20 in 28x28 pixels with its center of mass at (14, 14)."""
    digit = np.zeros((SIDE, SIDE), dtype=np.float32)
    places = []
    for axis, length in enumerate(box.shape):
        middle = box.sum(axis=1 - axis) @ np.arange(length) / box.sum()
        start = min(max(_rounded(SIDE / 2 - middle), 0), SIDE - length)
        places.append(slice(start, start + length))
    digit[tuple(places)] = box
    return digit


def crop(ink: np.ndarray) -> np.ndarray:
    """Return the part of `ink` (h, w) that is not 0, as float64.

    Raises
    ------
    ShapeError
        If `ink` is no picture of at least one pixel.
    PictureError
        If every pixel is 0.
    """
    if ink.ndim != 2 or ink.size == 0:
        raise ShapeError(f"ink must have shape (H, W), not {ink.shape}.")
    rows, columns = np.flatnonzero((ink > 0).any(axis=1)), np.flatnonzero((ink > 0).any(axis=0))
    if rows.size == 0:
        raise PictureError("No digit found: every pixel is background.")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)


def stroke_width(ink: np.ndarray) -> float:
    """Return the mean width of the strokes of ink (h, w), in its pixels.

    A stroke of length l and width w has the area l w and the edge 2 l; the edge of gray ink is its
    total variation.
    """
    padded = np.pad(ink, 1)
    down = padded[1:, :-1] - padded[:-1, :-1]
    across = padded[:-1, 1:] - padded[:-1, :-1]
    return float(2 * ink.sum() / np.sqrt(down**2 + across**2).sum())


def _equalized(ink: np.ndarray) -> np.ndarray:
    """Stretch ink so that strokes are white: thin ones turn gray when scaled down."""
    return np.minimum(ink * (ink.sum() / np.square(ink).sum()), 1)


def _edge_shift(width: float, target: float) -> float:
    """Return how far edges must move in the fine copy for strokes to be `target` wide in the box.

    A shift by r makes strokes 4 width + 2 r wide and the digit 80 + 2 r long, which becomes 20.
    """
    shift = FINE_SCALE * BOX * (target - width) / (2 * (BOX - target))
    return min(max(shift, -MAX_EDGE_SHIFT), MAX_EDGE_SHIFT)


def _with_edges_moved(ink: np.ndarray, shift: float) -> np.ndarray:
    """Grow strokes by `shift` pixels on every side, or shrink them if it is negative."""
    if shift < 0:
        return 1 - _dilated(1 - np.pad(ink, 1), -shift, outside=1)
    return _dilated(np.pad(ink, math.ceil(shift) + 1), shift, outside=0)


def _dilated(ink: np.ndarray, radius: float, *, outside: float) -> np.ndarray:
    """Return the brightest pixel within a disc whose edge fades over one pixel."""
    height, width = ink.shape
    far = math.ceil(radius)
    padded = np.pad(ink, far, constant_values=outside)
    dilated = np.zeros_like(ink)
    for down in range(-far, far + 1):
        for across in range(-far, far + 1):
            weight = min(radius + 0.5 - math.hypot(down, across), 1)
            if weight > 0:
                there = padded[far + down :, far + across :][:height, :width]
                dilated = np.maximum(dilated, weight * there)
    return dilated


def _scaled(ink: np.ndarray, side: int) -> np.ndarray:
    """Scale ink (h, w) so that the longer side has `side` pixels."""
    height, width = (max(1, _rounded(n * side / max(ink.shape))) for n in ink.shape)
    scaled = _weights(ink.shape[0], height) @ ink @ _weights(ink.shape[1], width).T
    return np.clip(scaled, 0, 1)


def _weights(before: int, after: int) -> np.ndarray:
    """Return what each pixel after (rows) takes from each before (columns): cubic convolution.

    Where pixels become fewer the kernel widens, so that each of them counts. R. Keys, "Cubic
    convolution interpolation for digital image processing" (1981), with a = -1/2, as in Pillow.
    """
    ratio = before / after
    centers = (np.arange(after) + 0.5) * ratio
    distance = np.abs((np.arange(before) + 0.5 - centers[:, None]) / max(ratio, 1))
    near = (1.5 * distance - 2.5) * distance**2 + 1
    tail = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    weights = np.where(distance < 1, near, np.where(distance < 2, tail, 0))
    return weights / weights.sum(axis=1, keepdims=True)


def _rounded(value: float) -> int:
    """Return the nearest whole number; halves, and what rounding errors leave of them, go up.

    A straight stroke has its center of mass at such a half.
    """
    return math.floor(value + 0.5 + 1e-6)
