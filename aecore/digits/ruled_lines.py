"""Find lines printed on paper and remove them from its ink."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.draw import line as line_pixels
from skimage.transform import hough_line, hough_line_peaks

POOLED_SIDE = 512
"""Longer side, in pixels, of the copy in which lines are sought; pictures below an eighth of it
have none."""
MAX_THICKNESS = 0.025
"""Greatest thickness of a line, as a share of the picture's longer side."""
MAX_TILT = 8.0
"""How far printed lines may be turned, in degrees."""
MIN_COVERAGE = 0.75
"""The share of the picture's width or height that a single line covers."""
MIN_REPEATED_COVERAGE = 0.4
"""The same for each of at least three lines, or of two and two that make a box."""


class Line(NamedTuple):
    """A nearly horizontal line in pooled ink."""

    start: float
    """Its row at the first column..."""
    end: float
    """...and at the last."""
    coverage: float
    """The share of its columns that are inked."""


def remove_lines(ink: np.ndarray) -> tuple[np.ndarray, str]:
    """Remove the lines of ruled and squared paper, and keep the strokes that cross them.

    Parameters
    ----------
    ink : ndarray of shape (H, W), in 0..1

    Returns
    -------
    ink : ndarray of shape (H, W)
    reason : str
    """
    if max(ink.shape) < POOLED_SIDE // 8:
        return ink, "Too small to show printed lines: nothing removed"
    found = [_find_lines(ink), _find_lines(ink.T)]
    repeated = [len(lines) >= 3 or min(map(len, found)) >= 2 for lines in found]  # or a form's box
    left, counts = ink, []
    for lines, several in zip(found, repeated, strict=True):
        kept = [line for line in lines if several or line.coverage >= MIN_COVERAGE]
        cleaned = _without(left, kept)
        counts.append(0 if cleaned is left else len(kept))
        left = cleaned.T  # now the upright ones, then as it was
    if not any(counts):
        return ink, "No long straight lines found: nothing removed"
    if left.max() < 0.5 * ink.max() or left.sum() < 0.02 * ink.sum():
        return ink, "Nothing but long straight lines found: they are kept"
    return left, f"Printed lines removed: {counts[0]} horizontal, {counts[1]} vertical"


def _mask(ink: np.ndarray) -> np.ndarray:
    """Return where ink is strong enough to belong to a line or a stroke."""
    return ink > 0.15 * np.quantile(ink[ink > 0], 0.98)


def _without(ink: np.ndarray, lines: list[Line]) -> np.ndarray:
    """Remove nearly horizontal lines from ink (H, W); `ink` itself if there are none to remove."""
    if not lines or not ink.any():  # all of it was lines of the other direction
        return ink
    mask = _mask(ink)
    near = _near(lines, mask.shape)
    thickness = _thickness(mask & near)
    if thickness > max(4, MAX_THICKNESS * max(ink.shape)):
        return ink
    thick = ndimage.binary_opening(mask, np.ones((thickness + 1, 1)))
    fringe = ndimage.maximum_filter1d(mask & ~thick & near, 3, axis=0)  # the line's gray edges
    return np.where(fringe & ~thick, 0, ink)


def _near(lines: list[Line], shape: tuple[int, int]) -> np.ndarray:
    """Return a mask (H, W) of the pixels close to any of the lines."""
    height, width = shape
    factor = math.ceil(max(shape) / POOLED_SIDE)
    near = np.zeros(shape, dtype=bool)
    for start, end, _ in lines:
        first, last = (round((row + 0.5) * factor) for row in (start, end))
        rows, columns = line_pixels(first, round(0.5 * factor), last, width - 1)
        inside = (rows >= 0) & (rows < height) & (columns < width)
        near[rows[inside], columns[inside]] = True
    return ndimage.maximum_filter1d(near, 4 * factor + 3, axis=0)


def _find_lines(ink: np.ndarray) -> list[Line]:
    """Find nearly horizontal straight lines that cross much of ink (H, W)."""
    mask = _pooled(_mask(ink), math.ceil(max(ink.shape) / POOLED_SIDE))
    height, width = mask.shape
    tilts = np.deg2rad(90 + np.arange(-MAX_TILT, MAX_TILT + 0.1, 0.25))
    space, angles, distances = hough_line(mask, tilts)
    _, peak_angles, peak_distances = hough_line_peaks(
        space,
        angles,
        distances,
        min_distance=4,
        min_angle=len(tilts),
        threshold=MIN_REPEATED_COVERAGE * width,
    )
    lines = []
    for angle, distance in zip(peak_angles, peak_distances, strict=True):
        start, end = ((distance - x * math.cos(angle)) / math.sin(angle) for x in (0, width - 1))
        rows = np.rint(np.linspace(start, end, width)).astype(int)
        inside = (rows >= 1) & (rows < height - 1)
        columns, rows = np.flatnonzero(inside), rows[inside]
        if len(columns) >= width / 2:
            inked = mask[rows - 1, columns] | mask[rows, columns] | mask[rows + 1, columns]
            lines.append(Line(start, end, inked.sum() / width))
    return lines


def _thickness(mask: np.ndarray) -> int:
    """Return the median height of the runs in a mask's columns, in pixels, with some room."""
    edges = np.diff(np.pad(mask, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    starts, ends = np.argwhere(edges.T == 1), np.argwhere(edges.T == -1)
    return math.ceil(1.5 * float(np.median(ends[:, 1] - starts[:, 1]))) + 1


def _pooled(mask: np.ndarray, factor: int) -> np.ndarray:
    """Return whether anything is set in each square of `factor` pixels."""
    height, width = (n // factor * factor for n in mask.shape)
    squares = mask[:height, :width].reshape(height // factor, factor, width // factor, factor)
    return np.any(squares, axis=(1, 3))
