"""Find the sheet that a digit is drawn on: a canvas in the page of an app, or paper on a desk.

A sheet is a rectangle of one color, on another color, that holds ink. Of several, such as panels
and toolbars, the one with the tallest strokes is chosen. Photos have grain and no such rectangles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull

from aecore.digits.box import Box


@dataclass(frozen=True, kw_only=True)
class SheetConfig:
    """Limits by which a sheet is told from its surroundings.

    Levels are in 0..1; areas and lengths are shares of the picture's or the sheet's.
    """

    min_side: int = 64
    """Pictures with a shorter side, in pixels, show a digit and nothing else."""
    max_range: float = 6 / 255
    """A pixel is flat if the levels of the 3x3 pixels around it differ by no more, in any color."""
    min_flat_share: float = 0.3
    """Pictures with a smaller share of flat pixels are photos."""
    min_area: float = 0.02
    """Smallest flat region that may be a sheet, as a share of the picture."""
    min_sheet_side: int = 28
    """Shorter side, in pixels, that has room for a digit of MNIST; less may be a thick stroke."""
    max_regions: int = 12
    """Only this many regions, the largest ones, are looked at."""
    min_rectangularity: float = 0.88
    """Share of its bounding rectangle that a sheet's convex hull fills; an ellipse fills 0.79."""
    min_paper_share: float = 0.5
    """Share of a sheet that is free of ink."""
    min_edge_share: float = 0.97
    """Share of a sheet's edge that is free of ink: all of it, as a rule. The gaps of bold letters,
    such as E and N, open to the outside: they reach 0.96."""
    edge: int = 3
    """Pixels that count as its edge..."""
    edge_grain: int = 7
    """...and how far from them grain may leave no flat pixel."""
    min_aspect: float = 0.25
    """Width by height; narrower regions may be a thick 1."""
    min_ink_height: float = 0.1
    """Of the tallest stroke, as a share of the sheet's height."""
    gap: int = 4
    """Pixels around a sheet that may be its frame or blurred..."""
    ring: int = 6
    """...and how many beyond them are compared with the sheet."""
    min_contrast: float = 0.03
    """Least difference of a sheet from its surroundings, in any color."""
    max_spread: float = 0.06
    """Greatest range of a sheet's levels, in any color, but for 2% at either end."""
    max_alike: float = 0.5
    """Share of the surroundings that may be of the sheet's color."""


CONFIG = SheetConfig()


class Sheet(NamedTuple):
    """A rectangle of a picture."""

    box: Box
    mask: np.ndarray
    """(h, w) bool: which pixels of the box are the sheet's; not all if it is askew."""
    color: np.ndarray
    """Of its paper, a level or three."""

    def cut_out(self, picture: np.ndarray) -> np.ndarray:
        """Return the sheet of a picture (H, W) or (H, W, 3), with paper in its box's corners."""
        mask = self.mask if picture.ndim == 2 else self.mask[..., None]
        return np.where(mask, picture[self.box.view], self.color).astype(picture.dtype)


def find_sheet(picture: np.ndarray) -> Sheet | None:
    """Find the sheet with the tallest strokes.

    Parameters
    ----------
    picture : ndarray of shape (H, W) or (H, W, 3), in 0..1

    Returns
    -------
    Sheet or None
        None if the digit is drawn on the picture itself.
    """
    colors = np.atleast_3d(picture)  # (H, W, 1) or (H, W, 3)
    if min(colors.shape[:2]) < CONFIG.min_side:
        return None
    flat = _flat(colors)
    if flat.mean() < CONFIG.min_flat_share:
        return None
    regions = _regions(colors, flat)
    pages = [each for each in regions if each.box == Box(0, 0, *flat.shape)]
    # What has the color of the page, or of another odd shape, may be the inside of a loop.
    papers = [each.color for each in regions if each in pages or not each.is_rectangle]
    sheets = [
        each
        for each in regions
        if each.is_sheet
        and all(np.abs(each.color - color).max() >= CONFIG.min_contrast for color in papers)
    ]
    heights = {each: _ink_height(each, regions) for each in (*sheets, *pages)}
    best = max(heights, key=heights.__getitem__, default=None)
    if best not in sheets or heights[best] < CONFIG.min_ink_height * best.box.size[0]:
        return None
    return Sheet(best.box, best.hull, best.color)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Region:
    """Connected flat pixels."""

    box: Box
    own: np.ndarray
    """(h, w) bool: which pixels of the box belong to it."""
    hull: np.ndarray
    """(h, w) bool: its convex hull."""
    color: np.ndarray
    """Its median, a level or three."""
    is_rectangle: bool
    """Whether it is a rectangle, and mostly free of ink."""
    is_sheet: bool
    """Whether it is one on another color."""


def _flat(colors: np.ndarray) -> np.ndarray:
    """Return which pixels (H, W) have the level of those around them, in every color."""
    size = (3, 3, 1)
    levels = ndimage.maximum_filter(colors, size) - ndimage.minimum_filter(colors, size)
    return (levels <= CONFIG.max_range).all(axis=2)


