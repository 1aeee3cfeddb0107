"""Pictures with captions on one white sheet, as PNG: what a page's galleries are saved as."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecore.pictures import signed_palette, to_levels, to_signed_levels

SIDE = 28
ZOOM = 2
GAP = 4
"""Pixels between the pictures of one cell."""
_MARGIN = 12
_LINE = 18  # pixels of a line of text
_FONT = 13
_BAR = 120  # pixels, the length of the colour scale
_INK = (20, 20, 20)
_IN_OTHER_LETTERS = str.maketrans({"\u2009": " ", "−": "-", "×": "x", "σ": "sigma", "→": "to"})


def signed(pictures: np.ndarray, limit: float) -> np.ndarray:
    """Colours (..., 784, 3) uint8 of signed pictures (..., 784): white is zero."""
    return signed_palette()[to_signed_levels(pictures, limit=limit)]


def grey(pictures: np.ndarray) -> np.ndarray:
    """Colours (..., 784, 3) uint8 of pictures (..., 784) in 0..1."""
    return to_levels(pictures)[..., None].repeat(3, axis=-1)


def sheet(
    title: str,
    pictures: np.ndarray,
    captions: Sequence[str],
    *,
    columns: int,
    limit: float | None = None,
    scale_name: str = "",
) -> bytes:
    """A PNG of pictures in rows, each cell with a caption, under a title.

    Parameters
    ----------
    title : str
        One line for the head of the sheet.
    pictures : ndarray of shape (K, P, 784, 3), uint8
        P pictures stand side by side in each of K cells; see `signed` and `grey`.
    captions : sequence of K str
    columns : int
        Cells in a row.
    limit, scale_name : float and str, optional
        End and name of the colour scale of signed pictures, drawn below the title.
    """
    title, captions = _known(title), [_known(caption) for caption in captions]
    count, across = pictures.shape[:2]
    columns = min(columns, count)
    cell = across * SIDE * ZOOM + (across - 1) * GAP + _MARGIN
    row = SIDE * ZOOM + _LINE + GAP
    head = _MARGIN + _LINE + (2 * _LINE if limit else 0)
    lines = [title, f"{scale_name} {limit:+.2g} {limit:+.2g}" if limit else ""]
    widest = max(_font().getlength(line) for line in lines) + (_BAR if limit else 0)
    width = max(columns * cell + _MARGIN, round(widest) + 2 * _MARGIN)
    page = Image.new("RGB", (width, head + -(-count // columns) * row + _MARGIN), "white")
    pen = ImageDraw.Draw(page)
    pen.text((_MARGIN, _MARGIN // 2), title, _INK, _font())
    if limit:
        _colour_bar(page, pen, _MARGIN + _LINE, limit, scale_name)
    for i, caption in enumerate(captions):
        left, top = _MARGIN + i % columns * cell, head + i // columns * row
        for j, picture in enumerate(pictures[i]):
            page.paste(_enlarged(picture), (left + j * (SIDE * ZOOM + GAP), top))
        middle = left + (cell - _MARGIN) // 2
        pen.text((middle, top + SIDE * ZOOM), caption, _INK, _font(), anchor="ma")
    return _png(page)


def _enlarged(picture: np.ndarray) -> Image.Image:
    """A picture of colours (784, 3) as it stands on a sheet."""
    image = Image.fromarray(picture.reshape(SIDE, SIDE, 3))
    return image.resize((SIDE * ZOOM, SIDE * ZOOM), Image.Resampling.NEAREST)


def _png(page: Image.Image) -> bytes:
    file = io.BytesIO()
    page.save(file, format="PNG")
    return file.getvalue()


def _known(text: str) -> str:
    """A text in letters that the font has: for others it draws boxes."""
    return text.translate(_IN_OTHER_LETTERS)


def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(_FONT)


def _colour_bar(
    page: Image.Image, pen: ImageDraw.ImageDraw, top: int, limit: float, name: str
) -> None:
    """The scale from -limit to limit, between its ends in words."""
    low = f"{name} -{limit:.2g}"
    left = _MARGIN + round(_font().getlength(low)) + GAP
    bar = Image.fromarray(signed_palette()[None].repeat(_LINE - 8, axis=0)).resize(
        (_BAR, _LINE - 8)
    )
    pen.text((_MARGIN, top), low, _INK, _font())
    page.paste(bar, (left, top + 3))
    pen.text((left + _BAR + GAP, top), f"+{limit:.2g}", _INK, _font())
