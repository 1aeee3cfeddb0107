"""Lines printed on paper: found and taken out of its ink."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage
from skimage.draw import line as pixels_of_line
from skimage.transform import hough_line, hough_line_peaks

LINES_SIDE = 512
"""Lines are looked for in a copy so many pixels long; below an eighth of it there are none."""
THIN = 0.025
"""How thick they may be, as a share of the picture."""
TILT = 8.0
"""How far printed lines may be turned, in degrees."""
LONG = 0.75
"""The share of the picture's width or height that a single line crosses."""
REPEATED = 0.4
"""The same for one of at least three lines, or of two and two that make a box."""

Line = tuple[float, float, float]
"""The rows where a line is at the first and the last column of the pooled ink, and the share of
its way that is inked."""


def without_lines(ink: np.ndarray) -> tuple[np.ndarray, str]:
    """Take ruled and squared paper's lines away, and leave the strokes that cross them.

    Parameters
    ----------
    ink : ndarray of shape (H, W), in 0..1

    Returns
    -------
    ndarray of shape (H, W)
    str
    """
    if max(ink.shape) < LINES_SIDE // 8:
        return ink, "Too small for printed lines, nothing done"
    found = [_lines(view) for view in (ink, ink.T)]
    boxed = min(map(len, found)) >= 2  # a form's box around the digit
    left = ink
    counts = []
    for upright, lines in enumerate(found):
        repeated = boxed or len(lines) >= 3
        lines = [line for line in lines if repeated or line[2] >= LONG]
        view = left.T if upright else left
        taken = _without_parallels(view, lines)
        counts.append(0 if taken is view else len(lines))
        left = taken.T if upright else taken
    if not any(counts):
        return ink, "No long straight lines found, nothing done"
    if left.max() < 0.5 * ink.max() or left.sum() < 0.02 * ink.sum():
        return ink, "Long straight lines are all there is, so they stay"
    return left, f"Printed lines taken away: {counts[0]} across, {counts[1]} upright"


def _mask(ink: np.ndarray) -> np.ndarray:
    """Where there is any ink worth the name."""
    return ink > 0.15 * np.quantile(ink[ink > 0], 0.98)


def _without_parallels(ink: np.ndarray, lines: list[Line]) -> np.ndarray:
    """Take near-horizontal lines out of ink (H, W)."""
    if not lines or not ink.any():  # all of it was lines of the other direction
        return ink
    mask = _mask(ink)
    factor = math.ceil(max(ink.shape) / LINES_SIDE)
    height, width = mask.shape
    near = np.zeros_like(mask)
    for start, end, _ in lines:
        rows, columns = pixels_of_line(
            *(round((at + 0.5) * factor) for at in (start, 0)),
            round((end + 0.5) * factor),
            width - 1,
        )
        inside = (rows >= 0) & (rows < height) & (columns < width)
        near[rows[inside], columns[inside]] = True
    reach = 2 * factor + 1
    near = ndimage.maximum_filter1d(near, 2 * reach + 1, axis=0)
    thick = _thickness(mask & near)
    if thick > max(4, THIN * max(ink.shape)):
        return ink
    thin = mask & ~ndimage.binary_opening(mask, np.ones((thick + 1, 1)))
    fringe = ndimage.maximum_filter1d(thin & near, 3, axis=0)  # the line's gray edges
    edges = fringe & ~ndimage.binary_opening(mask, np.ones((thick + 1, 1)))
    return np.where(edges, 0, ink)


def _lines(ink: np.ndarray) -> list[Line]:
    """Straight lines that run across much of ink (H, W), near-horizontal."""
    mask = _pooled(_mask(ink), math.ceil(max(ink.shape) / LINES_SIDE))
    height, width = mask.shape
    tilts = np.deg2rad(90 + np.arange(-TILT, TILT + 0.1, 0.25))
    votes, angles, distances = hough_line(mask, tilts)
    _, found, where = hough_line_peaks(
        votes, angles, distances, min_distance=4, min_angle=len(tilts), threshold=REPEATED * width
    )
    lines = []
    for angle, distance in zip(found, where, strict=True):
        start, end = ((distance - x * math.cos(angle)) / math.sin(angle) for x in (0, width - 1))
        rows = np.rint(np.linspace(start, end, width)).astype(int)
        inside = (rows >= 1) & (rows < height - 1)
        columns = np.flatnonzero(inside)
        if len(columns) < width / 2:
            continue
        hit = mask[rows[inside], columns] | mask[rows[inside] - 1, columns]
        lines.append((start, end, (hit | mask[rows[inside] + 1, columns]).sum() / width))
    return lines


def _thickness(mask: np.ndarray) -> int:
    """The usual height of what is set in each column, in pixels, with some room."""
    edges = np.diff(np.pad(mask, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    starts, ends = np.argwhere(edges.T == 1), np.argwhere(edges.T == -1)
    return math.ceil(1.5 * float(np.median(ends[:, 1] - starts[:, 1]))) + 1


def _pooled(mask: np.ndarray, factor: int) -> np.ndarray:
    """Whether anything is set in each square of `factor` pixels."""
    height, width = (n // factor * factor for n in mask.shape)
    squares = mask[:height, :width].reshape(height // factor, factor, width // factor, factor)
    return squares.any(axis=(1, 3))
