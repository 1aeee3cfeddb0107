"""Split ink into connected strokes, and group these into digits in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from aecore.digits.box import Box
from aecore.digits.foreground import EIGHT_CONNECTED, ink_threshold
from aecore.errors import PictureError

MIN_AREA_SHARE = 0.02
"""Strokes with less of the largest one's area are dropped."""
MAX_LENGTH_RATIO = 64
"""How many times longer than its digit a picture may be."""
MIN_DIGIT_SHARE = 0.35
"""What is shorter than this share of the largest digit is none."""
MAX_DIGITS = 50
MAX_STROKES = 300
"""Noise makes thousands; only the largest are looked at."""

# Frames, and a desk beside the paper
INNER_SHARE = 0.05
"""The share of the picture's longer side from which on a stroke may be a digit beside an edge."""
INNER_PIXELS = 10
"""The least of that: smaller ones are specks beside a digit that touches the edge."""
FRAME_SHARE = 0.4
"""The share of the picture's side that a paper's edge or a frame takes at least."""
SLIVER_SHARE = 0.02
"""What lies along the edge and is no thicker than this share of the picture is the desk's, too."""

# Parts of one digit; distances are in lengths of the longer part
MAX_GAP = 0.3
"""How far from a digit its parts may lie."""
MAX_SIDE_GAP = 0.16
"""The same for parts that do not lie above or below."""
MAX_HALF_GAP = 0.1
"""The same for two parts of about the same size."""
PART_SHARE = 0.6
"""What is shorter than this share of a digit may be a part of it."""


class Segment(NamedTuple):
    """The strokes of one digit."""

    strokes: tuple[int, ...]
    """Their numbers."""
    box: Box

    @classmethod
    def merged(cls, segments: Sequence[Segment]) -> Segment:
        """Return the strokes of several as those of a single digit."""
        strokes = tuple(number for each in segments for number in each.strokes)
        return cls(strokes, Box.around([each.box for each in segments]))


@dataclass(frozen=True, kw_only=True, eq=False)
class Segmentation:
    """The strokes of a picture, by digit."""

    labels: np.ndarray
    """(H, W) int: the number of the stroke at each pixel, 0 for none."""
    digits: tuple[Segment, ...]
    """In reading order."""
    threshold: float
    """Ink stronger than this makes a stroke, which extends down to half of it."""
    n_dropped: int
    """How many specks, frames and edges were left out."""


def segment(ink: np.ndarray, *, threshold: float | None = None) -> Segmentation:
    """Find the digits in a picture's ink.

    Parameters
    ----------
    ink : ndarray of shape (H, W), in 0..1
        0 where there is none.
    threshold : float in 0..1, optional
        What counts as ink, as a share of the strongest; detected by default.

    Raises
    ------
    PictureError
        If there is nothing but specks.
    """
    n_edges = 0
    while True:
        level = ink_threshold(ink) if threshold is None else threshold * float(ink.max())
        labels, strokes = _strokes(ink, level)
        edges = _edges(strokes, ink.shape)
        if not edges:
            break
        n_edges += len(edges)
        ink = np.where(np.isin(labels, [stroke.label for stroke in edges]), 0, ink)
    groups = _groups([each for each in strokes if each.area >= MIN_AREA_SHARE * strokes[0].area])
    found = [Segment(tuple(each.label for each in group), _around(group)) for group in groups]
    longest = max(max(each.box.size) for each in found)
    if longest < max(ink.shape) / MAX_LENGTH_RATIO:
        raise PictureError(
            f"No digit found: the image holds only specks of at most {longest} pixels. "
            "Draw or photograph one digit larger."
        )
    whole = [each for each in found if max(each.box.size) >= MIN_DIGIT_SHARE * longest]
    digits = tuple(_in_reading_order(whole[:MAX_DIGITS]))
    n_dropped = n_edges + len(strokes) - sum(len(each.strokes) for each in digits)
    return Segmentation(labels=labels, digits=digits, threshold=level, n_dropped=n_dropped)


# --- strokes ---


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stroke:
    """Connected ink."""

    label: int
    area: int
    box: Box
    mask: np.ndarray
    """What is set of its box."""

    @cached_property
    def outline(self) -> np.ndarray:
        """Places (n, 2) of its outermost pixels in the picture."""
        return np.argwhere(self.mask & ~ndimage.binary_erosion(self.mask)) + self.box[:2]


