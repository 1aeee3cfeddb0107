"""Turn any picture of handwritten digits into MNIST-style digits, stage by stage.

    picture -> gray -> sheet -> ink -> ink without printed lines -> segments
            -> each digit's ink, cut out -> strokes of MNIST's width -> 20-pixel box -> 28x28

`PICTURE_STAGES` prepare the whole picture, `DIGIT_STAGES` each digit that is found in it. A stage
is a pure function from one draft to the next, and leaves a preview and a reason to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from PIL import Image
from scipy import ndimage

from aecore.digits import normalization
from aecore.digits.box import Box
from aecore.digits.foreground import EIGHT_CONNECTED, Invert, extract_ink, to_gray
from aecore.digits.normalization import BOX, FINE_SCALE, adjust_strokes, crop
from aecore.digits.ruled_lines import remove_lines
from aecore.digits.segmentation import Segment, Segmentation, segment
from aecore.digits.sheet import find_sheet
from aecore.errors import ConfigError, PictureError
from aecore.imaging.resampling import resize, shrink, undo_enlargement

PREVIEW_SIDE = 256

# All of these were chosen on one half of scikit-learn's digits.
SHARP_LENGTH = 40
"""Strokes of digits longer than this many pixels are made black or white, except at the edges."""
MAX_STEEPNESS = 4.0
"""Greatest factor by which these edges are made steeper."""
TINY_ENLARGEMENT = 4
"""How many times digits shorter than the 20-pixel box are enlarged before their edges are found."""
TINY_STEEPNESS = 2.5
"""The factor for these edges."""
BLURRED_SLOPE = 0.15
"""A digit is blurred if hardly an edge is this steep, in shares of white for each pixel of the fine
copy: 98% of MNIST's digits have steeper ones than 0.2."""
TINY_BLURRED_SLOPE = 0.12
"""The same for tiny digits: those of 10 pixels or more have steeper ones."""
BLURRED_STEEPNESS = 3.5
"""The factor for the edges of blurred digits."""
BLURRED_STROKE_WIDTHS = (1.6, 2.8)
"""Thinnest and thickest strokes left unchanged in them, in pixels of the box."""
BLURRED_STROKE_WIDTH = 2.0
"""Width that others are adjusted to."""

