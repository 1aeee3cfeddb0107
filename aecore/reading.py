"""Any picture -> every digit in it, with each step kept for showing, and corrections by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image
from scipy import ndimage

from aecore.digits import DUST, NEAR, SMALLEST_DIGIT, Step, even_out, otsu, step
from aecore.errors import ConfigError, PictureError
from aecore.framing import BOX, crop, fit
from aecore.picture_file import grey_of, open_picture

SMALLEST = 0.4
"""Things shorter than this share of the longest one are no digits."""
OVERLAP = 0.4
"""Strokes one above the other belong together if so much of the narrower one's width agrees."""
FLAT = 0.6
"""A stroke above or below a digit is its part only if it is no higher than this share of it."""
TOUCHING = 0.06
"""Strokes closer than this share of the longer one's length belong together."""
MOST_STROKES = 200
"""Of more, as noise has them, only the largest are looked at."""
MOST_DIGITS = 40
_EIGHT = np.ones((3, 3))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Corrections by hand; as it stands, everything is found.

    Raises
    ------
    ConfigError
        If a value is out of range.
    """

    invert: Literal["auto", "yes", "no"] = "auto"
    """yes: the ink is darker than the paper; no: it is lighter."""
    threshold: float | None = None
    """Ink is what is stronger than this share, 0..1, of the strongest; None: found."""
    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise."""
    pick: Literal["all", "together"] | int = "all"
    """Every digit; all ink as one digit; or only this number of those found, from 0."""

    def __post_init__(self) -> None:
        if self.invert not in ("auto", "yes", "no"):
            raise ConfigError(f"invert must be auto, yes or no, not {self.invert!r}.")
        if self.threshold is not None and not 0 <= self.threshold < 1:
            raise ConfigError(f"threshold must lie in 0..1, not {self.threshold!r}.")
        if self.rotate not in (0, 90, 180, 270):
            raise ConfigError(f"rotate must be 0, 90, 180 or 270, not {self.rotate!r}.")
        if self.pick not in ("all", "together") and not isinstance(self.pick, int):
            raise ConfigError(f"pick must be all, together or a number, not {self.pick!r}.")


Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundDigit:
    """One digit of a picture."""

    digit: np.ndarray
    """Shape (28, 28), float32 in 0..1, white on black."""
    box: Box
    """Left, top, right and bottom as shares of the picture's width and height."""
    steps: tuple[Step, ...]
    """All steps that led to it, in order."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What was found in a picture, and how."""

    picture: np.ndarray
    """The upright, turned grey picture, (H, W) in 0..1."""
    threshold: float
    """As `Settings.threshold`: found or given."""
    digits: tuple[FoundDigit, ...]
    """At least one, row by row from the left."""
    boxes: tuple[Box, ...]
    """Of all digits found, also where only one was picked."""