def _regions(colors: np.ndarray, flat: np.ndarray) -> list[_Region]:
    """Return the largest regions of flat pixels."""
    labels, count = ndimage.label(flat)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    areas[0] = 0
    slices = ndimage.find_objects(labels)
    largest = np.argsort(-areas, kind="stable")[: CONFIG.max_regions]
    enough = [label for label in largest if areas[label] >= CONFIG.min_area * flat.size]
    return [_region(colors, labels[slices[n - 1]] == n, Box.of(slices[n - 1])) for n in enough]


def _region(colors: np.ndarray, own: np.ndarray, box: Box) -> _Region:
    corners = _convex_hull(own)
    hull = _filled(corners, own.shape)
    paper = colors[box.view][own]
    color = np.median(paper, axis=0)
    height, width = box.size
    is_rectangle = (
        width >= CONFIG.min_aspect * height
        and _is_rectangular(corners)
        and own.sum() >= CONFIG.min_paper_share * hull.sum()
        and _edge_share(own, hull) >= CONFIG.min_edge_share
    )
    is_even = np.ptp(np.quantile(paper, (0.02, 0.98), axis=0), axis=0).max() <= CONFIG.max_spread
    has_room = min(box.size) >= CONFIG.min_sheet_side
    is_sheet = is_rectangle and has_room and bool(is_even) and _stands_out(colors, box, hull, color)
    return _Region(
        box=box, own=own, hull=hull, color=color, is_rectangle=is_rectangle, is_sheet=is_sheet
    )


def _convex_hull(mask: np.ndarray) -> np.ndarray:
    """Return the corners (n, 2) of a mask's convex hull, from the ends of its rows."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    points = np.concatenate([np.stack([rows, ends], axis=1) for ends in (first, last)])
    points = np.unique(points, axis=0)
    return points[ConvexHull(points).vertices]


def _filled(corners: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a mask of a convex polygon, its edge included; six times as fast as scikit-image's."""
    mask = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(mask).polygon(
        [(column, row) for row, column in corners.tolist()], fill=1, outline=1
    )
    return np.array(mask)


def _is_rectangular(corners: np.ndarray) -> bool:
    """Return whether a convex polygon (n, 2) fills most of its smallest bounding rectangle."""
    edges = np.roll(corners, -1, axis=0) - corners
    along = edges / np.linalg.norm(edges, axis=1, keepdims=True)  # one edge is a side's direction
    across = along @ np.array([[0, 1], [-1, 0]])
    heights, widths = (np.ptp(corners @ each.T, axis=0) for each in (along, across))
    best = (heights * widths).argmin()
    rows, columns = corners.T
    area = abs(rows @ np.roll(columns, -1) - columns @ np.roll(rows, -1)) / 2
    return bool(area >= CONFIG.min_rectangularity * heights[best] * widths[best])


def _edge_share(own: np.ndarray, hull: np.ndarray) -> float:
    """Return which share of the edge of a hull (h, w) belongs to the region."""
    inner = ndimage.minimum_filter(np.pad(hull, 1), 2 * CONFIG.edge + 1)[1:-1, 1:-1]
    return float(ndimage.maximum_filter(own, 2 * CONFIG.edge_grain + 1)[hull & ~inner].mean())


def _stands_out(colors: np.ndarray, box: Box, hull: np.ndarray, color: np.ndarray) -> bool:
    """Return whether a region lies on another color, beyond what may be its frame."""
    outer = CONFIG.gap + CONFIG.ring
    wide = box.grown(outer, colors.shape)
    inner = np.zeros(wide.size, dtype=bool)
    inner[box.inside(wide)] = hull
    ring = ndimage.maximum_filter(inner, 2 * outer + 1) & ~ndimage.maximum_filter(
        inner, 2 * CONFIG.gap + 1
    )
    if not ring.any():  # it is all of the picture
        return False
    difference = np.abs(colors[wide.view][ring] - color).max(axis=1)
    return bool((difference < CONFIG.min_contrast).mean() <= CONFIG.max_alike)


def _ink_height(region: _Region, regions: list[_Region]) -> int:
    """Return the height of the tallest ink in a region.

    What holds another rectangle does not count, and in a page neither does a rectangular frame.
    """
    inside = ndimage.minimum_filter(region.hull, 3) & ~region.own
    # A JPEG leaves thin stripes beside edges: whatever lies that close belongs together.
    labels, _ = ndimage.label(ndimage.maximum_filter(inside, 2 * CONFIG.gap + 1))
    held = {
        labels[tuple(np.argwhere(other.own)[0] + other.box[:2] - region.box[:2])]
        for other in regions
        if other is not region
        and other.is_rectangle
        and Box.around([other.box, region.box]) == region.box
    }
    heights = [0]
    for number, view in enumerate(ndimage.find_objects(labels), 1):
        is_frame = not region.is_sheet and _is_rectangular(_convex_hull(labels[view] == number))
        if number not in held and not is_frame:
            heights.append(view[0].stop - view[0].start)
    return max(heights)
