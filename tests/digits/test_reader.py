"""One handwritten digit of a picture is found and made like MNIST's."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

from aecore.digits.normalization import frame
from aecore.digits.reader import read
from aecore.errors import PictureError
from aecore.imaging.resampling import undo_enlargement
from tests.support import renderings
from tests.support.drawn_digits import (
    PLAIN,
    as_array,
    assert_digit,
    center_of_mass,
    draw,
    likeness,
    main,
    normalize,
)

pytest_plugins = ["tests.support.drawn_digits"]


@pytest.mark.parametrize("inverted", [False, True])
def test_an_mnist_digit_comes_back_practically_unchanged(mnist_digits, inverted):
    images = mnist_digits

    readings = [read(1 - image if inverted else image) for image in images]

    found = np.stack([main(reading).image for reading in readings])
    difference = np.abs(found - images).mean(axis=(1, 2))
    assert all(reading.inverted == inverted for reading in readings)
    assert np.mean([len(reading.digits) == 1 for reading in readings]) > 0.99
    assert np.abs(center_of_mass(found) - center_of_mass(images)).max() < 2
    assert np.quantile(difference, 0.9) < 0.002
    assert difference.mean() < 0.006


def test_white_on_black_and_black_on_white_give_the_same_digit():
    dark, light = draw(), draw(ink=235, paper=20)

    assert np.abs(normalize(dark).image - normalize(light).image).max() < 0.02
    assert (read(as_array(dark)).inverted, read(as_array(light)).inverted) == (True, False)


@settings(max_examples=20, deadline=None)
@given(
    side=st.integers(200, 600),
    scale=st.floats(0.6, 1),
    across=st.floats(-0.2, 0.3),
    down=st.floats(-0.2, 0.2),
    ink=st.integers(0, 90),
    paper=st.integers(140, 255),
)
def test_size_place_and_contrast_do_not_matter(side, scale, across, down, ink, paper):
    picture = draw(
        side,
        scale=scale * side / 200,
        left=round(across * side * (1 if across > 0 else scale)),
        top=round(down * side * (1 if down < 0 else 0.5)),
        ink=ink,
        paper=paper,
    )
    pixels = np.asarray(picture)
    assume((pixels[[0, -1]] == paper).all() and (pixels[:, [0, -1]] == paper).all())  # not cut off

    digit = normalize(picture).image

    assert_digit(digit)
    assert likeness(digit, PLAIN) > 0.9


@pytest.mark.parametrize("ink_is_dark", [True, False])
@pytest.mark.parametrize("light", ["gradient", "lamp", "shadow"])
def test_uneven_light_is_taken_away(light, ink_is_dark):
    y, x = np.mgrid[0:1:400j, 0:1:400j]
    paper = {
        "gradient": 0.9 - 0.3 * x - 0.2 * y,
        "lamp": 0.9 - 0.8 * ((x - 0.3) ** 2 + (y - 0.4) ** 2),
        "shadow": np.where(x + y / 3 < 0.6, 0.9, 0.55),
    }[light]
    ink = 1 - np.asarray(draw(400, scale=2, ink=0, paper=255)) / 255
    noise = np.random.default_rng(0).normal(0, 0.02, paper.shape)
    photo = np.clip(paper * (1 - 0.85 * ink) + noise, 0, 1)
    photo = photo if ink_is_dark else 1 - photo

    (result,) = read(photo.astype(np.float32)).digits

    assert likeness(result.image, PLAIN) > 0.9
    assert np.mean(result.image == 0) > 0.6
    assert "uneven" in result.steps[1].reason


@pytest.mark.parametrize("ink_is_dark", [True, False])
@pytest.mark.parametrize("kind", ["a note on a desk", "a lamp's reflection"])
def test_what_is_broad_is_not_taken_for_ink(kind, ink_is_dark):
    """Once each was read as light ink on dark."""
    y, x = np.mgrid[0:400, 0:400]
    if kind == "a note on a desk":
        paper = np.where((abs(x - 180) < 90) & (abs(y - 160) < 90), 0.9, 0.35)
    else:
        paper = 0.5 + 0.5 * np.exp(-((x - 300) ** 2 + (y - 300) ** 2) / 2000)
    ink = 1 - as_array(draw(400, scale=1.2, left=60, top=40, ink=0, paper=255))
    noise = np.random.default_rng(0).normal(0, 0.02, paper.shape)
    photo = np.clip(paper * (1 - 0.7 * ink) + noise, 0, 1)
    photo = photo if ink_is_dark else 1 - photo

    reading = read(photo.astype(np.float32))

    assert reading.inverted == ink_is_dark
    assert likeness(main(reading).image, PLAIN) > 0.9


@pytest.mark.parametrize(
    ("width", "word"), [(2, "adjusted"), (16, "unchanged"), (30, "unchanged"), (36, "adjusted")]
)
def test_pens_of_any_width_come_out_alike(width, word):
    result = normalize(draw(400, scale=2, width=2 * width))

    assert word in result.steps[4].reason
    assert PLAIN.sum() * 0.7 < result.image.sum() < PLAIN.sum() * 1.5


def test_dust_is_dropped_but_near_strokes_are_kept():
    clean, dusty, broken = draw(400), draw(400), draw(400)
    ImageDraw.Draw(dusty).ellipse((20, 100, 22, 102), fill=20)
    ImageDraw.Draw(broken).rectangle((60, 80, 140, 90), fill=235)

    expected = normalize(clean).image

    np.testing.assert_array_equal(normalize(dusty).image, expected)
    assert likeness(normalize(broken).image, expected) > 0.85


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("noise", [0, 3])
def test_a_blank_picture_holds_no_ink(level, noise):
    pixels = level + np.random.default_rng(0).normal(0, noise, (300, 300))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    with pytest.raises(PictureError, match="No digit found"):
        normalize(picture)


def test_one_line_across_an_empty_picture_is_read():
    """Once no ink was left in which to look for upright lines."""
    pixels = np.ones((200, 200), dtype=np.float32)
    pixels[100] = 0

    (found,) = read(pixels).digits

    assert found.image.shape == (28, 28)
    assert "Nothing but long straight lines" in found.steps[2].reason


def test_photographed_blank_sheets_hold_no_ink():
    """Once, a third of them held a digit made of the noise in their shadows."""
    rng = np.random.default_rng(1)

    refused = 0
    for _ in range(30):
        with suppress(PictureError):
            read(np.float32(renderings.blank_sheet(rng)) / 255)
            continue
        refused += 1

    assert refused >= 28


def test_faint_strokes_in_a_photo_are_read():
    rng = np.random.default_rng(1)
    gray = 0.8 - renderings.light(200, rng, 0.3)
    gray[60:140, 90:100] -= 0.06
    picture = gray + rng.normal(0, 0.004, gray.shape)

    (found,) = read(picture).digits

    assert found.image[4:24, 13:15].mean() > 0.8


def test_ink_of_almost_one_level_is_read():
    """Once the histogram of its levels could not be cut into parts."""
    ink = 1 - as_array(draw(ink=0, paper=255)) > 0.5
    pixels = np.where(ink, np.float32(1e-7) * (np.arange(200) % 2), 1).astype(np.float32)

    (found,) = read(pixels).digits

    assert likeness(found.image, PLAIN) > 0.9


@pytest.mark.parametrize("cut", [(0, 0), (5, 3)])
def test_an_enlargement_of_whole_pixels_is_undone(mnist_digits, cut):
    small = 1 - np.pad(mnist_digits[0], 3)
    large = np.kron(small, np.ones((7, 7), dtype=np.float32))[cut[0] :, cut[1] :]

    pixels, side = undo_enlargement(large)
    found, expected = main(read(large)), main(read(small))

    assert side == 7
    np.testing.assert_array_equal(pixels, small)
    np.testing.assert_array_equal(found.image, expected.image)
    assert found.box == expected.box
    assert "7 x 7 equal pixels" in found.steps[0].reason


@pytest.mark.parametrize(("height", "width"), [(90, 90), (100, 97), (27, 28), (799, 801)])
def test_an_enlargement_by_no_whole_number_is_undone(height, width):
    small = (load_digits().images[0] / 16).astype(np.float32)
    large = np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST))

    pixels, side = undo_enlargement(large)

    assert side == pytest.approx((height + width) / 16)
    np.testing.assert_array_equal(pixels, small)


def test_few_pixels_are_told_from_many_and_after_an_enlargement_too(mnist_digits):
    small = Image.fromarray(load_digits().images[0].astype(np.float32) / 16)

    few = [small, *(small.resize((90, 90), kernel) for kernel in (0, 2))]  # repeated, and smoothed
    many = [mnist_digits[0], np.kron(mnist_digits[0], np.ones((7, 7), dtype=np.float32))]

    assert [main(read(np.asarray(each))).low_resolution for each in few] == [True] * 3
    assert [main(read(each)).low_resolution for each in many] == [False] * 2


def test_the_box_of_a_form_is_taken_away_though_the_digit_crosses_it():
    picture = draw(400, scale=1.5, left=60, top=60, ink=0, paper=255)
    ImageDraw.Draw(picture).rectangle((95, 90, 310, 320), outline=90, width=3)

    (found,) = read(as_array(picture)).digits

    assert "2 horizontal, 2 vertical" in found.steps[2].reason
    assert likeness(found.image, PLAIN) > 0.9


def test_a_patterned_shape_is_one_shape():
    y, x = np.mgrid[0:200, 0:200]
    shape = (abs(x - 100) < 50) & (abs(y - 100) < 70)
    cloth = 0.75 + 0.2 * np.sin(x / 4) * np.sin(y / 5)

    (found,) = read((1 - shape * cloth).astype(np.float32)).digits

    assert found.stroke_width > 6
    assert "strokes kept: 1" in found.steps[3].reason


def test_noise_as_strong_as_the_ink_hides_it():
    pixels = np.random.default_rng(0).integers(0, 256, (100, 100), dtype=np.uint8)

    with pytest.raises(PictureError, match=r"No digit found"):
        normalize(Image.fromarray(pixels))


def test_a_speck_is_no_digit():
    picture = Image.new("L", (500, 500), 255)
    picture.paste(0, (200, 200, 204, 204))

    with pytest.raises(PictureError, match="specks"):
        normalize(picture)


def test_digits_of_8_pixels_are_taken():
    for image in load_digits().images[:300]:
        result = main(read(as_array(Image.fromarray((image * 15.9).astype(np.uint8)))))

        assert_digit(result.image)
        assert likeness(result.image, frame(image / 16)) > 0.8  # their pens are made thinner


@pytest.mark.parametrize("number", [0, 1273])  # the second is on all of its border
def test_a_tiny_digit_is_read_alike_dark_on_light_and_light_on_dark(number):
    light = (load_digits().images[number] / 16).astype(np.float32)

    readings = [main(read(image)).image for image in (light, 1 - light)]

    np.testing.assert_allclose(readings[0], readings[1], atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 40), st.integers(1, 40))
        | st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3)),
        elements=st.floats(0, 1, width=32),
    )
)
def test_any_pixels_give_digits_or_a_picture_error(pixels):
    before = pixels.copy()

    try:
        found = read(pixels).digits
    except PictureError:
        found = ()

    for each in found:
        assert_digit(each.image)
    np.testing.assert_array_equal(pixels, before)


def test_every_step_is_shown_in_order():
    result = normalize(draw(700))

    names = [step.name for step in result.steps]
    assert names == [
        "Gray",
        "White on black",
        "Printed lines",
        "Cut out",
        "Pen width",
        "20-pixel box",
        "Centered",
    ]
    assert max(result.steps[0].image.shape) == 256
    for step in result.steps:
        assert step.reason
        assert "\n" not in step.reason
        assert step.image.dtype == np.float32
        assert max(step.image.shape) <= 256
        assert 0 <= step.image.min() <= step.image.max() <= 1
    np.testing.assert_array_equal(result.steps[-1].image, result.image)