def _strokes(ink: np.ndarray, level: float) -> tuple[np.ndarray, list[_Stroke]]:
    """Label connected ink above half of `level` that rises above it somewhere, from 1.

    Returns the labels (H, W), and the strokes, the largest first; of thousands only the first.
    """
    labels, count = ndimage.label(ink > level / 2, structure=EIGHT_CONNECTED)
    areas = np.bincount(labels[ink > level], minlength=count + 1)
    areas[0] = 0
    slices = ndimage.find_objects(labels)
    return labels, [
        _Stroke(
            label=int(label),
            area=int(areas[label]),
            box=Box.of(slices[label - 1]),
            mask=labels[slices[label - 1]] == label,
        )
        for label in np.argsort(-areas, kind="stable")[:MAX_STROKES]
        if areas[label]
    ]


def _edges(strokes: list[_Stroke], shape: tuple[int, ...]) -> list[_Stroke]:
    """Return what is no ink: a desk beside the paper, and frames around the strokes."""
    least = max(INNER_SHARE * max(shape), INNER_PIXELS)
    boxes = [each.box for each in strokes if max(each.box.size) >= least]
    inner = [box for box in boxes if not box.touches_edge(shape)]
    return [each for each in strokes if _is_edge(each.box, shape, inner)]


def _is_edge(box: Box, shape: tuple[int, ...], inner: list[Box]) -> bool:
    """Return whether a box is a desk's or a frame's, given those that may be digits'."""
    height, width = box.size
    shares = height / shape[0], width / shape[1]
    if not box.touches_edge(shape):
        return min(shares) >= FRAME_SHARE and any(each.lies_within(box) for each in inner)
    thin = max(1, SLIVER_SHARE * max(shape))
    horizontal = box.top == 0 or box.bottom == shape[0]
    vertical = box.left == 0 or box.right == shape[1]
    is_sliver = (horizontal and height <= min(thin, width / 4)) or (
        vertical and width <= min(thin, height / 4)
    )
    return bool(inner) and (max(shares) >= FRAME_SHARE or is_sliver)


# --- from strokes to digits ---


def _groups(strokes: list[_Stroke]) -> list[list[_Stroke]]:
    """Group strokes that belong to one digit; the largest group first."""
    groups: list[list[_Stroke]] = []
    for stroke in strokes:
        own = [group for group in groups if _are_one(group, stroke)]
        groups = [group for group in groups if group not in own]
        groups.append([each for group in own for each in group] + [stroke])
    return sorted(groups, key=lambda group: -sum(stroke.area for stroke in group))


def _are_one(group: list[_Stroke], stroke: _Stroke) -> bool:
    """Return whether a stroke is a part of the digit that a group of larger ones makes."""
    box, other = _around(group), stroke.box
    (height, width), (other_height, other_width) = box.size, other.size
    length = max(height, width, other_height, other_width)
    rows, columns = box.overlap(other)
    if -min(rows, columns) > MAX_GAP * length:
        return False
    gap = _gap(group, stroke)
    if gap > MAX_GAP * length:
        return False
    shared = columns / min(width, other_width)
    if max(other.size) < PART_SHARE * length:  # a bar, a foot, a broken end
        return shared >= 0.3 or gap <= MAX_SIDE_GAP * length
    is_flat = min(height, other_height) <= PART_SHARE * max(height, other_height)
    if is_flat and shared >= 0.5 and gap <= MAX_SIDE_GAP * length:  # a broken 7's or 5's top
        return True
    both_height, both_width = Box.around([box, other]).size
    is_upright = both_width <= 0.85 * both_height
    return gap <= MAX_HALF_GAP * length and (is_upright or shared >= 0.5)  # two halves


def _gap(group: list[_Stroke], stroke: _Stroke) -> float:
    """Return the shortest distance between a stroke and a group, in pixels."""
    tree = cKDTree(np.concatenate([each.outline for each in group]))
    return float(tree.query(stroke.outline)[0].min()) - 1


def _in_reading_order(segments: list[Segment]) -> list[Segment]:
    """Sort digits by lines from top to bottom, and each line from left to right."""
    lines: list[list[Segment]] = []
    for digit in sorted(segments, key=lambda each: each.box.top + each.box.bottom):
        box = digit.box
        for line in lines:
            last = line[-1].box
            if box.overlap(last)[0] >= 0.5 * min(box.size[0], last.size[0]):
                line.append(digit)
                break
        else:
            lines.append([digit])
    return [each for line in lines for each in sorted(line, key=lambda each: each.box.left)]


def _around(strokes: Sequence[_Stroke]) -> Box:
    return Box.around([each.box for each in strokes])
