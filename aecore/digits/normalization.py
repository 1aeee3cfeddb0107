"""Ink that is cut out -> 28x28 pixels, as MNIST frames its digits; sums and small windows only.

The browser draws with the same steps, so none of them hides in a library: what is here can be
written down in any language and gives the same gray levels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aecore.config import SHAPE, SIDE
from aecore.errors import PictureError, ShapeError

BOX = 20
FINE = 4
"""The pen is measured and mended on a copy of so many pixels for each one of the box."""
PENS = (1.8, 4.3)
"""Thinnest and thickest pen left as they are, in pixels of the box: 96% of MNIST's test digits lie
between."""
PEN = 2.65
"""What others are brought to: the median of MNIST's test digits."""
REACH = 6.0
"""How far a stroke's edge is moved at most, in pixels of the fine copy."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Framed:
    """A digit like MNIST's, and what its framing came upon."""

    pen: float
    """How wide the strokes were, in pixels of the 20-pixel box."""
    wanted: float
    """What they were brought to; `pen` itself where that is MNIST's already."""
    ink: np.ndarray
    """The ink with the mended pen, cropped, (h, w) in 0..1."""
    box: np.ndarray
    """The ink with 20 pixels on its longer side."""
    digit: np.ndarray
    """Shape (28, 28), float32 in 0..1: the box with its center of mass in the middle."""


def fit(ink: np.ndarray, *, pens: tuple[float, float] = PENS, pen: float = PEN) -> Framed:
    """Frame ink as MNIST does, with strokes about as wide as MNIST's.

    Parameters
    ----------
    ink : ndarray of shape (h, w), in 0..1
        White on black; the background is exactly 0.
    pens : tuple of two float
        Thinnest and thickest pen left as they are, in pixels of the box.
    pen : float
        What others are brought to.

    Returns
    -------
    Framed

    Raises
    ------
    ShapeError, PictureError
        As `crop`.
    """
    ink = crop(ink)
    fine = _even(_scaled(ink, FINE * BOX))
    width = pen_width(fine) / FINE
    wanted = width if pens[0] <= width <= pens[1] else pen
    if wanted != width:
        ink = crop(_moved(fine, _reach(width, wanted)))
    box = _scaled(ink, BOX)
    box = box / box.max()
    return Framed(pen=width, wanted=wanted, ink=ink, box=box, digit=_centered(box))


def frame(ink: np.ndarray) -> np.ndarray:
    """Frame ink (h, w) in 0..1 as MNIST does, its strokes and gray levels as they are.

    Returns
    -------
    ndarray of shape (28, 28), float32 in 0..1

    Raises
    ------
    ShapeError, PictureError
        As `crop`.
    """
    return _centered(_scaled(crop(ink), BOX))


def crop(ink: np.ndarray) -> np.ndarray:
    """The part of `ink` (h, w) that is not 0, as float64.

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
        raise PictureError("The picture holds no ink: every pixel is background.")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)


def pen_width(ink: np.ndarray) -> float:
    """How wide the strokes of ink (h, w) are on average, in its pixels.

    A stroke of length l and width w has the area l w and the edge 2 l; the edge of gray ink is its
    total variation.
    """
    padded = np.pad(ink, 1)
    down = padded[1:, :-1] - padded[:-1, :-1]
    across = padded[:-1, 1:] - padded[:-1, :-1]
    return float(2 * ink.sum() / np.sqrt(down**2 + across**2).sum())


def _even(ink: np.ndarray) -> np.ndarray:
    """Stretch ink so that a stroke is white: a thin pen has turned gray when scaled down."""
    return np.minimum(ink * (ink.sum() / np.square(ink).sum()), 1)


def _reach(pen: float, wanted: float) -> float:
    """How far edges must move in the fine copy, so that `wanted` is left once it is boxed again.

    The move by r makes strokes 4 pen + 2 r wide and the whole 80 + 2 r long, which is 20 later.
    """
    reach = FINE * BOX * (wanted - pen) / (2 * (BOX - wanted))
    return min(max(reach, -REACH), REACH)


def _moved(ink: np.ndarray, reach: float) -> np.ndarray:
    """Strokes grown by `reach` pixels on every side, or shrunk where it is below 0."""
    if reach < 0:
        return 1 - _grown(1 - np.pad(ink, 1), -reach, outside=1)
    return _grown(np.pad(ink, math.ceil(reach) + 1), reach, outside=0)


def _grown(ink: np.ndarray, reach: float, *, outside: float) -> np.ndarray:
    """The brightest pixel within a disc whose edge fades over one pixel."""
    height, width = ink.shape
    far = math.ceil(reach)
    padded = np.pad(ink, far, constant_values=outside)
    grown = np.zeros_like(ink)
    for down in range(-far, far + 1):
        for across in range(-far, far + 1):
            weight = min(reach + 0.5 - math.hypot(down, across), 1)
            if weight > 0:
                there = padded[far + down :, far + across :][:height, :width]
                grown = np.maximum(grown, weight * there)
    return grown


def _scaled(ink: np.ndarray, side: int) -> np.ndarray:
    """Scale ink (h, w) so that the longer side has `side` pixels."""
    height, width = (max(1, _nearest(n * side / max(ink.shape))) for n in ink.shape)
    scaled = _weights(ink.shape[0], height) @ ink @ _weights(ink.shape[1], width).T
    return np.clip(scaled, 0, 1)


def _weights(before: int, after: int) -> np.ndarray:
    """What each pixel after (rows) takes from each before (columns): cubic convolution.

    Where pixels become fewer the kernel widens, so that each of them counts. R. Keys, "Cubic
    convolution interpolation for digital image processing" (1981), with a = -1/2, as in Pillow.
    """
    ratio = before / after
    centers = (np.arange(after) + 0.5) * ratio
    away = np.abs((np.arange(before) + 0.5 - centers[:, None]) / max(ratio, 1))
    near = (1.5 * away - 2.5) * away**2 + 1
    tail = ((-0.5 * away + 2.5) * away - 4) * away + 2
    weights = np.where(away < 1, near, np.where(away < 2, tail, 0))
    return weights / weights.sum(axis=1, keepdims=True)


def _centered(box: np.ndarray) -> np.ndarray:
    """Place a box of at most 20x20 so that its center of mass is at (14, 14), like MNIST's."""
    digit = np.zeros(SHAPE, dtype=np.float32)
    places = []
    for axis, length in enumerate(box.shape):
        middle = box.sum(axis=1 - axis) @ np.arange(length) / box.sum()
        start = _nearest(SIDE / 2 - middle)
        places.append(slice(min(max(start, 0), SIDE - length), None))
    digit[places[0], places[1]][: box.shape[0], : box.shape[1]] = box
    return digit


def _nearest(value: float) -> int:
    """The nearest whole number; halves go up, and so does what rounding errors leave of them.

    A straight stroke has its center of mass at such a half.
    """
    return math.floor(value + 0.5 + 1e-6)
