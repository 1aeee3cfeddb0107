"""Picture -> ink: what is paper, and which of the two is darker.

The functions that others call give the reason, too: one line with what was found.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import closing, disk

from aecore.errors import PictureError
from aecore.imaging.resampling import resized, shrunk

Invert = Literal["auto", "yes", "no"]

FAINTEST = 0.04
"""How far a slightly blurred stroke must stand out, in gray levels of 0..1: 10 of 8 bits."""
FAINT = 0.08
"""Where nothing stands out by so much in a photo, in gray levels of 0..1, it may be noise..."""
BEYOND_NOISE = 9.0
"""...unless it is so many times its standard deviation: blank sheets reach 4 to 12 times in levels
of 0.05, pens 13 to 140 times in 0.26 at least."""
FLAT = 1e-4
"""Ink whose levels differ by less has one level."""
EVEN = 1 / 255
"""Noise of the border below which the paper counts as drawn, not photographed."""
RINGING = 0.035
"""The same of the waves that an enlargement leaves beside strokes, as a share of the contrast."""
WAVES = 0.25
"""Waves are smooth: less than this share of them is new from one pixel to the next."""
SMALL = 256
"""Paper and colors are judged on a copy so many pixels long."""
PATTERN = 0.6
"""Ink that has this share of the stronger ink's strength is no rest of the paper."""
PHOTO = 64
"""Shorter pictures are no photos of notes and reflections."""
FEW = 16
"""Shorter pictures show no uneven light: a digit may be on all of their border."""
COMPACT = 0.45
"""A shape that holds a square of this share of its own length is no stroke."""
CLEARER = 1.4
"""How many times more contrast than the gray a color must have to be looked at instead."""
GRAIN = 1 / 1000
"""How far photographs are smoothed, as a share of their longer side."""
LUMA = np.float32([0.299, 0.587, 0.114])  # ITU-R BT.601, as in Pillow

EIGHT = np.ones((3, 3), dtype=bool)
"""Pixels that touch at a corner belong together."""


def gray_of(picture: np.ndarray) -> tuple[np.ndarray, str]:
    """The gray, or the color channel, in which ink stands out the most.

    Parameters
    ----------
    picture : ndarray of shape (H, W) or (H, W, 3), in 0..1

    Returns
    -------
    ndarray of shape (H, W), float32 in 0..1
    str
    """
    if picture.ndim == 2:
        return picture, "Gray already, transparency over white, upright"
    gray = picture @ LUMA
    views = {"gray": gray} | {
        name: picture[..., k] for k, name in enumerate(("red", "green", "blue"))
    }
    contrast = {name: _contrast(view) for name, view in views.items()}
    best = max(contrast, key=contrast.get)
    if contrast[best] <= CLEARER * contrast["gray"]:
        return gray, "Colors turned to gray, transparency over white, upright"
    ratio = contrast[best] / max(contrast["gray"], 1e-3)
    return views[best], f"By its {best} light, where the ink stands out {ratio:.1f} times as much"


