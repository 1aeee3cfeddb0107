"""Digits as people would send them: each function makes a picture (uint8) of a digit (28, 28)."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

Rng = np.random.Generator


def resized(digit: np.ndarray, side: int) -> np.ndarray:
    """A digit in 0..1 at another size, in 0..1."""
    picture = Image.fromarray(np.asarray(digit, dtype=np.float32))
    return np.clip(np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC)), 0, 1)


def levels(gray: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(gray, 0, 1) * 255).astype(np.uint8)


# --- simple changes: the vote must stay ---


def plain(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return levels(digit)


def inverted(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return levels(1 - digit)


def shifted(digit: np.ndarray, rng: Rng) -> np.ndarray:
    top, left = rng.integers(0, 60, 2)
    return levels(np.pad(digit, ((top, 60 - top), (left, 60 - left))))


def shrunk(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return levels(resized(digit, round(28 * rng.uniform(0.3, 1))))


def enlarged(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return levels(resized(digit, round(28 * rng.uniform(1, 8))))


def on_gray(digit: np.ndarray, rng: Rng) -> np.ndarray:
    paper, contrast = rng.uniform(0.4, 0.6), rng.uniform(0.25, 0.4) * rng.choice((-1, 1))
    return levels(paper + contrast * resized(digit, 56))


def lit_from_a_side(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Dark on light, or light on dark, with a gradient of up to a third."""
    side = 112
    gray = 0.9 - 0.75 * resized(digit, side) - light(side, rng, 0.33)
    return levels(gray if rng.random() < 0.5 else 1 - gray)


SIMPLE = (plain, inverted, shifted, shrunk, enlarged, on_gray, lit_from_a_side)


# --- paper and pens ---


def blank_sheet(rng: Rng) -> np.ndarray:
    """Paper of even color in uneven light, photographed; no digit."""
    y, x = np.mgrid[-1:1:480j, -1:1:480j]
    gray = rng.uniform(0.7, 0.97) - light(480, rng, rng.uniform(0, 0.6))
    gray = gray * (1 - rng.uniform(0, 0.3) * (x * x + y * y) / 2)
    return photographed(gray[:, :360], rng, noise=rng.uniform(0.005, 0.03))


def light(side: int, rng: Rng, strength: float) -> np.ndarray:
    """A gradient of 0..strength in a random direction, (side, side)."""
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    turn = rng.uniform(0, 2 * np.pi)
    slope = np.cos(turn) * x + np.sin(turn) * y
    return strength * (slope - slope.min()) / np.ptp(slope)


def stroke(digit: np.ndarray, size: int, width: float, rng: Rng) -> np.ndarray:
    """The digit redrawn by a pen `width` pixels wide, in 0..1, (size, size)."""
    spine = skeletonize(ndimage.zoom(digit, 8, order=3) > 0.5)
    points = np.argwhere(spine) * (size / spine.shape[0])
    drawn = np.zeros((size, size), dtype=bool)
    steps = np.linspace(0, size / spine.shape[0], 6)
    for step in steps:  # neighboring points joined, roughly
        for shift in ((step, 0), (0, step), (step, step), (-step, step)):
            y, x = np.clip((points + shift).astype(int), 0, size - 1).T
            near = np.ones(len(y), dtype=bool)
            if step:
                ahead = np.sign(shift).astype(int)
                where = np.clip(np.argwhere(spine) + ahead, 0, spine.shape[0] - 1)
                near = spine[where[:, 0], where[:, 1]]
            drawn[y[near], x[near]] = True
    away = ndimage.distance_transform_edt(~drawn)
    return np.clip(width / 2 - away + 0.5, 0, 1)


