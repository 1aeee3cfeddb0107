"""Several digits in a picture are told apart and read in order."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecore.digits.reader import Settings, read
from aecore.errors import PictureError
from tests.support.drawn_digits import as_array, likeness, main

pytest_plugins = ["tests.support.drawn_digits"]


def row_of(digits, *, gap=8):
    """White digits side by side on black, a little up and down."""
    shifted = [np.roll(digit, at % 3 - 1, axis=0) for at, digit in enumerate(digits)]
    return np.pad(np.hstack([np.pad(digit, ((3, 3), (gap // 2,) * 2)) for digit in shifted]), 4)


@pytest.mark.parametrize("scale", [1, 5])
def test_several_digits_are_found_in_reading_order(mnist_digits, scale):
    whole = [main(read(image)).image for image in mnist_digits[:12]]
    page = np.vstack([row_of(whole[:4]), row_of(whole[4:8]), row_of(whole[8:])])

    reading = read(np.kron(page, np.ones((scale, scale), dtype=np.float32)))

    assert len(reading.digits) == len(reading.boxes) == 12
    for found, digit, box in zip(reading.digits, whole, reading.boxes, strict=True):
        assert likeness(found.image, digit) > 0.85  # five times as large, edges are found sharper
        assert found.box == box


def two_ones_and_a_broken_five() -> Image.Image:
    picture = Image.new("L", (400, 200), 255)
    pen = ImageDraw.Draw(picture)
    pen.line((60, 50, 60, 150), fill=0, width=10)
    pen.line((100, 50, 100, 150), fill=0, width=10)
    pen.line((230, 60, 230, 95, 280, 100, 285, 135, 230, 150), fill=0, width=10, joint="curve")
    pen.line((245, 48, 290, 42), fill=0, width=9)  # the bar does not touch
    return picture


def test_parts_of_a_digit_stay_together_and_neighbors_apart():
    reading = read(as_array(two_ones_and_a_broken_five()))

    boxes = np.array(reading.boxes)
    assert len(reading.digits) == 3
    np.testing.assert_allclose(boxes[2], (225 / 400, 38 / 200, 291 / 400, 156 / 200), atol=0.03)
    assert "strokes kept: 2" in reading.digits[2].steps[3].reason


def test_picking_takes_one_digit_or_all_ink_together():
    picture = as_array(two_ones_and_a_broken_five())

    every = read(picture)
    last = read(picture, Settings(pick=2))
    together = read(picture, Settings(pick="together"))

    np.testing.assert_array_equal(last.digits[0].image, every.digits[2].image)
    assert len(last.digits) == len(together.digits) == 1
    assert last.boxes == every.boxes
    assert np.ptp(together.digits[0].box[::2]) > 0.5
    with pytest.raises(PictureError, match="3 digits"):
        read(picture, Settings(pick=3))
