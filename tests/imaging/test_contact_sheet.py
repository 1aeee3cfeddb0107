"""Digits on one sheet, as PNG."""

import io

import numpy as np
import pytest
from PIL import Image

from aecore.config import SIDE
from aecore.imaging.contact_sheet import ZOOM, contact_sheet


def opened(content):
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        return np.array(picture)


@pytest.mark.parametrize(("count", "columns"), [(1, 8), (5, 3), (17, 3)])
def test_every_digit_stands_on_the_sheet_once(count, columns):
    images = np.zeros((count, 784))  # nothing else on a sheet is black

    page = opened(contact_sheet("Blacks", images, [str(i) for i in range(count)], columns=columns))

    black = page == 0
    assert black.sum() == count * (SIDE * ZOOM) ** 2
    assert black.any(axis=0).sum() == min(count, columns) * SIDE * ZOOM
    assert not black[:, -1].any()
    assert not black[-1].any()


def test_a_digit_keeps_its_levels_and_is_cut_to_0_and_1():
    digit = np.linspace(-0.5, 1.5, 784)

    page = opened(contact_sheet("One", digit[None], [""], columns=1))

    top, left = np.argwhere(page == 0)[0]
    shown = page[top : top + ZOOM * SIDE : ZOOM, left : left + ZOOM * SIDE : ZOOM]
    np.testing.assert_array_equal(shown.ravel(), np.rint(digit.clip(0, 1) * 255))


def test_no_letter_of_a_sheet_is_a_box():
    """The font that comes with Pillow has no thin space, no real minus, no times sign, no sigma."""
    blank = np.zeros((1, 784))

    given = contact_sheet("D\u2009=\u20092 − 3×3 σ", blank, ["−1"], columns=1)

    assert given == contact_sheet("D = 2 - 3x3 sigma", blank, ["-1"], columns=1)
