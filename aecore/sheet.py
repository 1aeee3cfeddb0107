"""Rows of pictures as one PNG with the rows' names, to take along."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecore.pictures import to_png, to_signed_png

SCALE = 3
_GAP = 6
_LINE = 22  # height of a name


def to_sheet_png(rows: Sequence[tuple[str, np.ndarray, float | None]]) -> bytes:
    """A PNG of named rows of pictures, black names on white.

    Parameters
    ----------
    rows : sequence of (name, images, limit)
        Images (B, 28, 28) or (B, 784), as many in each row; grey in 0..1 where `limit` is None,
        else signed from -limit (blue) to limit (red).
    """
    count = max(len(images) for _, images, _ in rows)
    step = 28 * SCALE + _GAP
    sheet = Image.new("RGB", (count * step + _GAP, len(rows) * (step + _LINE) + _GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
    for row, (name, images, limit) in enumerate(rows):
        top = row * (step + _LINE) + _GAP
        draw.text((_GAP, top), name, fill="black", font=font)
        for column, pixels in enumerate(images.reshape(-1, 28, 28)):
            png = (
                to_png(pixels, scale=SCALE)
                if limit is None
                else to_signed_png(pixels, limit=limit, scale=SCALE)
            )
            with Image.open(io.BytesIO(png)) as picture:
                sheet.paste(picture, (_GAP + column * step, top + _LINE))
    file = io.BytesIO()
    sheet.save(file, format="PNG")
    return file.getvalue()
