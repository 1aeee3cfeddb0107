"""Rows of pictures as one PNG."""

import io

import numpy as np
from PIL import Image

from aecore.sheet import SCALE, to_sheet_png


def test_a_sheet_shows_every_picture_of_every_row_under_its_name():
    grey = np.stack([np.full((28, 28), level) for level in (0.0, 0.5, 1.0)])
    signed = 2 * grey - 1

    sheet = Image.open(io.BytesIO(to_sheet_png([("grey", grey, None), ("signed", signed, 1.0)])))

    step = sheet.width // 3
    height = sheet.height // 2
    colours = [
        [
            sheet.getpixel((column * step + step // 2, row * height + height * 2 // 3))
            for column in range(3)
        ]
        for row in range(2)
    ]
    assert colours[0] == [(0, 0, 0), (128, 128, 128), (255, 255, 255)]
    assert colours[1] == [(5, 48, 97), (247, 247, 247), (103, 0, 31)]
    assert step >= 28 * SCALE
    names = np.asarray(sheet)[:20]
    assert names.min() < 100  # something is written there
