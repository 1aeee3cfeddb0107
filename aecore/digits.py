"""Any picture of one digit -> an MNIST-style digit, with every step kept for showing.

`normalise` is a row of small steps, each from arrays to arrays; `aecore.picture_file` is the door
for files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from aecore.errors import PictureError, ShapeError
from aecore.picture_file import grey_of, open_picture

SIDE = 28
BOX = 20
PREVIEW_SIDE = 256

FAINTEST_INK = 0.04
"""How far a slightly blurred stroke must stand out, in grey levels of 0..1: 10 of 8 bits."""
EVEN = 1 / 255
"""Noise of the border below which the paper counts as drawn, not photographed."""
NEAR = 0.3
"""How far from the strokes kept so far another may lie, in lengths of their common box."""
DUST = 0.02
"""Strokes with less of the largest one's area are dropped."""
SMALLEST_DIGIT = 64
"""How many times longer than its digit a picture may be."""
STROKE = (2.4, 3.2)
"""Narrowest and widest stroke left as they are, in pixels of the 20-pixel box; the middle half of
MNIST's lies between 2.1 and 2.9."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one step made of the picture."""

    name: str
    """Two or three words: "Grey", "White on black", ..."""
    reason: str
    """One line: what was done and why, with the values found."""
    image: np.ndarray
    """Preview of shape (H, W), float32 in 0..1, at most 256 pixels long."""


@dataclass(frozen=True, kw_only=True)
class NormalisedDigit:
    """A digit like MNIST's, and how it came about."""

    digit: np.ndarray
    """Shape (28, 28), float32 in 0..1, white on black."""
    steps: tuple[Step, ...]
    """In the order they were taken."""


def normalise(picture: Image.Image | bytes) -> NormalisedDigit:
    """Turn a picture of one digit into a digit like MNIST's.

    Parameters
    ----------
    picture : Image or bytes
        An open picture of any mode, or a file as `open_picture` takes it.

    Returns
    -------
    NormalisedDigit

    Raises
    ------
    PictureError
        If the picture cannot be read, is too large or holds no ink.
    """
    opened = picture if isinstance(picture, Image.Image) else open_picture(picture)
    grey = grey_of(opened)
    steps = [step("Grey", "Colours and transparency turned to grey on white, upright", grey)]
    for name, take in _STEPS:
        grey, reason = take(grey)
        steps.append(step(name, reason, grey))
    return NormalisedDigit(digit=grey, steps=tuple(steps))


# The door: bytes -> grey


def even_out(grey: np.ndarray, *, dark: bool | None = None) -> tuple[np.ndarray, str]:
    """Take the paper away and make ink white.

    Parameters
    ----------
    grey : ndarray of shape (H, W), in 0..1
    dark : bool, optional
        Whether the ink is darker than the paper; found where it is not told.

    Returns
    -------
    ink : ndarray of shape (H, W)
    reason : str

    Raises
    ------
    PictureError
        If nothing stands out from the paper.
    """
    small = _resized(grey, 256)
    border = small[_border(small)]
    even = _spread(border - np.median(border)) < EVEN
    rough = np.median(border) if even else ndimage.gaussian_filter(small, max(small.shape) / 8)
    # Ink is the smaller part of a picture and stands out the most: the third power listens to it.
    if dark is None:
        dark = float(((small - rough) ** 3).sum()) < 0
    paper = np.full_like(grey, np.median(border)) if even else _paper(small, grey.shape, dark=dark)
    ink = paper - grey if dark else grey - paper
    ink = np.where(ink > 3 * _spread(ink[_border(ink)]), ink, 0)
    strongest = float(ndimage.gaussian_filter(ink, 1).max())  # one grain of noise is no stroke
    if strongest < FAINTEST_INK:
        raise PictureError(
            f"The picture holds no ink: nothing stands out by more than {strongest:.1%} of white. "
            "Draw or photograph one digit with more contrast."
        )
    found = "Dark ink on lighter paper, so inverted" if dark else "Already light ink on dark"
    light = "even light" if even else f"light uneven by {np.ptp(paper):.0%}, evened out"
    return ink, f"{found}; {light}"


