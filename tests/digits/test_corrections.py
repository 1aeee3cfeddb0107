"""Corrections by hand of how a picture is read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from aecore.digits.reader import Settings, read
from aecore.errors import ConfigError, PictureError
from tests.support.drawn_digits import PLAIN, as_array, draw


def test_inverting_by_hand_takes_the_other_side_for_ink():
    picture = as_array(draw())

    by_hand = read(picture, Settings(invert="yes"))

    np.testing.assert_array_equal(by_hand.digits[0].image, PLAIN)
    assert by_hand.inverted
    assert "as you set" in by_hand.digits[0].steps[1].reason
    with pytest.raises(PictureError, match="No digit found"):
        read(picture, Settings(invert="no"))


def test_rotating_by_hand_turns_clockwise():
    lying = draw().transpose(Image.Transpose.ROTATE_90)  # anticlockwise

    reading = read(as_array(lying), Settings(rotate=90))

    np.testing.assert_allclose(reading.digits[0].image, PLAIN, atol=1e-6)
    assert "90°" in reading.digits[0].steps[0].reason


def test_a_higher_threshold_leaves_less_ink():
    blurred = as_array(draw(400, scale=2).resize((40, 40)).resize((400, 400)))

    found = read(blurred)
    readings = [read(blurred, Settings(threshold=level)) for level in (0.2, 0.8)]

    weak, strong = (reading.digits[0].steps[3].image for reading in readings)
    assert 0.2 < found.threshold < 0.8
    assert [reading.threshold for reading in readings] == pytest.approx([0.2, 0.8], abs=1e-3)
    assert strong.size < weak.size
    assert "as you set" in readings[0].digits[0].steps[3].reason


@pytest.mark.parametrize(
    "wrong",
    [
        {"invert": "maybe"},
        {"threshold": 0},
        {"threshold": 1.0},
        {"rotate": 45},
        {"crop": (0.5, 0, 0.5, 1)},
        {"crop": (0, -0.1, 1, 1)},
        {"crop": (0, 0, 1, float("nan"))},
        {"pick": "none"},
        {"pick": -1},
        {"pick": True},
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Settings(**wrong)
