"""Every digit in a picture is found, and what is corrected by hand is done."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecore.errors import ConfigError, PictureError
from aecore.framing import frame
from aecore.reading import MOST_DIGITS, Settings, read

INK, PAPER = 40, 225


def page(*rows: str, size: int = 120) -> Image.Image:
    """Rows of numerals, dark on light."""
    picture = Image.new("L", (60 + 110 * max(map(len, rows)), 60 + 160 * len(rows)), PAPER)
    pen = ImageDraw.Draw(picture)
    for row, text in enumerate(rows):
        for column, numeral in enumerate(text):
            pen.text((40 + 110 * column, 30 + 160 * row), numeral, fill=INK, font_size=size)
    return picture


def test_one_digit_is_one_digit_with_all_its_steps():
    found = read(page("7"))

    (digit,) = found.digits
    assert digit.digit.shape == (28, 28)
    assert digit.digit.max() == pytest.approx(1, abs=1e-6)
    names = [each.name for each in digit.steps]
    assert names[:2] == ["Grey", "White on black"]
    assert names[-1] == "Centred"
    assert all("\n" not in each.reason for each in digit.steps)


def test_digits_are_found_row_by_row_from_the_left():
    found = read(page("317", "25"))

    assert len(found.digits) == 5
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in found.boxes]
    assert [middle[1] < 0.5 for middle in middles] == [True] * 3 + [False] * 2
    assert middles[0][0] < middles[1][0] < middles[2][0]
    alone = read(page("7")).digits[0].digit
    assert np.abs(found.digits[2].digit - alone).mean() < 0.01


def test_one_of_them_or_all_as_one_can_be_picked():
    picture = page("17")

    every, one = read(picture), read(picture, Settings(pick=1))
    together = read(picture, Settings(pick="together"))

    assert len(every.digits) == 2
    np.testing.assert_array_equal(one.digits[0].digit, every.digits[1].digit)
    assert one.boxes == every.boxes
    assert len(together.digits) == 1
    columns = np.flatnonzero((together.digits[0].digit > 0.5).any(axis=0))
    assert np.ptp(columns) > 15


def test_a_number_beyond_the_last_digit_is_refused():
    with pytest.raises(PictureError, match="no digit 3"):
        read(page("17"), Settings(pick=2))


def test_a_digit_on_its_side_is_turned_upright():
    upright = read(page("7")).digits[0].digit

    turned = read(page("7").rotate(90, expand=True), Settings(rotate=90)).digits[0].digit

    np.testing.assert_allclose(turned, upright, atol=0.02)


@pytest.mark.parametrize("invert", ["auto", "yes"])
def test_dark_ink_is_white_in_the_digit(invert):
    digit = read(page("1"), Settings(invert=invert)).digits[0].digit

    assert digit[14, 12:16].max() > 0.5
    assert digit[14, 2] == 0


def test_paper_taken_for_ink_by_hand_leaves_no_digit():
    with pytest.raises(PictureError):
        read(page("1"), Settings(invert="no"))


def test_a_threshold_by_hand_keeps_only_the_strongest_ink():
    picture = page("1")
    ImageDraw.Draw(picture).line([(20, 190), (140, 190)], fill=160, width=12)

    low = read(picture, Settings(threshold=0.1, pick="together"))
    high = read(picture, Settings(threshold=0.9, pick="together"))

    assert low.threshold == 0.1
    assert (low.digits[0].digit > 0).any(axis=0).sum() > (high.digits[0].digit > 0).any(
        axis=0
    ).sum()


def test_noise_is_read_or_refused_within_seconds():
    noise = np.random.default_rng(0).integers(0, 256, (1024, 1024), dtype=np.uint8)
    start = time.perf_counter()

    try:
        count = len(read(Image.fromarray(noise)).digits)
    except PictureError:
        count = 0

    assert count <= MOST_DIGITS
    assert time.perf_counter() - start < 20


def test_a_picture_without_ink_is_refused():
    with pytest.raises(PictureError, match="no ink"):
        read(Image.new("L", (90, 90), 255))


@pytest.mark.parametrize(
    "wrong", [{"invert": "maybe"}, {"threshold": 1.0}, {"rotate": 45}, {"pick": "some"}], ids=str
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError):
        Settings(**wrong)


def test_the_tail_is_that_of_framing():
    digit = read(page("7")).digits[0]

    box = next(each.image for each in digit.steps if each.name == "20-pixel box")
    assert np.abs(frame(box) - digit.digit).mean() < 0.01
