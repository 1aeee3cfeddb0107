"""What surrounds the sheet or canvas of a drawing is left out; where there is none, nothing is."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecore.digits.reader import Settings, read
from aecore.digits.sheet import find_sheet
from aecore.errors import PictureError
from tests.support import screenshots
from tests.support.odd_files import draw, encode

CANVAS = (100, 80, 300, 280)
"""Left, top, right and bottom."""


def page(*, page=(30, 30, 30), canvas=235, frame=None) -> np.ndarray:
    """The 7 of `draw` on a canvas in a page of another color, (400, 500, 3) in 0..1."""
    picture = Image.new("RGB", (500, 400), page)
    left, top, right, bottom = CANVAS
    ink = 20 if canvas > 127 else 235
    picture.paste(draw(right - left, ink=ink, paper=canvas).convert("RGB"), (left, top))
    if frame:
        ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), outline=frame)
    return np.float32(picture) / 255


def plain(*, canvas=235) -> np.ndarray:
    ink = 20 if canvas > 127 else 235
    return np.float32(draw(200, ink=ink, paper=canvas)) / 255


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"page": (250, 250, 250), "canvas": 20},
        {"page": (90, 140, 200)},
        {"page": (14, 17, 23), "canvas": 0},
        {"page": (200, 200, 200), "frame": (20, 200, 20)},
    ],
    ids=str,
)
def test_a_canvas_in_a_page_is_read_as_if_it_were_alone(options):
    alone = read(plain(canvas=options.get("canvas", 235))).digits[0]

    (found,) = read(page(**options)).digits

    assert np.abs(found.image - alone.image).mean() < 0.02
    left, top, right, bottom = CANVAS
    across, down = (right - left) / 500, (bottom - top) / 400
    expected = np.array(alone.box) * (across, down, across, down) + (left / 500, top / 400) * 2
    np.testing.assert_allclose(found.box, expected, atol=0.01)


def with_a_toolbar(picture: Image.Image) -> Image.Image:
    pen = ImageDraw.Draw(picture)
    screenshots.toolbar(pen, np.random.default_rng(2), (100, 30), 300, (235, 235, 235))
    pen.text((100, 300), "Draw a digit", (235, 235, 235), font_size=32)
    return picture


def as_a_jpeg(picture: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(encode(picture, "JPEG", quality=60)))


def between_panels(picture: Image.Image) -> Image.Image:
    pen = ImageDraw.Draw(picture)
    pen.rectangle((320, 80, 480, 280), fill=(60, 60, 70))
    pen.text((330, 90), "Prediction: 3", (235, 235, 235), font_size=20)
    pen.rectangle((0, 0, 499, 24), fill=(90, 140, 200))
    return picture


@pytest.mark.parametrize("surround", [with_a_toolbar, as_a_jpeg, between_panels])
def test_what_stands_beside_a_canvas_is_left_out(surround):
    alone = read(plain()).digits[0]
    picture = surround(Image.fromarray(np.uint8(255 * page())))

    (found,) = read(np.float32(picture) / 255).digits

    assert np.abs(found.image - alone.image).mean() < 0.02


def test_the_sheet_is_a_step_that_is_shown_where_there_is_one():
    within, alone = (read(picture).digits[0].steps for picture in (page(), plain()))

    assert [step.name for step in within][:3] == ["Gray", "Sheet", "White on black"]
    assert "the rest left out" in within[1].reason
    assert "Sheet" not in [step.name for step in alone]


def test_a_sheet_askew_has_paper_in_the_corners_of_its_box():
    rng = np.random.default_rng(1)
    digit = np.float32(draw(28, ink=255, paper=0)) / 255
    picture, _ = screenshots.paper_on_an_even_desk(digit, rng)

    sheet = find_sheet(np.float32(picture) / 255)

    assert sheet is not None
    assert 0.5 < sheet.mask.mean() < 1
    cut = sheet.cut_out(np.float32(picture) / 255)
    assert np.abs(cut[~sheet.mask] - sheet.color).max() < 0.01


def eight(side: int) -> Image.Image:
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    width = side // 14
    pen.rounded_rectangle((side * 0.3, side * 0.1, side * 0.7, side * 0.5), 9, None, 0, width)
    pen.rounded_rectangle((side * 0.28, side * 0.46, side * 0.72, side * 0.9), 9, None, 0, width)
    pen.rectangle((side * 0.4, side * 0.6, side * 0.5, side * 0.8), 0)  # within the loop
    return picture


def framed() -> Image.Image:
    picture = draw(300, ink=0, paper=255)
    ImageDraw.Draw(picture).rectangle((20, 20, 280, 280), outline=0, width=3)
    return picture


def gradient() -> Image.Image:
    paper = np.linspace(200, 250, 300)[None] * np.ones((300, 1))
    ink = np.asarray(draw(300, ink=0, paper=255)) / 255
    return Image.fromarray(np.uint8(paper * ink))


def saturated() -> Image.Image:
    """A thick 1 that is white at its core, on dark paper: once its core was a sheet."""
    picture = Image.new("L", (112, 112), 66)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((49, 34, 65, 84), fill=255)
    pen.line((58, 40, 58, 60), fill=200, width=2)
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        eight(300),
        draw(300),
        draw(300, ink=235, paper=20),
        framed(),
        gradient(),
        draw(40),
        saturated(),
    ],
    ids=["angular loops", "dark ink", "light ink", "a frame", "uneven light", "small", "saturated"],
)
def test_a_drawing_without_surroundings_has_no_sheet(picture):
    assert find_sheet(np.float32(picture) / 255) is None


def test_a_page_with_panels_but_no_canvas_keeps_its_digit():
    picture = Image.new("RGB", (600, 400), (250, 250, 250))
    picture.paste(draw(300, ink=0, paper=250).convert("RGB"), (20, 60))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((430, 40, 580, 360), fill=(200, 210, 220))
    for line in range(4):
        pen.text((440, 60 + 30 * line), "Prediction", (20, 20, 20), font_size=16)

    found = read(np.float32(picture) / 255).digits

    sizes = [np.ptp(each.box[1::2]) for each in found]
    alone = read(np.float32(draw(300, ink=0, paper=250)) / 255).digits[0]
    assert np.abs(found[int(np.argmax(sizes))].image - alone.image).mean() < 0.02


def test_cropping_by_hand_reads_that_part_and_no_other():
    two = np.hstack([page(), page(page=(200, 60, 60), canvas=20)])
    alone = read(plain(canvas=20)).digits[0]

    left, top, right, bottom = CANVAS
    crop = ((500 + left) / 1000, top / 400, (500 + right) / 1000, bottom / 400)
    reading = read(two, Settings(crop=crop))

    (found,) = reading.digits
    assert np.abs(found.image - alone.image).max() < 0.02
    assert found.box[0] > crop[0]
    assert found.steps[1].name == "Sheet"
    assert "as you set" in found.steps[1].reason
    assert reading.picture.shape == (400, 1000)


def test_a_crop_follows_the_rotation():
    lying = np.rot90(page())  # anticlockwise

    left, top, right, bottom = CANVAS
    crop = (left / 500, top / 400, right / 500, bottom / 400)
    (found,) = read(lying, Settings(rotate=90, crop=crop)).digits

    assert np.abs(found.image - read(plain()).digits[0].image).max() < 0.02


def test_a_crop_of_less_than_a_pixel_is_one_pixel():
    with pytest.raises(PictureError, match="No digit found"):
        read(page(), Settings(crop=(0.999, 0.999, 1, 1)))


@pytest.mark.parametrize("letter", "EHKMNR")
@pytest.mark.parametrize("width", [8, 16])
def test_a_bold_letter_is_ink_and_no_sheet_with_gaps_for_ink(letter, width):
    """It was read inside out: the paper between its strokes as the ink."""
    picture = Image.new("L", (420, 420))
    ImageDraw.Draw(picture).text(
        (210, 210), letter, 255, anchor="mm", font_size=190, stroke_width=width
    )

    reading = read(np.float32(picture) / 255, Settings(pick="together"))

    assert not reading.inverted
    assert "Sheet" not in [step.name for step in reading.digits[0].steps]