def _paper(small: np.ndarray, shape: tuple[int, ...], *, dark: bool) -> np.ndarray:
    """The picture without strokes: what is narrower than a quarter of it is filled in.

    Unlike a fitted surface, a grey closing also follows the edge of a shadow.
    """
    smooth = ndimage.gaussian_filter(small, 1)
    fill = ndimage.grey_closing if dark else ndimage.grey_opening
    return _scaled(fill(smooth, size=max(small.shape) // 4), shape)


def _border(grey: np.ndarray) -> np.ndarray:
    """Mask of the outermost pixels, a sixteenth of the shorter side deep."""
    mask = np.ones(grey.shape, dtype=bool)
    depth = max(1, min(grey.shape) // 16)
    mask[depth:-depth, depth:-depth] = False
    return mask


def _spread(values: np.ndarray) -> float:
    """Standard deviation by the median, which a few pixels of ink leave alone."""
    return 1.4826 * float(np.median(np.abs(values)))


def _cut_out(ink: np.ndarray) -> tuple[np.ndarray, str]:
    """Keep the digit's strokes, stretched to white, and set all else to exactly 0."""
    threshold = otsu(ink[ink > 0])
    labels, _ = ndimage.label(ink > threshold / 2, structure=np.ones((3, 3)))
    strong = ink > threshold
    kept, dropped = _strokes(labels, strong)
    mask = np.isin(labels, kept)
    white = np.quantile(ink[mask & strong], 0.95)
    grown = ndimage.binary_dilation(mask, structure=np.ones((3, 3)))  # the strokes' grey edges
    digit = _crop(np.clip(np.where(grown, ink, 0) / white, 0, 1))
    if max(digit.shape) < max(ink.shape) / SMALLEST_DIGIT:
        raise PictureError(
            f"The picture holds no ink but specks of at most {max(digit.shape)} pixels. "
            "Draw or photograph one digit larger."
        )
    return digit, (
        f"Ink is what stands out by more than {threshold:.0%}; strokes kept: {len(kept)}, "
        f"specks and far things dropped: {dropped}"
    )


def otsu(values: np.ndarray) -> float:
    """The level that splits positive values into two groups the furthest apart."""
    counts, edges = np.histogram(values, bins=256, range=(0, values.max()))
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    mass = np.cumsum(counts * middles)
    between = (mass[-1] * below / total - mass) ** 2 / np.maximum(below * (total - below), 1)
    return float(middles[between == between.max()].mean())


def _strokes(labels: np.ndarray, strong: np.ndarray) -> tuple[list[int], int]:
    """Labels of the largest stroke and those that belong to it; how many others there are."""
    areas = np.bincount(labels[strong], minlength=labels.max() + 1)
    areas[0] = 0
    main = int(areas.argmax())
    boxes = np.array(
        [[[s.start for s in box], [s.stop for s in box]] for box in ndimage.find_objects(labels)]
    )  # (number of labels, 2, 2): first and last corner, each as row and column
    kept, left = [main], set(np.flatnonzero(areas >= DUST * areas[main]).tolist()) - {main}
    while True:
        first, last = _around(boxes[np.array(kept) - 1])
        reach = NEAR * (last - first).max()
        near = [i for i in left if _gap(boxes[i - 1], (first, last)) <= reach]
        if not near:
            return kept, int(np.count_nonzero(areas)) - len(kept)
        kept += near
        left -= set(near)


def _around(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)


def _gap(box: np.ndarray, other: tuple[np.ndarray, np.ndarray]) -> int:
    """Pixels between two boxes along the axis where they are further apart."""
    return int(max((box[0] - other[1]).max(), (other[0] - box[1]).max()))


def _even_stroke(ink: np.ndarray) -> tuple[np.ndarray, str]:
    """Bring a pen's width near MNIST's, which a large picture of a thin pen would lose."""
    if max(ink.shape) < 2 * BOX:
        return ink, "Too small a picture to measure the pen, left as it is"
    pixel = max(ink.shape) / BOX
    # Padded: a straight stroke fills its crop, and the crop's edge is an edge of the ink.
    inside = ndimage.distance_transform_edt(np.pad(ink > 0.5, 1))[1:-1, 1:-1]
    width = 4 * (inside[inside > 0].mean() - 0.5) / pixel
    wanted = float(np.clip(width, *STROKE))
    if wanted == width:
        return ink, f"The pen is {width:.1f} pixels wide in the 20-pixel box, as MNIST's are"
    growth = (wanted - width) * pixel / 2
    margin = max(0, math.ceil(growth)) + 1
    inside, ink = np.pad(inside, margin), np.pad(ink, margin)
    signed = inside - ndimage.distance_transform_edt(inside == 0)
    return (
        _crop(np.clip(signed + growth, 0, 1).astype(np.float32)),
        f"The pen is {width:.1f} pixels wide in the 20-pixel box, brought to {wanted:.1f}",
    )


def _box(ink: np.ndarray) -> tuple[np.ndarray, str]:
    box = _fit(_crop(ink))
    box = box / box.max()  # a thin pen in a small picture has turned grey
    (height, width), (box_height, box_width) = ink.shape, box.shape
    return box, f"From {width} x {height} to {box_width} x {box_height} pixels, proportions kept"


def _centred(box: np.ndarray) -> tuple[np.ndarray, str]:
    return _centre(box), "The centre of its ink is put at the middle of 28 x 28 pixels"


_STEPS = (
    ("White on black", even_out),
    ("Cut out", _cut_out),
    ("Pen width", _even_stroke),
    ("20-pixel box", _box),
    ("Centred", _centred),
)


# Pixels


def _crop(ink: np.ndarray) -> np.ndarray:
    if ink.ndim != 2 or ink.size == 0:
        raise ShapeError(f"ink must have shape (H, W), not {ink.shape}.")
    rows, columns = np.flatnonzero((ink > 0).any(axis=1)), np.flatnonzero((ink > 0).any(axis=0))
    if rows.size == 0:
        raise PictureError("The picture holds no ink: every pixel is background.")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(ink: np.ndarray) -> np.ndarray:
    """Scale so that the longer side is 20 pixels."""
    return _scaled(ink, _fitting(ink.shape, BOX))


def _centre(box: np.ndarray) -> np.ndarray:
    """Place a box of at most 20x20 so that its centre of mass is at (14, 14), like MNIST's."""
    height, width = box.shape
    mass = box.sum(dtype=np.float64)
    row = box.sum(axis=1) @ np.arange(height) / mass
    column = box.sum(axis=0) @ np.arange(width) / mass
    top = int(np.clip(round(SIDE / 2 - row), 0, SIDE - height))
    left = int(np.clip(round(SIDE / 2 - column), 0, SIDE - width))
    digit = np.zeros((SIDE, SIDE), dtype=np.float32)
    digit[top : top + height, left : left + width] = box
    return digit


def _resized(grey: np.ndarray, side: int) -> np.ndarray:
    """Shrink to at most `side` pixels on the longer side, proportions kept."""
    return grey if max(grey.shape) <= side else _scaled(grey, _fitting(grey.shape, side))


def _fitting(shape: tuple[int, ...], side: int) -> tuple[int, ...]:
    return tuple(max(1, round(length * side / max(shape))) for length in shape)


def _scaled(grey: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Scale smoothly to `shape`."""
    picture = Image.fromarray(np.ascontiguousarray(grey, dtype=np.float32))
    return np.clip(np.asarray(picture.resize(shape[::-1], Image.Resampling.BICUBIC)), 0, 1)


def step(name: str, reason: str, grey: np.ndarray) -> Step:
    """A step with a preview of its picture (H, W)."""
    return Step(name=name, reason=reason, image=_resized(grey, PREVIEW_SIDE).astype(np.float32))
