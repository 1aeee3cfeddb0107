"""Separate ink from paper: gray, polarity, background and threshold.

The functions that others call also return the reason: one line for people, with what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import closing, disk

from aecore.errors import PictureError
from aecore.imaging.resampling import resize, shrink

Invert = Literal["auto", "yes", "no"]


@dataclass(frozen=True, kw_only=True)
class ForegroundConfig:
    """Limits by which ink is told from paper.

    Gray levels and contrasts are in 0..1, sides in pixels.
    """

    analysis_side: int = 256
    """Longer side of the copy on which paper and colors are judged."""
    channel_gain: float = 1.4
    """A color channel replaces the gray if it has this many times its contrast."""

    min_contrast: float = 0.04
    """Least gray levels by which a slightly blurred stroke stands out: 10 of 8 bits."""
    photo_min_contrast: float = 0.08
    """In a photo less may be noise..."""
    noise_factor: float = 9.0
    """...unless it is this many of the noise's standard deviations: blank sheets reach 4 to 12 of
    them with levels of 0.05, pens 13 to 140 with levels of at least 0.26."""
    smoothing: float = 1 / 1000
    """Sigma by which photos are smoothed, as a share of their longer side."""
    noise_floor: float = 3.0
    """Ink weaker than this many of its noise's standard deviations is set to 0 in photos."""

    max_even_noise: float = 1 / 255
    """Standard deviation of the border below which a picture counts as drawn, not photographed."""
    max_ringing: float = 0.035
    """The same for the waves that an enlargement leaves beside strokes, as a share of the range."""
    max_ringing_grain: float = 0.25
    """Waves are smooth: less than this share of them differs from the neighboring pixels."""
    min_uneven_side: int = 16
    """Smaller pictures show no uneven light: a digit may fill all of their border."""
    min_photo_side: int = 64
    """Smaller pictures are no photos of notes and reflections."""

    solid_share: float = 0.3
    """What holds a square of this share of the picture's longer side is no stroke..."""
    compact_share: float = 0.45
    """...and neither is a shape that holds a square of this share of its own longer side."""
    stand_out_factor: float = 6.0
    """Strokes differ from the paper by more than this many of its noise's standard deviations."""

    flat_range: float = 1e-4
    """Ink whose levels differ by less has a single level."""
    pattern_strength: float = 0.6
    """What is below the threshold but has this share of the strength above it is ink as well."""


CONFIG = ForegroundConfig()
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601, as in Pillow
EIGHT_CONNECTED = np.ones((3, 3), dtype=bool)
"""Pixels that touch at a corner belong together."""


def to_gray(picture: np.ndarray) -> tuple[np.ndarray, str]:
    """Convert a picture to gray, or to the color channel in which ink stands out the most.

    Parameters
    ----------
    picture : ndarray of shape (H, W) or (H, W, 3), in 0..1

    Returns
    -------
    gray : ndarray of shape (H, W), float32 in 0..1
    reason : str
    """
    if picture.ndim == 2:
        return picture, "Grayscale already, turned upright, transparent areas on white"
    views = {"gray": picture @ LUMA}
    views |= {name: picture[..., k] for k, name in enumerate(("red", "green", "blue"))}
    contrast = {name: _contrast(view) for name, view in views.items()}
    best = max(contrast, key=contrast.__getitem__)
    if contrast[best] <= CONFIG.channel_gain * contrast["gray"]:
        return views["gray"], "Converted to gray, turned upright, transparent areas on white"
    ratio = contrast[best] / max(contrast["gray"], 1e-3)
    return views[best], f"Only the {best} channel, in which ink has {ratio:.1f} times the contrast"