def placed(ink: np.ndarray, shape: tuple[int, int], rng: Rng) -> np.ndarray:
    """The ink somewhere in a picture of `shape`."""
    picture = np.zeros(shape)
    top, left = (
        rng.integers(n // 20, max(n // 20 + 1, n - n // 20 - k))
        for n, k in zip(shape, ink.shape, strict=True)
    )
    picture[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return picture


def tilted(ink: np.ndarray, rng: Rng, degrees: float) -> np.ndarray:
    turned = ndimage.rotate(ink, rng.uniform(-degrees, degrees), reshape=False, order=1)
    return np.clip(turned, 0, 1)


def photographed(gray: np.ndarray, rng: Rng, *, noise: float = 0.02) -> np.ndarray:
    """Slightly out of focus, grainy, and a JPEG of middling quality."""
    gray = ndimage.gaussian_filter(gray, (0.8, 0.8, 0)[: gray.ndim])
    gray = gray + rng.normal(0, noise, gray.shape)
    file = io.BytesIO()
    Image.fromarray(levels(gray)).save(file, "JPEG", quality=int(rng.integers(50, 90)))
    return np.asarray(Image.open(file))


def pen_on_paper(
    digit: np.ndarray, rng: Rng, *, shape=(480, 360), share=(0.3, 0.7), pen=(0.015, 0.04)
) -> np.ndarray:
    """Ink in 0..1 by a thin pen; the digit's frame has a share of the picture's shorter side."""
    size = round(min(shape) * rng.uniform(*share))
    width = max(1.5, size * rng.uniform(*pen))
    return placed(tilted(stroke(digit, size, width, rng), rng, 4), shape, rng)


def ballpoint(digit: np.ndarray, rng: Rng) -> np.ndarray:
    ink = pen_on_paper(digit, rng)
    paper = 0.9 - 0.15 * ndimage.zoom(rng.random((8, 6)), 60, order=1)
    return photographed(paper * (1 - 0.7 * ink), rng)


def shadow(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """The photographer's hand keeps half the light from a part of the paper."""
    ink = pen_on_paper(digit, rng, pen=(0.03, 0.06))
    y, x = np.mgrid[0:1:480j, 0:1:360j]
    turn = rng.uniform(0, 2 * np.pi)
    edge = np.cos(turn) * (x - rng.uniform(0.3, 0.7)) + np.sin(turn) * (y - rng.uniform(0.3, 0.7))
    paper = 0.9 - rng.uniform(0.25, 0.45) / (1 + np.exp(-edge * rng.uniform(15, 60)))
    return photographed(paper * (1 - 0.75 * ink), rng)


def pencil(digit: np.ndarray, rng: Rng) -> np.ndarray:
    ink = pen_on_paper(digit, rng, pen=(0.03, 0.06))
    grain = np.clip(ndimage.gaussian_filter(rng.normal(0.75, 0.6, ink.shape), 1), 0.2, 1)
    return photographed(
        0.88 * (1 - 0.35 * ink * grain) - light(480, rng, 0.2)[:, :360],
        rng,
        noise=0.015,
    )


def chalk(digit: np.ndarray, rng: Rng) -> np.ndarray:
    ink = pen_on_paper(digit, rng, pen=(0.05, 0.09))
    grain = np.clip(ndimage.gaussian_filter(rng.normal(0.8, 0.8, ink.shape), 0.8), 0.2, 1)
    smear = ndimage.gaussian_filter(rng.random(ink.shape), 25)
    board = 0.18 + (smear - smear.mean()) * 2
    return photographed(board + 0.6 * ink * grain, rng)


def with_rules(
    digit: np.ndarray, rng: Rng, *, squared: bool, strength: float, size=(0.35, 0.6)
) -> np.ndarray:
    shape = (480, 360)
    ink = pen_on_paper(digit, rng, share=size, pen=(0.03, 0.06))
    lines = np.zeros((700, 700))
    step, width = (
        (rng.integers(18, 34), 2) if squared else (rng.integers(30, 60), rng.integers(1, 3))
    )
    for start in range(0, 700, step):
        lines[start : start + width] = 1
        if squared:
            lines[:, start : start + width] = 1
    lines = tilted(lines, rng, 5)[110:590, 170:530]
    lines = ndimage.gaussian_filter(lines, 0.5)
    gray = (0.93 - light(480, rng, 0.2)[:, : shape[1]]) * (1 - strength * lines) * (1 - 0.75 * ink)
    return photographed(gray, rng)


def ruled(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return with_rules(digit, rng, squared=False, strength=rng.uniform(0.2, 0.6))


def squared(digit: np.ndarray, rng: Rng) -> np.ndarray:
    return with_rules(digit, rng, squared=True, strength=rng.uniform(0.15, 0.4))


def on_a_desk(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """A sheet on a darker desk that is seen on one to three sides."""
    ink = pen_on_paper(digit, rng, share=(0.3, 0.5), pen=(0.03, 0.06))
    sheet = np.ones(ink.shape)
    for side in rng.permutation(4)[: rng.integers(1, 4)]:
        depth = int(rng.uniform(0.03, 0.25) * ink.shape[side % 2])
        rows = slice(0, depth) if side < 2 else slice(-depth, None)
        held = [slice(None), slice(None)]
        held[side % 2] = rows
        if (ink[tuple(held)] > 0).any():
            continue
        sheet[tuple(held)] = 0
    sheet = ndimage.gaussian_filter(tilted(sheet + 1e-9, rng, 3), 1)
    wood = rng.uniform(0.15, 0.5) + 0.05 * ndimage.gaussian_filter(
        rng.normal(size=ink.shape), (0, 8)
    )
    paper = 0.9 - light(480, rng, 0.2)[:, :360]
    return photographed(np.where(sheet > 0.5, paper * (1 - 0.75 * ink), wood), rng)


def colored(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """A felt pen of some color on white, yellow or pink paper."""
    inks = ((0.1, 0.2, 0.7), (0.8, 0.1, 0.1), (0.1, 0.5, 0.2), (0.95, 0.85, 0.1), (0.95, 0.5, 0.1))
    papers = ((0.93, 0.93, 0.92), (0.96, 0.93, 0.65), (0.95, 0.75, 0.8))
    which = rng.integers(len(inks))
    paper = np.array(papers[0 if which > 2 else rng.integers(len(papers))])
    ink = pen_on_paper(digit, rng, pen=(0.04, 0.09))[..., None]
    lamp = 1 - light(480, rng, 0.2)[:, :360, None]
    return photographed(lamp * (paper * (1 - ink) + np.array(inks[which]) * paper * ink), rng)


def tight(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """Cropped to the strokes, so that there is hardly any paper, in either polarity."""
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = rng.integers(0, 3)
    cut = ndimage.zoom(np.pad(cut, margin), rng.uniform(1, 8), order=1)
    return levels(0.05 + 0.9 * (cut if rng.random() < 0.5 else 1 - cut))


def felt_pen(digit: np.ndarray, rng: Rng) -> np.ndarray:
    ink = pen_on_paper(digit, rng, share=(0.5, 0.9), pen=(0.12, 0.17))
    return photographed((0.9 - light(480, rng, 0.3)[:, :360]) * (1 - 0.85 * ink), rng)


def small_in_a_large_photo(digit: np.ndarray, rng: Rng) -> np.ndarray:
    ink = pen_on_paper(digit, rng, shape=(960, 720), share=(0.08, 0.15), pen=(0.05, 0.08))
    return photographed((0.9 - light(960, rng, 0.3)[:, :720]) * (1 - 0.7 * ink), rng)


def on_a_screen(digit: np.ndarray, rng: Rng) -> np.ndarray:
    """A screenshot of a drawing program: even colors, a title bar, a thin frame."""
    gray = np.full((400, 400), 0.94)
    gray[:24] = 0.25
    gray[40:380, 20:380] = 0.6
    gray[41:379, 21:379] = 1.0
    ink = placed(stroke(digit, 220, rng.uniform(4, 14), rng), (320, 340), rng)
    gray[50:370, 30:370] = np.minimum(gray[50:370, 30:370], 1 - ink)
    return levels(gray)


PAPERS = (
    ballpoint,
    shadow,
    pencil,
    chalk,
    ruled,
    squared,
    on_a_desk,
    colored,
    tight,
    felt_pen,
    small_in_a_large_photo,
    on_a_screen,
)
