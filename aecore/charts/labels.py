"""Labels beside the points of a plot, placed such that none lies on another or on a point."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

_LETTER, _LINE = 6.5, 16  # px of a label of 12 px type
_NEAR, _FAR = 12, 28  # px from a point to its label: beside it, or at the end of a line
_MARK = 7  # px around a point
_STEPS = 9  # lines that a label may lie above or below its point


@dataclass(frozen=True)
class Place:
    """Where a label lies: its end nearest to the point, in px right of it and below it."""

    right: float
    below: float
    is_left: bool
    """Whether the label ends there, to the left of its point."""


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def place_labels(
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    size: tuple[float, float],
    curve: Sequence[tuple[float, float]] = (),
) -> list[Place | None]:
    """Place a label beside each point, as near as there is room.

    Parameters
    ----------
    points : sequence of (float, float)
        In px from the left and from the top of the plot.
    texts : sequence of str
    size : (float, float)
        Width and height of the plot, px.
    curve : sequence of (float, float), optional
        Points of a line that labels keep off, not far from each other, px.

    Returns
    -------
    list of Place or None
        None where there is no room.
    """
    taken: list[Box] = [(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in points]
    taken += [(x - 1, y - 1, x + 1, y + 1) for x, y in curve]
    places: list[Place | None] = []
    for (x, y), text in zip(points, texts, strict=True):
        for place in _candidates():
            box = box_of(x, y, text, place)
            if _lies_within(box, size) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                places.append(place)
                break
        else:
            places.append(None)
    return places


def box_of(x: float, y: float, text: str, place: Place) -> Box:
    """Return the box of a label of the point (x, y), px."""
    width = _LETTER * len(text)
    left = x + place.right - (width if place.is_left else 0)
    middle = y + place.below
    return left, middle - _LINE / 2, left + width, middle + _LINE / 2


def _candidates() -> list[Place]:
    """Return the places of a label around its point, the nearest first."""
    lines = sorted(range(-_STEPS, _STEPS + 1), key=abs)
    return [
        Place(side * (_FAR if line else _NEAR), line * _LINE, side < 0)
        for line, side in itertools.product(lines, (1, -1))
    ]


def _lies_within(box: Box, size: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