def _contrast(gray: np.ndarray) -> float:
    """Return how far the strongest 0.5% stands out from its surroundings, less the noise."""
    small = shrink(gray, CONFIG.analysis_side)
    difference = np.abs(small - ndimage.uniform_filter(small, max(small.shape) // 4))
    return float(np.quantile(difference, 0.995) - np.median(difference))


def extract_ink(gray: np.ndarray, invert: Invert = "auto") -> tuple[np.ndarray, bool, str]:
    """Subtract the paper and make ink white, whichever of the two was darker.

    Parameters
    ----------
    gray : ndarray of shape (H, W), in 0..1
    invert : "auto", "yes" or "no"
        Whether the ink is darker than the paper; "auto" detects it.

    Returns
    -------
    ink : ndarray of shape (H, W), float32 in 0..1
        How far each pixel differs from the paper under it, 0 where that may be noise.
    inverted : bool
        Whether the ink was darker than the paper.
    reason : str

    Raises
    ------
    PictureError
        If nothing stands out.
    """
    small = shrink(gray, CONFIG.analysis_side)
    border = _border(small)
    even = _is_even(small, border)
    dark = _is_dark(small, border, even=even) if invert == "auto" else invert == "yes"
    light, small = (gray, small) if dark else (1 - gray, 1 - small)  # from here on ink is darker
    paper = np.full_like(gray, np.median(small[border])) if even else _paper(small, gray.shape)
    # Ink absorbs a share of the light, in a shadow too; in a negative, of what is short of white.
    ink = (paper - light) / np.maximum(paper, 0.1)
    if not even:
        ink = ndimage.gaussian_filter(ink, CONFIG.smoothing * max(ink.shape)) - np.median(ink)
        ink = np.where(ink > CONFIG.noise_floor * _deviation(ink), ink, 0)
    ink = np.clip(ink, 0, 1).astype(np.float32)
    strongest = float(ndimage.gaussian_filter(ink, 1).max())  # a single noisy pixel is no stroke
    if strongest < CONFIG.min_contrast:
        raise _no_digit(f"is blank: its contrast is only {strongest:.1%}")
    if not even and _is_noise(paper - light):
        raise _no_digit("shows only noise")
    polarity = "Dark ink on lighter paper, inverted" if dark else "Light ink on darker paper, kept"
    source = "" if invert == "auto" else " (as you set)"
    lighting = "even light" if even else f"light uneven by {np.ptp(paper):.0%}, corrected"
    return ink, dark, f"{polarity}{source}; {lighting}"


def _no_digit(why: str) -> PictureError:
    return PictureError(
        f"No digit found: the image {why}. Draw or photograph one digit with more contrast."
    )


def _is_noise(difference: np.ndarray) -> bool:
    """Return whether a difference from the paper (H, W), in gray levels, is faint and noisy.

    Relative to the light, noise in a shadow is large: a third of blank sheets held a digit once.
    """
    smooth = ndimage.gaussian_filter(difference, max(1, CONFIG.smoothing * max(difference.shape)))
    smooth = smooth - np.median(smooth)
    limit = min(CONFIG.photo_min_contrast, CONFIG.noise_factor * _deviation(smooth))
    return float(smooth.max()) < limit


def _is_even(small: np.ndarray, border: np.ndarray) -> bool:
    """Return whether the border, a mask, of a picture (h, w) counts as a single level.

    In a very small one it always does; elsewhere it may have the waves of an enlargement: bicubic
    and Lanczos kernels swing beside an edge. While they were taken for a photo's noise, digits that
    fill their picture were turned inside out.
    """
    noise = _deviation(small[border] - np.median(small[border]))
    if noise < CONFIG.max_even_noise or max(small.shape) < CONFIG.min_uneven_side:
        return True
    grain = _deviation((small - ndimage.uniform_filter(small, 3))[border])
    smooth = max(small.shape) < CONFIG.min_photo_side or grain < CONFIG.max_ringing_grain * noise
    return bool(smooth and noise < CONFIG.max_ringing * np.ptp(small))


def _is_dark(small: np.ndarray, border: np.ndarray, *, even: bool) -> bool:
    """Return whether ink is darker than paper, in a picture (h, w) with its border, a mask.

    Ink is the smaller part and stands out the most, which the third power is sensitive to.
    """
    if even:
        return float(((small - np.median(small[border])) ** 3).sum()) <= 0
    bright = small > threshold_otsu(small)
    share = bright[border].mean()
    light_paper = share > 0.5
    strokes = bright != light_paper
    if abs(share - 0.5) > 0.1 and not _is_solid(strokes) and _stands_out(small, strokes):
        return bool(light_paper)
    return _skewness_by_region(small, bright) < 0


def _skewness_by_region(small: np.ndarray, bright: np.ndarray) -> float:
    """Sum the cubed differences from the local mean, on each side of a shadow's or desk's edge."""
    size = max(small.shape)
    margin = max(1, size // 64)
    regions = ndimage.uniform_filter(bright.astype(np.float64), size // 6) > 0.5
    total = 0.0
    for side in (0, 1):
        inside = ndimage.binary_erosion(
            regions == side, EIGHT_CONNECTED, iterations=margin, border_value=1
        )
        weight = ndimage.uniform_filter(inside.astype(np.float64), size // 3)
        mean = ndimage.uniform_filter(np.where(inside, small, 0), size // 3, output=np.float64)
        difference = small - mean / np.maximum(weight, 1e-6)
        total += float((difference[inside] ** 3).sum())
    return total


def _is_solid(mask: np.ndarray) -> bool:
    """Return whether a mask holds a square that no stroke is wide enough for.

    In photos its holes are filled, because they may be the ink: of a digit on a note. So may be
    what stands beside a shape as compact as a lamp's reflection.
    """
    side = CONFIG.solid_share * max(mask.shape)
    if max(mask.shape) < CONFIG.min_photo_side:
        return _holds_square(mask, side)
    if _holds_square(ndimage.binary_fill_holes(mask), side):
        return True
    labels, count = ndimage.label(mask, structure=EIGHT_CONNECTED)
    if not count:
        return False
    largest = 1 + int(np.bincount(labels.ravel())[1:].argmax())
    shape = labels[ndimage.find_objects(labels)[largest - 1]] == largest
    return _holds_square(shape, CONFIG.compact_share * max(shape.shape))


def _holds_square(mask: np.ndarray, side: float) -> bool:
    return bool(ndimage.minimum_filter(mask, max(3, round(side)), mode="nearest").any())


def _stands_out(small: np.ndarray, strokes: np.ndarray) -> bool:
    """Return whether two parts of a picture differ by far more than its noise."""
    if not strokes.any():
        return False
    noise = _deviation(small - ndimage.uniform_filter(small, 3))
    difference = abs(float(small[strokes].mean() - small[~strokes].mean()))
    return difference > CONFIG.stand_out_factor * noise


def _paper(small: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Fill in what is dark and narrower than a quarter of the picture, and scale it to `shape`.

    Unlike a fitted surface, a gray closing also follows the edge of a shadow, and with a disc in
    any direction. What lies along the picture's edge continues beyond it, as a desk does.
    """
    radius = max(1, max(small.shape) // 8)
    padded = np.pad(ndimage.gaussian_filter(small, 1), 2 * radius, mode="edge")
    filled = closing(padded, disk(radius, decomposition="sequence"))
    inner = np.s_[2 * radius : -2 * radius]
    height, width = shape
    return resize(filled[inner, inner], (height, width))


def _border(gray: np.ndarray) -> np.ndarray:
    """Return a mask of the outermost pixels, a sixteenth of the shorter side deep."""
    depth = max(1, min(gray.shape) // 16)
    mask = np.ones(gray.shape, dtype=bool)
    mask[depth:-depth, depth:-depth] = False
    return mask


def _deviation(values: np.ndarray) -> float:
    """Return the standard deviation about 0 by the median, which few pixels of ink leave alone."""
    return 1.4826 * float(np.median(np.abs(values)))


def ink_threshold(ink: np.ndarray) -> float:
    """Return the level that separates ink from remains of the paper, by Otsu's method.

    Where what lies below is nearly as strong as what lies above, both are ink: of a shape filled
    with a pattern.
    """
    values = ink[ink > 0]
    if np.ptp(values) < CONFIG.flat_range:
        return float(values.min()) / 2
    level = float(threshold_otsu(values))
    below = float(values[values <= level].mean())
    is_pattern = below > CONFIG.pattern_strength * values[values > level].mean()
    return below / 2 if is_pattern else level
