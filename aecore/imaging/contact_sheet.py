"""Pictures with captions on one white sheet, as PNG."""

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
_REPLACEMENTS = str.maketrans({"\u2009": " ", "−": "-", "×": "x", "σ": "sigma", "→": "to"})
"""For characters that Pillow's font draws as boxes."""


def contact_sheet(
    title: str, images: np.ndarray, captions: Sequence[str], *, columns: int
) -> bytes:
    """Return a gray PNG of pictures in rows, each with a caption, under a title.

    Parameters
    ----------
    title : str
        One line for the head of the sheet.
    images : ndarray of shape (K, 784), in 0..1
        Values outside are clipped.
    captions : sequence of K str
    columns : int
        Pictures in a row.
    """
    title, *captions = (text.translate(_REPLACEMENTS) for text in (title, *captions))
    font = ImageFont.load_default(_FONT)
    columns = min(columns, len(images))
    side = SIDE * ZOOM
    cell, row, head = side + _MARGIN, side + _LINE + _GAP, _MARGIN + _LINE
    width = max(columns * cell + _MARGIN, round(font.getlength(title)) + 2 * _MARGIN)
    page = Image.new("L", (width, head + -(-len(images) // columns) * row + _MARGIN), "white")
    pen = ImageDraw.Draw(page)
    pen.text((_MARGIN, _MARGIN // 2), title, _INK, font)
    for i, (levels, caption) in enumerate(zip(to_levels(images), captions, strict=True)):
        left, top = _MARGIN + i % columns * cell, head + i // columns * row
        picture = Image.fromarray(levels.reshape(SHAPE))
        page.paste(picture.resize((side, side), Image.Resampling.NEAREST), (left, top))
        pen.text((left + side // 2, top + side), caption, _INK, font, anchor="ma")
    file = io.BytesIO()
    page.save(file, format="PNG")
    return file.getvalue()
