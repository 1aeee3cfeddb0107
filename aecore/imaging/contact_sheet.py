"""Pictures with captions on one white sheet, as PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecore.config import SHAPE, SIDE
from aecore.imaging.levels import to_levels

ZOOM = 2
"""Of digits; other pictures become about as large."""
_GAP = 4  # pixels below a caption
_MARGIN = 12
_LINE = 18  # pixels of a line of text
_FONT = 13
_INK = 20
_REPLACEMENTS = str.maketrans({"\u2009": " ", "−": "-", "×": "x", "σ": "sigma", "→": "to"})
"""For characters that Pillow's font draws as boxes."""


def contact_sheet(
    title: str,
    images: np.ndarray,
    captions: Sequence[str],
    *,
    columns: int,
    shape: tuple[int, ...] = SHAPE,
) -> bytes:
    """Return a PNG of pictures in rows, each with a caption, under a title.

    Parameters
    ----------
    title : str
        One line for the head of the sheet.
    images : ndarray of shape (K, P), in 0..1
        Values outside are clipped.
    captions : sequence of K str
    columns : int
        Pictures in a row.
    shape : (H, W) or (H, W, 3)
        Of a picture.
    """
    title, *captions = (text.translate(_REPLACEMENTS) for text in (title, *captions))
    font = ImageFont.load_default(_FONT)
    columns = min(columns, len(images))
    zoom = max(1, round(ZOOM * SIDE / max(shape[:2])))
    size = (zoom * shape[1], zoom * shape[0])
    side = max(size)
    cell, row, head = side + _MARGIN, side + _LINE + _GAP, _MARGIN + _LINE
    width = max(columns * cell + _MARGIN, round(font.getlength(title)) + 2 * _MARGIN)
    page = Image.new(
        "L" if len(shape) == 2 else "RGB",
        (width, head + -(-len(images) // columns) * row + _MARGIN),
        "white",
    )
    pen = ImageDraw.Draw(page)
    ink = _INK if len(shape) == 2 else (_INK,) * 3
    pen.text((_MARGIN, _MARGIN // 2), title, ink, font)
    for i, (levels, caption) in enumerate(zip(to_levels(images), captions, strict=True)):
        left, top = _MARGIN + i % columns * cell, head + i // columns * row
        picture = Image.fromarray(levels.reshape(shape))
        page.paste(picture.resize(size, Image.Resampling.NEAREST), (left, top))
        pen.text((left + side // 2, top + side), caption, ink, font, anchor="ma")
    file = io.BytesIO()
    page.save(file, format="PNG")
    return file.getvalue()
