"""Rectangles of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle of pixels; bottom and right are one past the end."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    def touches_edge(self, shape: tuple[int, ...]) -> bool:
        """Return whether the box reaches the edge of a picture."""
        return 0 in self[:2] or self.bottom == shape[0] or self.right == shape[1]

    def lies_within(self, other: Box) -> bool:
        """Return whether the other box surrounds this one."""
        grown = Box(self.top - 1, self.left - 1, self.bottom + 1, self.right + 1)
        return Box.around([grown, other]) == other

    def grown(self, margin: int, shape: tuple[int, ...]) -> Box:
        """Return the box with a margin, as far as a picture reaches."""
        top, left = max(self.top - margin, 0), max(self.left - margin, 0)
        bottom, right = min(self.bottom + margin, shape[0]), min(self.right + margin, shape[1])
        return Box(top, left, bottom, right)

    def inside(self, other: Box) -> tuple[slice, slice]:
        """Return the index of its pixels in the other box's, which contains it."""
        moved = self.top - other.top, self.left - other.left
        return Box(*moved, moved[0] + self.size[0], moved[1] + self.size[1]).view

    def overlap(self, other: Box) -> tuple[int, int]:
        """Return how many rows and columns two boxes share; below 0 they lie apart by so many."""
        return (
            min(self.bottom, other.bottom) - max(self.top, other.top),
            min(self.right, other.right) - max(self.left, other.left),
        )

    @property
    def view(self) -> tuple[slice, slice]:
        """The index of its pixels in a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @classmethod
    def of(cls, view: tuple[slice, slice]) -> Box:
        """Return the box of the pixels that an index selects."""
        rows, columns = view
        return cls(rows.start, columns.start, rows.stop, columns.stop)

    def shares(self, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom in shares of a picture's width and height."""
        height, width = shape[:2]
        return self.left / width, self.top / height, self.right / width, self.bottom / height

    @classmethod
    def of_shares(cls, shares: tuple[float, float, float, float], shape: tuple[int, ...]) -> Box:
        """Return the box of at least one pixel that is nearest to such shares."""
        (left, top, right, bottom), (height, width) = shares, shape[:2]
        row, column = min(round(top * height), height - 1), min(round(left * width), width - 1)
        last_row, last_column = round(bottom * height), round(right * width)
        return cls(row, column, max(last_row, row + 1), max(last_column, column + 1))

    @classmethod
    def around(cls, boxes: Sequence[Box]) -> Box:
        """Return the smallest box that contains all the given ones."""
        top, left, bottom, right = zip(*boxes, strict=True)
        return cls(min(top), min(left), max(bottom), max(right))