def _contrast(gray: np.ndarray) -> float:
    """How far the strongest half per cent stands out from its surroundings, less the noise."""
    small = shrunk(gray, SMALL)
    away = np.abs(small - ndimage.uniform_filter(small, max(small.shape) // 4))
    return float(np.quantile(away, 0.995) - np.median(away))


def find_ink(gray: np.ndarray, invert: Invert = "auto") -> tuple[np.ndarray, bool, str]:
    """Take the paper away and make ink white, whichever way round it was.

    Parameters
    ----------
    gray : ndarray of shape (H, W), in 0..1
    invert : "auto", "yes" or "no"
        Whether the ink is the darker; auto finds out.

    Returns
    -------
    ink : ndarray of shape (H, W), float32 in 0..1
        How far each pixel differs from the paper under it, 0 where that may be noise.
    dark : bool
        Whether the ink was darker than the paper.
    reason : str

    Raises
    ------
    PictureError
        If nothing stands out.
    """
    small = shrunk(gray, SMALL)
    border = _border(small)
    even = _is_even(small, border)
    dark = _is_dark(small, border, even=even) if invert == "auto" else invert == "yes"
    light, small = (gray, small) if dark else (1 - gray, 1 - small)  # ink is the darker from here
    paper = np.full_like(gray, np.median(small[border])) if even else _paper(small, gray.shape)
    # Ink takes a share of the light, in a shadow too; in a negative, of what is short of white.
    ink = (paper - light) / np.maximum(paper, 0.1)
    if not even:
        ink = ndimage.gaussian_filter(ink, GRAIN * max(ink.shape)) - np.median(ink)
        ink = np.where(ink > 3 * _spread(ink), ink, 0)
    ink = np.clip(ink, 0, 1).astype(np.float32)
    strongest = float(ndimage.gaussian_filter(ink, 1).max())  # one grain of noise is no stroke
    none = ""
    if strongest < FAINTEST:
        none = f"nothing stands out by more than {strongest:.1%} of white"
    elif not even and _is_noise(paper - light):
        none = "nothing stands out from its grain"
    if none:
        raise PictureError(
            f"The picture holds no ink: {none}. Draw or photograph one digit with more contrast."
        )
    found = "Dark ink on lighter paper, so inverted" if dark else "Already light ink on dark"
    told = "even light" if even else f"light uneven by {np.ptp(paper):.0%}, evened out"
    return ink, dark, f"{found}{' (as you set)' if invert != 'auto' else ''}; {told}"


def _is_noise(away: np.ndarray) -> bool:
    """Whether what differs from the paper (H, W), in gray levels, is faint and of its noise's size.

    In a shadow noise takes a large share of the light: a third of blank sheets held a digit once.
    """
    smooth = ndimage.gaussian_filter(away, max(1, GRAIN * max(away.shape)))
    smooth = smooth - np.median(smooth)
    strongest = float(smooth.max())
    return strongest < FAINT and strongest < BEYOND_NOISE * _spread(smooth)


def _is_even(small: np.ndarray, border: np.ndarray) -> bool:
    """Whether the border, a mask, of a picture (h, w) counts as one level.

    In a very small one it always does, elsewhere but for the waves of an enlargement: bicubic and
    Lanczos kernels swing beside an edge. Taken for a photo's noise, digits that fill their picture
    were turned inside out.
    """
    noise = _spread(small[border] - np.median(small[border]))
    if noise < EVEN or max(small.shape) < FEW:
        return True
    grain = _spread((small - ndimage.uniform_filter(small, 3))[border])
    smooth = max(small.shape) < PHOTO or grain < WAVES * noise
    return bool(smooth and noise < RINGING * np.ptp(small))


def _is_dark(small: np.ndarray, border: np.ndarray, *, even: bool) -> bool:
    """Whether the ink is darker than the paper, in a picture (h, w) with its border, a mask.

    Ink is the smaller part and stands out the most, which the third power listens to.
    """
    if even:
        return float(((small - np.median(small[border])) ** 3).sum()) <= 0
    above = small > threshold_otsu(small)
    share = above[border].mean()
    light_paper = share > 0.5
    strokes = above != light_paper
    if abs(share - 0.5) > 0.1 and not _is_solid(strokes) and _stands_out(small, strokes):
        return bool(light_paper)
    # A photo: each side of a shadow's or a desk's edge by itself.
    size = max(small.shape)
    margin = max(1, size // 64)
    large = ndimage.uniform_filter(above.astype(np.float64), size // 6) > 0.5
    energy = 0.0
    for side in (0, 1):
        here = ndimage.binary_erosion(large == side, EIGHT, iterations=margin, border_value=1)
        weight = ndimage.uniform_filter(here.astype(np.float64), size // 3)
        mean = ndimage.uniform_filter(np.where(here, small, 0), size // 3, output=np.float64)
        away = small - mean / np.maximum(weight, 1e-6)
        energy += float((away[here] ** 3).sum())
    return energy < 0


def _is_solid(mask: np.ndarray) -> bool:
    """Whether a mask holds a square that no stroke is wide enough for.

    In photos its holes are filled, for they may be the ink: of a digit on a note. So may be what
    stands beside a shape as compact as a lamp's reflection.
    """
    side = 0.3 * max(mask.shape)
    if max(mask.shape) < PHOTO:
        return _holds_square(mask, side)
    if _holds_square(ndimage.binary_fill_holes(mask), side):
        return True
    labels, count = ndimage.label(mask, structure=EIGHT)
    if not count:
        return False
    largest = 1 + int(np.bincount(labels.ravel())[1:].argmax())
    box = ndimage.find_objects(labels)[largest - 1]
    shape = labels[box] == largest
    return _holds_square(shape, COMPACT * max(shape.shape))


def _holds_square(mask: np.ndarray, side: float) -> bool:
    filled = ndimage.minimum_filter(mask, max(3, round(side)), mode="nearest")
    return bool(filled.any())


def _stands_out(small: np.ndarray, strokes: np.ndarray) -> bool:
    """Whether two parts of a picture differ by far more than its noise."""
    if not strokes.any():
        return False
    noise = _spread(small - ndimage.uniform_filter(small, 3))
    return abs(float(small[strokes].mean() - small[~strokes].mean())) > 6 * noise


def _paper(small: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The picture without strokes: what is dark and narrower than a quarter of it is filled in.

    Unlike a fitted surface, a gray closing also follows the edge of a shadow, and by a disc one in
    any direction. What lies along the picture's edge goes on beyond it, as a desk does.
    """
    radius = max(1, max(small.shape) // 8)
    beyond = np.pad(ndimage.gaussian_filter(small, 1), 2 * radius, mode="edge")
    filled = closing(beyond, disk(radius, decomposition="sequence"))
    inner = np.s_[2 * radius : -2 * radius]
    return resized(filled[inner, inner], shape)


def _border(gray: np.ndarray) -> np.ndarray:
    """Mask of the outermost pixels, a sixteenth of the shorter side deep."""
    mask = np.ones(gray.shape, dtype=bool)
    depth = max(1, min(gray.shape) // 16)
    mask[depth:-depth, depth:-depth] = False
    return mask


def _spread(values: np.ndarray) -> float:
    """Standard deviation by the median, which a few pixels of ink leave alone."""
    return 1.4826 * float(np.median(np.abs(values)))


def threshold_of(ink: np.ndarray) -> float:
    """The level that splits ink from what is left of the paper, by Otsu's method.

    Where what lies below is nearly as strong as what lies above, both are ink: of a shape filled
    with a pattern.
    """
    values = ink[ink > 0]
    if np.ptp(values) < FLAT:
        return float(values.min()) / 2
    level = float(threshold_otsu(values))
    below = float(values[values <= level].mean())
    return below / 2 if below > PATTERN * values[values > level].mean() else level
