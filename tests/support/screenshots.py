"""Drawings within their surroundings: screenshots of drawing pages, and sheets on an even desk.

Each maker returns the picture (H, W, 3) uint8, and the drawing alone, as it would be sent without
what surrounds it.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from tests.support import renderings

Rng = np.random.Generator
Color = tuple[int, ...]
Pair = tuple[np.ndarray, np.ndarray]

LIGHT = ((255, 255, 255), (250, 250, 250), (245, 245, 240), (255, 250, 220), (235, 245, 255))
DARK = ((0, 0, 0), (14, 17, 23), (30, 30, 30), (24, 32, 56), (40, 44, 52))
MIDDLE = ((128, 128, 128), (90, 140, 200), (200, 120, 90), (60, 130, 90), (180, 180, 190))
INKS = ((0, 0, 0), (20, 20, 120), (160, 20, 20), (40, 40, 40))


def pick(colors, rng: Rng) -> Color:
    return colors[rng.integers(len(colors))]


def drawing(digit: np.ndarray, rng: Rng, side: int, *, ink: Color, paper: Color) -> np.ndarray:
    """A digit (28, 28) drawn with a pen somewhere on a canvas: (h, w, 3) uint8."""
    size = round(side * rng.uniform(0.45, 0.85))
    width = max(2.5, size * rng.uniform(0.03, 0.12))
    shape = (side, round(side * rng.uniform(1, 1.4)))
    mask = renderings.placed(renderings.stroke(digit, size, width, rng), shape, rng)[..., None]
    return np.rint((1 - mask) * np.array(paper) + mask * np.array(ink)).astype(np.uint8)


def compressed(picture: np.ndarray, rng: Rng) -> np.ndarray:
    """Every second one as a JPEG of middling to good quality."""
    if rng.random() < 0.5:
        return picture
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=int(rng.integers(50, 96)))
    return np.asarray(Image.open(file))


def toolbar(pen: ImageDraw.ImageDraw, rng: Rng, at: Color, width: int, text: Color) -> None:
    """A row of buttons, each with a word or an icon."""
    left, top = at
    fill = tuple(int(np.clip(c + rng.integers(-60, 60), 0, 255)) for c in text)
    while left + 30 < at[0] + width:
        wide = int(rng.integers(28, 110))
        if left + wide > at[0] + width:
            break
        pen.rounded_rectangle((left, top, left + wide, top + 30), 5, outline=text, width=1)
        if rng.random() < 0.5:
            pen.text((left + 6, top + 8), ("Clear", "Undo", "Brush", "7")[rng.integers(4)], text)
        else:
            pen.ellipse((left + 8, top + 8, left + 22, top + 22), fill=fill)
        left += wide + int(rng.integers(6, 30))


def page_of(canvas: np.ndarray, rng: Rng, *, page: Color, margins: Color | None = None) -> Image:
    """A page with the canvas on it, and perhaps a frame, a heading, toolbars and a panel."""
    height, width = canvas.shape[:2]
    left, top, right, bottom = (
        (int(rng.integers(20, 260)) for _ in range(4)) if margins is None else margins
    )
    picture = Image.new("RGB", (left + width + right, top + height + bottom), page)
    pen = ImageDraw.Draw(picture)
    text = (20, 20, 20) if sum(page) > 380 else (235, 235, 235)
    rounded = Image.new("L", (width, height), 0)
    radius = int(rng.choice((0, 0, 8, 16)))
    ImageDraw.Draw(rounded).rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
    picture.paste(Image.fromarray(canvas), (left, top), rounded)
    if margins is None:
        if rng.random() < 0.4:
            box = (left - 1, top - 1, left + width, top + height)
            pen.rounded_rectangle(box, radius, outline=pick(MIDDLE, rng), width=1)
        if top > 90 and rng.random() < 0.6:
            pen.text((left, 14), "Draw a digit", text, font_size=int(rng.integers(16, 40)))
        if top > 50 and rng.random() < 0.6:
            toolbar(pen, rng, (left, top - 40), width, text)
        if bottom > 50 and rng.random() < 0.6:
            toolbar(pen, rng, (left, top + height + 8), width, text)
        if right > 150 and rng.random() < 0.5:
            side = (left + width + 20, top, left + width + right - 10, top + height)
            pen.rectangle(side, fill=tuple(int(0.9 * c + 12) for c in page))
            for line in range(4):
                words = (side[0] + 8, side[1] + 12 + 22 * line)
                pen.text(words, "Prediction: 0.93"[: 8 + line], text)
        if rng.random() < 0.3:
            pen.rectangle((0, 0, picture.width, 12), fill=pick(MIDDLE, rng))
    return picture


def white_canvas(digit: np.ndarray, rng: Rng) -> Pair:
    """Dark ink on a light canvas, in a page that is dark or of some color."""
    canvas = drawing(
        digit, rng, int(rng.integers(160, 420)), ink=pick(INKS, rng), paper=pick(LIGHT, rng)
    )
    page = page_of(canvas, rng, page=pick(DARK + MIDDLE, rng))
    return compressed(np.asarray(page), rng), canvas


def black_canvas(digit: np.ndarray, rng: Rng) -> Pair:
    """Light ink on a dark canvas, in a page that is light or of some color."""
    canvas = drawing(
        digit, rng, int(rng.integers(160, 420)), ink=pick(LIGHT, rng), paper=pick(DARK, rng)
    )
    page = page_of(canvas, rng, page=pick(LIGHT + MIDDLE, rng))
    return compressed(np.asarray(page), rng), canvas


def own_canvas(digit: np.ndarray, rng: Rng) -> Pair:
    """This app's own canvas, with 40 pixels of the page around it."""
    size = int(rng.integers(200, 340))
    ink = renderings.placed(
        renderings.stroke(digit, size, rng.uniform(16, 40), rng), (392, 392), rng
    )
    canvas = np.repeat(renderings.levels(ink)[..., None], 3, axis=2)
    page = page_of(canvas, rng, page=pick((LIGHT[0], DARK[1]), rng), margins=(40, 40, 40, 40))
    return compressed(np.asarray(page), rng), canvas


def paper_on_an_even_desk(digit: np.ndarray, rng: Rng) -> Pair:
    """A sheet, up to 10 degrees askew, on a desk without any grain, and no noise."""
    sheet = drawing(
        digit, rng, int(rng.integers(240, 420)), ink=pick(INKS, rng), paper=pick(LIGHT, rng)
    )
    margin = int(rng.integers(60, 160))
    padding = ((margin, margin), (margin, margin), (0, 0))
    turn = rng.uniform(-10, 10)
    desk = np.array(pick(MIDDLE + DARK, rng))
    colors = ndimage.rotate(np.pad(sheet.astype(float), padding, mode="edge"), turn, order=1)
    inside = np.pad(np.ones((*sheet.shape[:2], 1)), padding)
    inside = ndimage.rotate(inside, turn, order=1)
    picture = np.where(inside > 0.5, colors, desk)
    return compressed(np.rint(picture.clip(0, 255)).astype(np.uint8), rng), sheet


MAKERS: tuple[Callable[[np.ndarray, Rng], Pair], ...] = (
    white_canvas,
    black_canvas,
    own_canvas,
    paper_on_an_even_desk,
)
