"""Ink -> blobs: connected strokes, grouped into digits and put in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from aecore.digits.foreground import EIGHT, threshold_of
from aecore.errors import PictureError

Box = tuple[int, int, int, int]
"""Top, left, bottom, right; the last two are one past the end."""

DUST = 0.02
"""Strokes with less of the largest one's area are dropped."""
SMALLEST = 64
"""How many times longer than its digit a picture may be."""
SEEN = 0.05
"""The share of the picture's longer side from which on a stroke may be a digit beside an edge."""
SEEN_PIXELS = 10
"""The least of that: smaller ones are specks beside a digit that touches the edge."""
LARGE = 0.4
"""The share of the picture's side that a paper's edge or a frame takes at least."""
SLIVER = 0.02
"""What lies along the edge and is no thicker than this share of the picture is the desk's, too."""
SMALL_DIGIT = 0.35
"""What is smaller than this share of the largest digit is none."""
MOST = 50
"""Digits looked at in one picture."""
MOST_STROKES = 300
"""The same of strokes: noise makes thousands."""

NEAR = 0.3
"""How far from a digit its parts may lie, in lengths of the longer of both."""
BESIDE = 0.16
"""The same for parts that do not lie above or below."""
CLOSE = 0.1
"""The same for two parts of about the same size."""
PART = 0.6
"""What is shorter than this share of a digit may be a part of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Blobs:
    """The strokes of a picture, by digit."""

    labels: np.ndarray
    """(H, W) int: the number of the stroke at each pixel, 0 for none."""
    digits: tuple[tuple[int, ...], ...]
    """The strokes of each digit, in reading order."""
    threshold: float
    """Ink stronger than this makes a stroke; one reaches down to half of it."""
    dropped: int
    """How many specks, frames and edges were left out."""

    def box(self, digit: Sequence[int]) -> Box:
        """The smallest box around the strokes of one digit."""
        boxes = ndimage.find_objects(self.labels)
        return _around([_corners(boxes[number - 1]) for number in digit])


def find_blobs(ink: np.ndarray, *, threshold: float | None = None) -> Blobs:
    """Find the digits in a picture's ink.

    Parameters
    ----------
    ink : ndarray of shape (H, W), in 0..1
        0 where there is none.
    threshold : float in 0..1, optional
        What counts as ink, as a share of the strongest; found where it is not given.

    Raises
    ------
    PictureError
        If there is nothing but specks.
    """
    edges = 0
    while True:
        level = threshold_of(ink) if threshold is None else threshold * float(ink.max())
        labels, strokes = _strokes(ink, level)
        outer = _edges(strokes, ink.shape)
        if not outer:
            break
        edges += len(outer)
        ink = np.where(np.isin(labels, [stroke.label for stroke in outer]), 0, ink)
    groups = _groups([stroke for stroke in strokes if stroke.area >= DUST * strokes[0].area])
    boxes = [_around([stroke.box for stroke in group]) for group in groups]
    sizes = [max(_size(box)) for box in boxes]
    if max(sizes) < max(ink.shape) / SMALLEST:
        raise PictureError(
            f"The picture holds no ink but specks of at most {max(sizes)} pixels. "
            "Draw or photograph one digit larger."
        )
    whole = [at for at, size in enumerate(sizes) if size >= SMALL_DIGIT * max(sizes)][:MOST]
    order = _reading_order([boxes[at] for at in whole])
    digits = tuple(tuple(stroke.label for stroke in groups[whole[at]]) for at in order)
    return Blobs(
        labels=labels,
        digits=digits,
        threshold=level,
        dropped=edges + len(strokes) - sum(map(len, digits)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stroke:
    label: int
    area: int
    box: Box
    mask: np.ndarray
    """What is set of its box."""

    @cached_property
    def outline(self) -> np.ndarray:
        """Places (n, 2) of its outermost pixels in the picture."""
        mask = np.pad(self.mask, 1)
        return np.argwhere(mask & ~ndimage.binary_erosion(mask)) - 1 + self.box[:2]


def _strokes(ink: np.ndarray, level: float) -> tuple[np.ndarray, list[_Stroke]]:
    """Connected ink above half of `level` that rises above it somewhere, numbered from 1.

    The labels (H, W), and the strokes, the largest first; of thousands of grains only so many.
    """
    labels, count = ndimage.label(ink > level / 2, structure=EIGHT)
    areas = np.bincount(labels[ink > level], minlength=count + 1)
    areas[0] = 0
    slices = ndimage.find_objects(labels)
    largest = np.argsort(-areas, kind="stable")[:MOST_STROKES]
    return labels, [
        _Stroke(
            label=int(label),
            area=int(areas[label]),
            box=_corners(slices[label - 1]),
            mask=labels[slices[label - 1]] == label,
        )
        for label in largest
        if areas[label]
    ]


def _edges(strokes: list[_Stroke], shape: tuple[int, ...]) -> list[_Stroke]:
    """What is no ink: a desk beside the paper, and frames around the strokes."""
    inner = [stroke for stroke in strokes if not _touches(stroke.box, shape)]
    least = max(SEEN * max(shape), SEEN_PIXELS)
    seen = [stroke for stroke in inner if max(_size(stroke.box)) >= least]
    outer = []
    for stroke in strokes:
        shares = [n / whole for n, whole in zip(_size(stroke.box), shape, strict=True)]
        if _touches(stroke.box, shape):
            if seen and (max(shares) >= LARGE or _is_sliver(stroke.box, shape)):
                outer.append(stroke)
        elif min(shares) >= LARGE and any(_within(other.box, stroke.box) for other in seen):
            outer.append(stroke)
    return outer


def _touches(box: Box, shape: tuple[int, ...]) -> bool:
    return box[0] == 0 or box[1] == 0 or box[2] == shape[0] or box[3] == shape[1]


def _is_sliver(box: Box, shape: tuple[int, ...]) -> bool:
    """Whether a box lies along an edge of the picture and is hardly thicker than it."""
    height, width = _size(box)
    thin = max(1, SLIVER * max(shape))
    level = box[0] == 0 or box[2] == shape[0]
    upright = box[1] == 0 or box[3] == shape[1]
    return (level and height <= min(thin, width / 4)) or (
        upright and width <= min(thin, height / 4)
    )


def _within(box: Box, other: Box) -> bool:
    return other[0] < box[0] and other[1] < box[1] and box[2] < other[2] and box[3] < other[3]


# Strokes -> digits


def _groups(strokes: list[_Stroke]) -> list[list[_Stroke]]:
    """Strokes that belong to one digit, together; the largest first."""
    groups: list[list[_Stroke]] = []
    for stroke in strokes:
        own = [group for group in groups if _are_one(group, stroke)]
        groups = [group for group in groups if group not in own]
        groups.append([each for group in own for each in group] + [stroke])
    return sorted(groups, key=lambda group: -sum(stroke.area for stroke in group))


def _are_one(group: list[_Stroke], stroke: _Stroke) -> bool:
    """Whether a stroke is a part of the digit that a group of larger ones makes."""
    box = _around([each.box for each in group])
    (tall, wide), size = _size(box), _size(stroke.box)
    large = max(tall, wide, *size)
    reach = NEAR * large
    if _box_gap(box, stroke.box) > reach:
        return False
    gap = _gap(group, stroke)
    if gap > reach:
        return False
    under = _overlap(box[1::2], stroke.box[1::2]) / min(wide, size[1])
    if max(size) < PART * large:  # a bar, a foot, a broken end
        return under >= 0.3 or gap <= BESIDE * large
    height, width = _size(_around([box, stroke.box]))
    flat = min(tall, size[0]) <= PART * max(tall, size[0])
    if flat and under >= 0.5 and gap <= BESIDE * large:  # a broken 7's or 5's top
        return True
    return gap <= CLOSE * large and (width <= 0.85 * height or under >= 0.5)  # two halves


def _gap(group: list[_Stroke], stroke: _Stroke) -> float:
    """The shortest way between a stroke and a group, in pixels."""
    there = cKDTree(np.concatenate([each.outline for each in group]))
    return float(there.query(stroke.outline)[0].min()) - 1


def _reading_order(boxes: list[Box]) -> list[int]:
    """Lines from top to bottom, each from left to right."""
    lines: list[list[int]] = []
    for at in sorted(range(len(boxes)), key=lambda at: boxes[at][0] + boxes[at][2]):
        for line in lines:
            last = boxes[line[-1]]
            shared = _overlap(boxes[at][::2], last[::2])
            if shared >= 0.5 * min(_size(boxes[at])[0], _size(last)[0]):
                line.append(at)
                break
        else:
            lines.append([at])
    return [at for line in lines for at in sorted(line, key=lambda at: boxes[at][1])]


# Boxes


def _corners(slices: tuple[slice, slice]) -> Box:
    return slices[0].start, slices[1].start, slices[0].stop, slices[1].stop


def _around(boxes: Sequence[Box]) -> Box:
    top, left, bottom, right = zip(*boxes, strict=True)
    return min(top), min(left), max(bottom), max(right)


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _overlap(one: Sequence[int], other: Sequence[int]) -> int:
    """How much two ranges share; below 0 they are apart."""
    return min(one[1], other[1]) - max(one[0], other[0])


def _box_gap(one: Box, other: Box) -> int:
    """Pixels between two boxes along the axis where they are further apart."""
    return -min(_overlap(one[::2], other[::2]), _overlap(one[1::2], other[1::2]))
