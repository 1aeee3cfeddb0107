"""Galleries as one PNG."""

import io

import numpy as np
import pytest
from PIL import Image

from aecore.pictures import to_signed_levels, to_signed_png
from aecore.sheet import GAP, SIDE, ZOOM, grey, sheet, signed


def opened(content):
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        return np.array(picture).astype(int)


def test_signed_colours_are_those_of_single_pictures_and_zero_is_neutral():
    values = np.random.default_rng(0).normal(size=784)

    found = signed(values, 1.5).reshape(SIDE, SIDE, 3).astype(int)

    alone = opened(to_signed_png(values.reshape(SIDE, SIDE), limit=1.5))
    assert np.abs(found - alone).max() <= 3  # 255 levels in place of a continuous scale
    assert to_signed_levels(np.zeros(1), limit=1.5)[0] == 127
    assert signed(np.zeros(1), 1.5).tolist() == [[247, 247, 247]]


@pytest.mark.parametrize(("count", "across", "columns"), [(1, 1, 8), (5, 2, 3), (17, 3, 8)])
def test_every_picture_stands_on_the_sheet_once(count, across, columns):
    pictures = np.zeros((count, across, 784, 3), np.uint8)
    pictures[..., 0] = 255  # nothing else on a sheet is pure red

    page = opened(sheet("Reds", pictures, [str(i) for i in range(count)], columns=columns))

    red = (page == [255, 0, 0]).all(axis=-1)
    assert red.sum() == count * across * (SIDE * ZOOM) ** 2
    assert np.flatnonzero(red.any(axis=0)).max() < page.shape[1] - GAP
    assert np.flatnonzero(red.any(axis=1)).max() < page.shape[0] - GAP


def test_a_signed_sheet_names_its_scale():
    pictures = grey(np.zeros((1, 1, 784)))

    plain = opened(sheet("One", pictures, ["1"], columns=8))
    scaled = opened(sheet("One", pictures, ["1"], columns=8, limit=0.5, scale_name="weight"))

    assert len(scaled) > len(plain)
    deepest_red = np.abs(scaled - [103, 0, 31]).max(axis=-1) < 12
    assert deepest_red.any()


def test_no_letter_of_a_sheet_is_a_box():
    """The font that comes with Pillow has no thin space, no real minus, no times sign, no sigma."""
    blank = grey(np.zeros((1, 1, 784)))

    given = sheet("D\u2009=\u20092 − 3×3 σ", blank, ["−1"], columns=1)

    assert given == sheet("D = 2 - 3x3 sigma", blank, ["-1"], columns=1)
