"""Digits with captions on one white sheet, as PNG: what a selection is saved as."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecore.config import SHAPE, SIDE
from aecore.imaging.levels import to_levels

ZOOM = 2
_GAP = 4  # pixels below a caption
_MARGIN = 12
_LINE = 18  # pixels of a line of text
_FONT = 13
_INK = 20
_IN_OTHER_LETTERS = str.maketrans({"\u2009": " ", "−": "-", "×": "x", "σ": "sigma", "→": "to"})


def sheet(title: str, images: np.ndarray, captions: Sequence[str], *, columns: int) -> bytes:
    """A gray PNG of digits in rows, each with a caption, under a title.

    Parameters
    ----------
    title : str
        One line for the head of the sheet.
    images : ndarray of shape (K, 784), in 0..1
        Values outside are clipped.
    captions : sequence of K str
    columns : int
        Digits in a row.
    """
    title, captions = _known(title), [_known(caption) for caption in captions]
    columns = min(columns, len(images))
    cell, row, head = SIDE * ZOOM + _MARGIN, SIDE * ZOOM + _LINE + _GAP, _MARGIN + _LINE
    width = max(columns * cell + _MARGIN, round(_font().getlength(title)) + 2 * _MARGIN)
    page = Image.new("L", (width, head + -(-len(images) // columns) * row + _MARGIN), "white")
    pen = ImageDraw.Draw(page)
    pen.text((_MARGIN, _MARGIN // 2), title, _INK, _font())
    for i, (levels, caption) in enumerate(zip(to_levels(images), captions, strict=True)):
        left, top = _MARGIN + i % columns * cell, head + i // columns * row
        digit = Image.fromarray(levels.reshape(SHAPE))
        size = (SIDE * ZOOM, SIDE * ZOOM)
        page.paste(digit.resize(size, Image.Resampling.NEAREST), (left, top))
        middle = left + SIDE * ZOOM // 2
        pen.text((middle, top + SIDE * ZOOM), caption, _INK, _font(), anchor="ma")
    file = io.BytesIO()
    page.save(file, format="PNG")
    return file.getvalue()


def _known(text: str) -> str:
    """A text in letters that the font has: for others it draws boxes."""
    return text.translate(_IN_OTHER_LETTERS)


def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(_FONT)