Rotation = Literal[0, 90, 180, 270]
Pick = Literal["all", "together"] | int
Region = tuple[float, float, float, float]
"""Left, top, right and bottom, in shares of the upright picture's width and height."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is detected by default and can be set by hand instead."""

    invert: Invert = "auto"
    """Whether the ink is darker than the paper."""
    threshold: float | None = None
    """What counts as ink, as a share of the strongest, in 0..1; None detects it."""
    rotate: Rotation = 0
    """Degrees clockwise, on top of the camera's own note."""
    crop: Region | None = None
    """The part of the upright picture to read; None finds the sheet or canvas, if there is one."""
    pick: Pick = "all"
    """Every digit found; all ink as one digit; or only that number, from 0 in reading order."""

    def __post_init__(self) -> None:
        if self.invert not in get_args(Invert):
            raise ConfigError(f"invert must be auto, yes or no, not {self.invert!r}.")
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise ConfigError(f"threshold must lie between 0 and 1, not {self.threshold!r}.")
        if self.crop is not None and not _is_region(self.crop):
            raise ConfigError(
                "The crop is empty or reaches beyond the picture: left, top, right and bottom must "
                f"lie in 0 to 1, left before right and top before bottom, not {self.crop!r}."
            )
        if self.rotate not in get_args(Rotation):
            raise ConfigError(f"rotate must be 0, 90, 180 or 270, not {self.rotate!r}.")
        number = isinstance(self.pick, int) and not isinstance(self.pick, bool) and self.pick >= 0
        if not number and self.pick not in ("all", "together"):
            raise ConfigError(f"pick must be all, together or a number from 0, not {self.pick!r}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """What one stage made of the picture."""

    name: str
    """Two or three words: "Gray", "White on black", ..."""
    reason: str
    """One line: what was done and why, with the values found."""
    image: np.ndarray
    """Preview of shape (H, W), float32 in 0..1, at most 256 pixels long."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Digit:
    """A digit like MNIST's, and how it was made."""

    image: np.ndarray
    """Shape (28, 28), float32 in 0..1, white on black."""
    box: Region = (0.0, 0.0, 1.0, 1.0)
    """Where it was found."""
    stroke_width: float = 0.0
    """How wide its strokes were in the picture, in pixels of the 20-pixel box."""
    low_resolution: bool = False
    """Whether it had fewer pixels than that box, or was enlarged from few."""
    steps: tuple[Step, ...] = ()
    """In the order they were taken; the first ones are shared by all digits of the picture."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft(Digit):
    """A digit in the making, as one stage hands it to the next: its `image` is any (H, W).

    At first that is the whole picture, in color (H, W, 3).
    """

    settings: Settings
    upright: np.ndarray
    """The whole picture, upright and in gray, (H, W)."""
    colors: np.ndarray
    """The same as it came, (H, W) or (H, W, 3)."""
    inverted: bool = False
    """Whether the ink was darker than the paper."""
    threshold: float = 0.0
    """Ink stronger than this makes a stroke."""
    blurred: bool = False
    """Whether edges are so flat that strokes have spread."""
    preview: np.ndarray | None = None
    """What is shown of the last stage, (H, W) in 0..1; by default `image`."""
    reason: str = ""
    """What it did and why, in one line."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What was found in a picture."""

    picture: np.ndarray
    """The upright picture in gray, (H, W) float32 in 0..1."""
    inverted: bool
    """Whether the ink was darker than the paper."""
    threshold: float
    """What counted as ink, as a share of the strongest."""
    digits: tuple[Digit, ...]
    """In reading order; at least one."""
    boxes: tuple[Region, ...]
    """Of all digits found, even if `Settings.pick` took only one of them."""


def _is_region(values: Region) -> bool:
    left, top, right, bottom = values
    return 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def read(picture: np.ndarray, settings: Settings | None = None) -> Reading:
    """Find the digits in a picture and make each like MNIST's.

    Parameters
    ----------
    picture : ndarray of shape (H, W) or (H, W, 3), in 0..1
        As `image_file.open_picture` returns it.
    settings : Settings, optional

    Returns
    -------
    Reading

    Raises
    ------
    PictureError
        If the picture holds no ink, or not as many digits as `settings.pick` asks for.
    """
    settings = settings or Settings()
    page = _run(
        PICTURE_STAGES, Draft(settings=settings, image=picture, upright=picture, colors=picture)
    )
    segmentation = segment(page.image, threshold=settings.threshold)
    picked = _pick(segmentation.digits, settings.pick)
    drafts = [_isolate(page, segmentation, each) for each in picked]
    return Reading(
        picture=np.ascontiguousarray(page.upright, dtype=np.float32),
        inverted=page.inverted,
        threshold=segmentation.threshold / float(page.image.max()),
        digits=tuple(_run(DIGIT_STAGES, draft) for draft in drafts),
        boxes=tuple(_place(page, each.box) for each in segmentation.digits),
    )


def upright_gray(picture: np.ndarray, settings: Settings) -> np.ndarray:
    """Return a picture (H, W) or (H, W, 3) as `Reading.picture`, whatever it may hold."""
    gray, _ = to_gray(picture)
    return np.ascontiguousarray(np.rot90(gray, -settings.rotate // 90), dtype=np.float32)


def _run(stages: Mapping[str, Stage], draft: Draft) -> Draft:
    """Take a draft through stages and keep what each has made, to be shown."""
    for name, stage in stages.items():
        draft = stage(draft)
        if not draft.reason:  # it had nothing to do
            continue
        shown = draft.image if draft.preview is None else draft.preview
        image = np.clip(shrink(shown, PREVIEW_SIDE), 0, 1).astype(np.float32)
        step = Step(name=name, reason=draft.reason, image=image)
        draft = replace(draft, preview=None, steps=(*draft.steps, step))
    return draft


# --- stages of the whole picture ---


def _turn_to_gray(draft: Draft) -> Draft:
    """Choose the gray or a color channel, rotate it, and undo an enlargement of whole pixels."""
    rotate = draft.settings.rotate
    gray, reason = to_gray(draft.image)
    gray, colors = (np.rot90(each, -rotate // 90) for each in (gray, draft.image))
    pixels, side = undo_enlargement(gray)
    if rotate:
        reason += f"; rotated by {rotate}° as you set"
    if side > 1:
        reason += f"; blocks of {side:.3g} x {side:.3g} equal pixels taken as one pixel each"
    return replace(draft, image=pixels, upright=gray, colors=colors, preview=gray, reason=reason)


def _find_sheet(draft: Draft) -> Draft:
    """Leave out what surrounds the sheet, or what was cropped by hand."""
    colors, crop_by_hand = draft.colors, draft.settings.crop
    if crop_by_hand is not None:
        box = Box.of_shares(crop_by_hand, colors.shape)
        part, reason = colors[box.view], "Cropped as you set"
    else:
        sheet = None if draft.image.shape != colors.shape[:2] else find_sheet(colors)
        if sheet is None:  # in an enlargement, a single pixel may look like a sheet
            return replace(draft, reason="")
        box, part, reason = sheet.box, sheet.cut_out(colors), "Drawn on a sheet or canvas"
    gray, how = to_gray(part)
    height, width = gray.shape
    return replace(
        draft,
        image=undo_enlargement(gray)[0],
        box=box.shares(colors.shape),
        preview=gray,
        reason=f"{reason}: {width} x {height} pixels, the rest left out. {how}",
    )


def _extract_ink(draft: Draft) -> Draft:
    """Subtract the paper, and make ink white."""
    ink, inverted, reason = extract_ink(draft.image, draft.settings.invert)
    return replace(draft, image=ink, preview=ink / ink.max(), inverted=inverted, reason=reason)


def _remove_lines(draft: Draft) -> Draft:
    """Remove the lines of ruled and squared paper."""
    ink, reason = remove_lines(draft.image)
    return replace(draft, image=ink, preview=ink / ink.max(), reason=reason)


# --- from the picture to its digits ---


def _pick(digits: tuple[Segment, ...], pick: Pick) -> tuple[Segment, ...]:
    """Choose digits as `Settings.pick` says."""
    if pick == "all":
        return digits
    if pick == "together":
        return (Segment.merged(digits),)
    if pick >= len(digits):
        raise PictureError(
            f"The picture holds {len(digits)} digits, so there is no number {pick}, counted from 0."
            " Choose another."
        )
    return (digits[pick],)


def _isolate(page: Draft, segmentation: Segmentation, digit: Segment) -> Draft:
    """Cut a digit's own ink out of the page's, and scale it so that its strokes are 1."""
    view = digit.box.grown(1, page.image.shape).view
    labels, ink, level = segmentation.labels[view], page.image[view], segmentation.threshold
    own = np.isin(labels, digit.strokes)
    white = np.quantile(ink[own & (ink > level)], 0.95)
    # The strokes' gray edges belong to them, too.
    own |= ndimage.binary_dilation(own, structure=EIGHT_CONNECTED) & (labels == 0)
    source = "automatic" if page.settings.threshold is None else "as you set"
    reason = (
        f"Ink threshold {level:.0%} ({source}); strokes kept: {len(digit.strokes)}; digits found: "
        f"{len(segmentation.digits)}; specks and edges removed: {segmentation.n_dropped}"
    )
    return replace(
        page,
        image=np.where(own, ink, 0) / white,
        box=_place(page, digit.box),
        threshold=level / white,
        reason=reason,
    )


def _place(page: Draft, box: Box) -> Region:
    """Return where a box of the page's pixels lies in the upright picture."""
    left, top, right, bottom = page.box
    width, height = right - left, bottom - top
    across, down, across_end, down_end = box.shares(page.image.shape)
    return (
        left + across * width,
        top + down * height,
        left + across_end * width,
        top + down_end * height,
    )


# --- stages of each digit ---


def _sharpen(draft: Draft) -> Draft:
    """Crop a digit, and make its edges steeper about the threshold where it has enough pixels.

    A tiny digit is enlarged, because its edges lie somewhere within its outermost pixels.
    """
    ink, threshold = draft.image, draft.threshold
    tiny = max(ink.shape) - 2 < BOX  # there is a pixel of paper around it
    blurred = _edge_slope(crop(ink)) < (TINY_BLURRED_SLOPE if tiny else BLURRED_SLOPE)
    steepness = min(max(max(ink.shape) / SHARP_LENGTH, 1.0), MAX_STEEPNESS)
    if tiny:
        padded = np.pad(crop(ink), 3)  # as far as the kernel reaches
        shape = tuple(TINY_ENLARGEMENT * n for n in padded.shape)
        ink = resize(padded, shape, Image.Resampling.LANCZOS)
        steepness = TINY_STEEPNESS
    if blurred:
        steepness = BLURRED_STEEPNESS
    digit = crop(np.clip((ink - threshold) * steepness + threshold, 0, 1))
    return replace(draft, image=digit, blurred=blurred, low_resolution=tiny or blurred)


def _edge_slope(ink: np.ndarray) -> float:
    """Return how steep the edges of cropped ink are, in shares of white a pixel of the fine copy.

    The paper around a digit is cropped first: whether there was any says nothing of its edges.
    """
    scale = FINE_SCALE * BOX / max(ink.shape)
    fine = resize(ink, tuple(max(2, round(n * scale)) for n in ink.shape))
    slopes = np.hypot(*np.gradient(fine))[fine > 0.3]
    return float(np.quantile(slopes, 0.95)) if slopes.size else np.inf


def _adjust_strokes(draft: Draft) -> Draft:
    """Make strokes about as wide as MNIST's."""
    widths, target = normalization.STROKE_WIDTHS, normalization.STROKE_WIDTH
    if draft.blurred:
        widths, target = BLURRED_STROKE_WIDTHS, BLURRED_STROKE_WIDTH
    ink, width, target = adjust_strokes(draft.image, widths=widths, target=target)
    change = "unchanged" if width == target else f"adjusted to {target:.1f}"
    reason = f"Strokes {width:.1f} pixels wide in the 20-pixel box: {change}, as usual in MNIST"
    return replace(draft, image=ink, stroke_width=width, reason=reason)


def _scale_to_box(draft: Draft) -> Draft:
    """Scale a digit to 20 pixels on its longer side."""
    height, width = draft.image.shape
    reason = f"Scaled from {width} x {height} pixels, proportions kept"
    return replace(draft, image=normalization.scale_to_box(draft.image), reason=reason)


def _center(draft: Draft) -> Draft:
    """Center a digit in 28x28 pixels."""
    reason = "Center of mass moved to the middle of 28 x 28 pixels"
    return replace(draft, image=normalization.center(draft.image), reason=reason)


Stage = Callable[[Draft], Draft]
PICTURE_STAGES: dict[str, Stage] = {
    "Gray": _turn_to_gray,
    "Sheet": _find_sheet,
    "White on black": _extract_ink,
    "Printed lines": _remove_lines,
}
"""From the picture to its ink, by the names that are shown."""
DIGIT_STAGES: dict[str, Stage] = {
    "Cut out": _sharpen,
    "Pen width": _adjust_strokes,
    "20-pixel box": _scale_to_box,
    "Centered": _center,
}
"""From the ink of one digit to 28x28 pixels."""
