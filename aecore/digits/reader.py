"""Any picture of handwritten digits -> MNIST-style digits, with every step kept for showing.

`aecore.digits.image_file` is the door for files, `aecore.digits.foreground` takes the paper away, `aecore.digits.segmentation` finds
the digits and `aecore.digits.normalization` makes 28x28 pixels of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image
from scipy import ndimage

from aecore.digits.foreground import EIGHT, find_ink, gray_of
from aecore.digits.normalization import BOX, FINE, Framed, crop, fit
from aecore.digits.ruled_lines import without_lines
from aecore.digits.segmentation import Blobs, find_blobs
from aecore.errors import ConfigError, PictureError
from aecore.imaging.resampling import resized, shrunk, unmagnified

PREVIEW_SIDE = 256
SHARP = 40
"""Strokes of digits longer than so many pixels are made black or white, but for their edges."""
BLEED = 4.0
"""How steep those edges are at most."""
ENLARGED = 4
"""How many times digits shorter than the 20-pixel box are enlarged before their edges are found."""
TINY_BLEED = 2.5
"""How steep those edges are then made."""
BLURRED = 0.15
"""Edges are blurred where hardly one is so steep, in shares of white for each pixel of the fine
copy: 98% of MNIST's digits have steeper ones than 0.2."""
TINY_BLURRED = 0.12
"""The same of tiny digits: those of 10 pixels or more have steeper ones."""
SPREAD_BLEED = 3.5
"""How steep the edges of blurred digits are made."""
SPREAD_PENS = (1.6, 2.8)
"""Thinnest and thickest pen that is left as it is in them."""
SPREAD_PEN = 2.0
"""What others are brought to. All of these were chosen on one half of scikit-learn's digits."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is found by itself and may be set by hand instead."""

    invert: Literal["auto", "yes", "no"] = "auto"
    """Whether the ink is darker than the paper."""
    threshold: float | None = None
    """What counts as ink, as a share of the strongest, in 0..1; None finds it."""
    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise, after the camera's own note is followed."""
    pick: Literal["all", "together"] | int = "all"
    """Every digit found; all ink as one digit; or only that number, from 0 in reading order."""

    def __post_init__(self) -> None:
        if self.invert not in ("auto", "yes", "no"):
            raise ConfigError(f"invert must be auto, yes or no, not {self.invert!r}.")
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise ConfigError(f"threshold must lie between 0 and 1, not {self.threshold!r}.")
        if self.rotate not in (0, 90, 180, 270):
            raise ConfigError(f"rotate must be 0, 90, 180 or 270, not {self.rotate!r}.")
        number = isinstance(self.pick, int) and not isinstance(self.pick, bool) and self.pick >= 0
        if not number and self.pick not in ("all", "together"):
            raise ConfigError(f"pick must be all, together or a number from 0, not {self.pick!r}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """What one step made of the picture."""

    name: str
    """Two or three words: "Gray", "White on black", ..."""
    reason: str
    """One line: what was done and why, with the values found."""
    image: np.ndarray
    """Preview of shape (H, W), float32 in 0..1, at most 256 pixels long."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundDigit:
    """A digit like MNIST's, and how it came about."""

    digit: np.ndarray
    """Shape (28, 28), float32 in 0..1, white on black."""
    box: tuple[float, float, float, float]
    """Left, top, right and bottom in shares of the upright picture's width and height."""
    pen: float
    """How wide its strokes were in the picture, in pixels of the 20-pixel box."""
    coarse: bool
    """Whether it had fewer pixels than that box, or was enlarged from few."""
    steps: tuple[Step, ...]
    """In the order they were taken; the first ones are shared by all digits of the picture."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What was found in a picture."""

    picture: np.ndarray
    """The upright picture in gray, (H, W) float32 in 0..1."""
    inverted: bool
    """Whether the ink was darker than the paper."""
    threshold: float
    """What counted as ink, as a share of the strongest."""
    digits: tuple[FoundDigit, ...]
    """In reading order; at least one."""
    boxes: tuple[tuple[float, float, float, float], ...]
    """Of all digits found, where `Settings.pick` took one of them, too."""


def read(picture: np.ndarray, settings: Settings | None = None) -> Reading:
    """Find the digits in a picture and make each like MNIST's.

    Parameters
    ----------
    picture : ndarray of shape (H, W) or (H, W, 3), in 0..1
        As `picture_file.open_picture` gives it.
    settings : Settings, optional

    Returns
    -------
    Reading

    Raises
    ------
    PictureError
        If the picture holds no ink, or not so many digits as `settings.pick` asks for.
    """
    settings = settings or Settings()
    gray, reason = gray_of(picture)
    turn = f", turned by {settings.rotate}° as you set" if settings.rotate else ""
    gray = np.rot90(gray, -settings.rotate // 90)
    pixels, side = unmagnified(gray)
    large = f"; {side:.3g} x {side:.3g} pixels are alike each, and taken as one" if side > 1 else ""
    steps = [_step("Gray", reason + turn + large, gray)]
    ink, inverted, reason = find_ink(pixels, settings.invert)
    steps.append(_step("White on black", reason, ink / ink.max()))
    ink, reason = without_lines(ink)
    steps.append(_step("Printed lines", reason, ink / ink.max()))
    blobs = find_blobs(ink, threshold=settings.threshold)
    boxes = tuple(_shares(blobs.box(strokes), ink.shape) for strokes in blobs.digits)
    picked = _picked(blobs, settings.pick)
    return Reading(
        picture=np.ascontiguousarray(gray, dtype=np.float32),
        inverted=inverted,
        threshold=blobs.threshold / float(ink.max()),
        digits=tuple(_cut_out(ink, blobs, strokes, tuple(steps), settings) for strokes in picked),
        boxes=boxes,
    )


def _picked(blobs: Blobs, pick: str | int) -> tuple[tuple[int, ...], ...]:
    if pick == "all":
        return blobs.digits
    if pick == "together":
        return (tuple(number for strokes in blobs.digits for number in strokes),)
    if pick >= len(blobs.digits):
        raise PictureError(
            f"The picture holds {len(blobs.digits)} digits, none of number {pick}, counted from 0. "
            "Choose another."
        )
    return (blobs.digits[pick],)


def _cut_out(
    ink: np.ndarray,
    blobs: Blobs,
    strokes: tuple[int, ...],
    steps: tuple[Step, ...],
    settings: Settings,
) -> FoundDigit:
    """One digit, from the strokes that are its own."""
    top, left, bottom, right = blobs.box(strokes)
    view = np.s_[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1]
    own = np.isin(blobs.labels[view], strokes)
    ink = ink[view]
    white = np.quantile(ink[own & (ink > blobs.threshold)], 0.95)
    # The strokes' gray edges belong to them, too.
    grown = ndimage.binary_dilation(own, structure=EIGHT) & ((blobs.labels[view] == 0) | own)
    ink = np.where(grown, ink, 0) / white
    spread = _is_blurred(ink)
    digit = crop(_sharpened(ink, blobs.threshold / white, spread=spread))
    framed = fit(digit, pens=SPREAD_PENS, pen=SPREAD_PEN) if spread else fit(digit)
    found = "as you set" if settings.threshold is not None else "found"
    height, width = digit.shape
    reasons = (
        f"Ink is what is stronger than {blobs.threshold:.0%} ({found}); strokes kept: "
        f"{len(strokes)}, digits in all: {len(blobs.digits)}, specks and edges dropped: "
        f"{blobs.dropped}",
        _pen(framed),
        f"From {width} x {height} pixels, proportions kept",
        "The center of its ink is put at the middle of 28 x 28 pixels",
    )
    names = ("Cut out", "Pen width", "20-pixel box", "Centered")
    images = (digit, framed.ink, framed.box, framed.digit)
    own_steps = map(_step, names, reasons, images)
    return FoundDigit(
        digit=framed.digit,
        box=_shares((top, left, bottom, right), blobs.labels.shape),
        pen=framed.pen,
        coarse=_is_tiny(ink) or spread,
        steps=(*steps, *own_steps),
    )


def _is_tiny(ink: np.ndarray) -> bool:
    """Whether a digit with a pixel around it is shorter than the box."""
    return max(ink.shape) - 2 < BOX


def _is_blurred(ink: np.ndarray) -> bool:
    """Whether edges are so flat that strokes have spread: in few pixels, or enlarged from few.

    The paper around a digit does not count: whether there was any says nothing of its edges.
    """
    least = TINY_BLURRED if _is_tiny(ink) else BLURRED
    ink = crop(ink)
    side = FINE * BOX / max(ink.shape)
    fine = resized(ink, tuple(max(2, round(n * side)) for n in ink.shape))
    steep = np.hypot(*np.gradient(fine))[fine > 0.3]
    return steep.size > 0 and float(np.quantile(steep, 0.95)) < least


def _sharpened(ink: np.ndarray, threshold: float, *, spread: bool) -> np.ndarray:
    """Ink from 0 to 1, steeper about the threshold where there are pixels enough.

    A tiny digit is enlarged, for its edges lie somewhere within its outermost pixels.
    """
    if _is_tiny(ink):
        margin = np.pad(crop(ink), 3)  # as far as the kernel reaches
        shape = tuple(ENLARGED * n for n in margin.shape)
        ink = resized(margin, shape, Image.Resampling.LANCZOS)
        steep = TINY_BLEED
    else:
        steep = min(max(max(ink.shape) / SHARP, 1.0), BLEED)
    steep = SPREAD_BLEED if spread else steep
    return np.clip((ink - threshold) * steep + threshold, 0, 1)


def _pen(framed: Framed) -> str:
    width = f"The pen is {framed.pen:.1f} pixels wide in the 20-pixel box"
    if framed.pen == framed.wanted:
        return f"{width}, as MNIST's are: left as it is"
    return f"{width}, brought to {framed.wanted:.1f}, as are many of MNIST's"


def _shares(
    box: tuple[int, int, int, int], shape: tuple[int, ...]
) -> tuple[float, float, float, float]:
    (top, left, bottom, right), (height, width) = box, shape
    return left / width, top / height, right / width, bottom / height


def _step(name: str, reason: str, gray: np.ndarray) -> Step:
    image = np.clip(shrunk(gray, PREVIEW_SIDE), 0, 1).astype(np.float32)
    return Step(name=name, reason=reason, image=image)