def read(picture: Image.Image | bytes, settings: Settings = Settings()) -> Reading:
    """Find every digit of a picture.

    Parameters
    ----------
    picture : Image or bytes
        An open picture of any mode, or a file as `open_picture` takes it.
    settings : Settings

    Returns
    -------
    Reading

    Raises
    ------
    PictureError
        If the picture cannot be read, is too large or holds no ink, or not as many digits as
        `settings.pick` asks for.
    """
    opened = picture if isinstance(picture, Image.Image) else open_picture(picture)
    grey = np.rot90(grey_of(opened), -settings.rotate // 90)
    turned = f", turned by {settings.rotate}°" if settings.rotate else ""
    first = step("Grey", f"Colours and transparency turned to grey on white{turned}", grey)
    ink, reason = even_out(grey, dark={"auto": None, "yes": True, "no": False}[settings.invert])
    threshold = settings.threshold
    if threshold is None:
        threshold = otsu(ink[ink > 0]) / float(ink.max())
    labels, groups, dropped = _groups(ink, threshold * ink.max(), settings.pick == "together")
    boxes = tuple(_shares(ink.shape, labels, group) for group in groups)
    numbers = range(len(groups))
    if isinstance(settings.pick, int):
        numbers = [settings.pick]
        if not 0 <= settings.pick < len(groups):
            raise PictureError(f"There is no digit {settings.pick + 1}: {len(groups)} found.")
    shared = (first, step("White on black", reason, ink))
    about = f"Ink is what is stronger than {threshold:.0%} of the strongest"
    digits = []
    for number in numbers:
        found = f"digit {number + 1} of {len(groups)}; specks dropped: {dropped}"
        mask, part = _part(ink, labels, groups[number])
        white = np.quantile(part[mask & (part > threshold * ink.max())], 0.95)
        steps = (*shared, *_cut(mask, part / white, f"{about}; {found}"))
        digits.append(FoundDigit(digit=steps[-1].image, box=boxes[number], steps=steps))
    return Reading(picture=grey, threshold=threshold, digits=tuple(digits), boxes=boxes)


def _part(ink: np.ndarray, labels: np.ndarray, group: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """The strokes of a digit as a mask, and the ink around them, both a little wider than it."""
    left, top, right, bottom = _around(group, ndimage.find_objects(labels))
    part = slice(max(top - 1, 0), bottom + 1), slice(max(left - 1, 0), right + 1)
    return np.isin(labels[part], group), ink[part]


def _cut(mask: np.ndarray, ink: np.ndarray, reason: str) -> tuple[Step, ...]:
    """The steps from ink of which the strokes are 1 to a digit."""
    edges = ndimage.binary_dilation(mask, structure=_EIGHT)  # the strokes' grey edges
    alone = crop(np.clip(np.where(edges, ink, 0), 0, 1))
    framed = fit(alone)
    pen = f"The pen is {framed.pen:.1f} pixels wide in the {BOX}-pixel box"
    mended = f", brought to {framed.wanted:.1f}" if framed.wanted != framed.pen else ""
    height, width = framed.box.shape
    return (
        step("Cut out", reason, alone),
        step("Pen width", f"{pen}{mended or ', as many of MNIST are'}", framed.ink),
        step(f"{BOX}-pixel box", f"{width} x {height} pixels, proportions kept", framed.box),
        step("Centred", "The centre of its ink is put in the middle of 28 x 28", framed.digit),
    )


# Which strokes make which digit


def _groups(
    ink: np.ndarray, threshold: float, together: bool
) -> tuple[np.ndarray, list[list[int]], int]:
    """Labels of strokes (H, W), which of them make each digit, and how many are left out."""
    labels, _ = ndimage.label(ink > threshold / 2, structure=_EIGHT)
    areas = np.bincount(labels[ink > threshold], minlength=labels.max() + 1)
    areas[0] = 0
    count = np.count_nonzero(areas)
    if not count:
        raise PictureError("The picture holds no ink above this threshold. Set it lower.")
    places = ndimage.find_objects(labels)
    kept = [int(i) for i in areas.argsort()[::-1][:MOST_STROKES] if areas[i] >= DUST * areas.max()]
    groups = [kept] if together else _joined(kept, places)
    longest = max(max(_sides(_around(group, places))) for group in groups)
    if longest < max(ink.shape) / SMALLEST_DIGIT:
        raise PictureError(
            f"The picture holds no ink but specks of at most {longest} pixels. "
            "Draw or photograph one digit larger."
        )
    groups = [
        group for group in groups if max(_sides(_around(group, places))) >= SMALLEST * longest
    ][:MOST_DIGITS]
    left_out = int(count) - sum(map(len, groups))
    return labels, _in_reading_order(groups, places), left_out


def _joined(kept: list[int], places: list) -> list[list[int]]:
    """Groups of strokes, joined until no two belong together."""
    groups = [[label] for label in kept]
    joining = True
    while joining:
        joining = False
        for i, group in enumerate(groups):
            other = next(
                (
                    other
                    for other in groups[i + 1 :]
                    if _belong(_around(group, places), _around(other, places))
                ),
                None,
            )
            if other is not None:
                groups.remove(other)
                group += other
                joining = True
                break
    return groups


def _belong(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two boxes (left, top, right, bottom) hold parts of one digit."""
    across = max(one[0], other[0]) - min(one[2], other[2])  # the gap; below 0 they overlap
    down = max(one[1], other[1]) - min(one[3], other[3])
    (width, height), (other_width, other_height) = _sides(one), _sides(other)
    longest = max(width, height, other_width, other_height)
    if max(across, down) <= TOUCHING * longest:
        return True
    flat = min(height, other_height) <= FLAT * max(height, other_height)
    agree = -across >= OVERLAP * min(width, other_width)
    return agree and flat and down <= NEAR * longest


def _in_reading_order(groups: list[list[int]], places: list) -> list[list[int]]:
    """Row by row; a digit is in the row of the first whose middle lies beside it."""
    left, rows = sorted(groups, key=lambda group: _around(group, places)[1]), []
    for group in left:
        _, top, _, bottom = _around(group, places)
        middle = (top + bottom) / 2
        row = next((row for row in rows if row[0] <= middle <= row[1]), None)
        if row is None:
            row = (top, bottom, [])
            rows.append(row)
        row[2].append(group)
    return [
        group for row in rows for group in sorted(row[2], key=lambda each: _around(each, places)[0])
    ]


def _around(group: list[int], places: list) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of these strokes, in pixels."""
    rows = [places[label - 1][0] for label in group]
    columns = [places[label - 1][1] for label in group]
    return (
        min(each.start for each in columns),
        min(each.start for each in rows),
        max(each.stop for each in columns),
        max(each.stop for each in rows),
    )


def _sides(box: tuple[int, ...]) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _shares(shape: tuple[int, ...], labels: np.ndarray, group: list[int]) -> Box:
    """The box of these strokes, a little wider, as shares of a picture of this shape."""
    height, width = shape
    left, top, right, bottom = _around(group, ndimage.find_objects(labels))
    margin = math.ceil(0.01 * max(shape))
    return (
        max(left - margin, 0) / width,
        max(top - margin, 0) / height,
        min(right + margin, width) / width,
        min(bottom + margin, height) / height,
    )
