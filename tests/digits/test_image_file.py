"""The door for picture files: a digit or one clear message, whatever comes."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecore.digits.image_file import WORKING_SIDE, open_picture
from aecore.digits.reader import read
from aecore.errors import PictureError
from tests.support.odd_files import (
    BLANK,
    DIGITS,
    ORIENTATION,
    REFUSED,
    draw,
    encode,
    png_claiming,
    png_of_zeros,
)

REPOSITORY = Path(__file__).resolve().parents[2]
UNDO = {  # how a camera that notes this orientation has turned the picture
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
MODES = {
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "JPEG": ["L", "RGB", "CMYK"],
    "WEBP": ["L", "RGB", "RGBA"],
    "BMP": ["1", "L", "P", "RGB", "RGBA"],
    "GIF": ["1", "L", "P", "RGB"],
    "TIFF": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"],
}


def digit_of(data: bytes) -> np.ndarray:
    (found,) = read(open_picture(data)).digits
    return found.image


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


PLAIN = digit_of(encode(draw(), "PNG"))


# --- what is taken ---


@pytest.mark.parametrize(
    ("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes]
)
def test_every_format_and_mode_gives_the_same_digit(kind, mode):
    picture = draw(ink=0, paper=255)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    elif mode == "CMYK":
        picture = picture.convert("RGB").convert("CMYK")
    else:
        picture = picture.convert(mode)
    data = encode(picture, kind)

    opened = open_picture(data)

    assert opened.dtype == np.float32
    assert opened.shape in ((200, 200), (200, 200, 3))
    assert 0 <= opened.min() <= opened.max() <= 1
    assert likeness(digit_of(data), PLAIN) > 0.97


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("case", DIGITS)
def test_odd_files_give_their_digit(case):
    data = DIGITS[case]()

    assert likeness(digit_of(data), PLAIN) > 0.95


@pytest.mark.parametrize("case", BLANK)
def test_pictures_without_a_digit_are_read_and_say_so(case):
    opened = open_picture(BLANK[case]())

    assert np.isfinite(opened).all()
    with pytest.raises(PictureError, match="No digit found"):
        read(opened)


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("white", [255, 65535, 1_000_000])
def test_deep_pixels_are_scaled_by_the_white_that_fits(dtype, white):
    values = (np.asarray(draw(paper=255, ink=0)) / 255 * white).astype(dtype)

    opened = open_picture(encode(Image.fromarray(values), "TIFF"))

    np.testing.assert_allclose(opened, values / white, atol=1e-5)


def test_16_bit_gray_is_scaled_by_65535():
    values = np.full((10, 10), 13107, dtype=np.uint16)

    opened = open_picture(encode(Image.fromarray(values), "PNG"))

    np.testing.assert_allclose(opened, 0.2, atol=1e-6)


def test_colors_come_in_as_they_are():
    picture = Image.new("RGB", (30, 20), (255, 51, 0))

    opened = open_picture(encode(picture, "PNG"))

    assert opened.shape == (20, 30, 3)
    np.testing.assert_allclose(opened[3, 4], (1, 0.2, 0), atol=1e-6)


def transparent_picture(mode):
    clear = draw().point(lambda level: 255 - level).convert("L")  # the ink is what is opaque
    picture = Image.merge("LA", (Image.new("L", clear.size, 0), clear))
    if mode == "P":
        palette = draw().convert("P")
        palette.info["transparency"] = 235  # the paper's index, turned black below
        colors = [level for gray in range(256) for level in (gray if gray < 100 else 0,) * 3]
        palette.putpalette(colors)
        return palette
    return picture.convert(mode)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_counts_as_white(mode):
    data = encode(transparent_picture(mode), "PNG")

    opened = open_picture(data)

    assert opened[0, 0].min() > 0.9
    assert opened[55, 90].max() < 0.2
    assert likeness(digit_of(data), PLAIN) > 0.9


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_all_exif_orientations_give_the_same_picture(kind, orientation):
    upright = draw().crop((0, 0, 200, 170))
    turn = UNDO[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation

    opened = open_picture(encode(stored, kind, exif=exif))

    opened = opened if opened.ndim == 2 else opened.mean(axis=2)
    assert opened.shape == (170, 200)
    assert np.abs(opened - np.asarray(upright) / 255).mean() < 0.01


def test_large_pictures_are_shrunk():
    opened = open_picture(encode(draw(2500), "PNG"))

    assert max(opened.shape) <= WORKING_SIDE
    assert likeness(read(opened).digits[0].image, PLAIN) > 0.95


def test_slivers_are_taken():
    opened = open_picture(encode(Image.new("L", (30_000, 1), 255), "PNG"))

    assert opened.shape == (1, 1000)


# --- what is refused ---


@pytest.mark.filterwarnings("ignore:Tag data larger than file", "ignore:Corrupt EXIF")
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line_with_its_name(case):
    make, expected = REFUSED[case]

    with pytest.raises(PictureError, match=expected) as caught:
        open_picture(make(), name="my\ndigit.png")

    assert str(caught.value).startswith("my digit.png: ")
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("claim", [(10_000, 5_001), (12_000, 9_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_before_decoding(claim, monkeypatch):
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: decoded.append(self))

    with pytest.raises(PictureError, match="megapixels"):
        open_picture(png_claiming(*claim))

    assert decoded == []


@pytest.mark.filterwarnings("ignore")  # Pillow's, about the damage
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_damaged_files_never_raise_anything_but_a_picture_error(kind):
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    whole = encode(draw(60).convert("RGB"), kind, **options)
    chance = random.Random(0)
    digits_made, messages = 0, []
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8))):
            where = chance.randrange(chance.choice((64, len(damaged))))
            damaged[where] = chance.choice((0, 1, 127, 255, chance.randrange(256)))
        if chance.random() < 0.2:
            del damaged[chance.randrange(len(damaged)) :]

        try:
            found = read(open_picture(bytes(damaged))).digits
            digits_made += all(each.image.shape == (28, 28) for each in found)
        except PictureError as error:
            messages.append(str(error))

    assert digits_made
    assert messages
    assert "\n" not in "".join(messages)


def test_pillow_is_left_as_it_was():
    before = Image.MAX_IMAGE_PIXELS

    with pytest.raises(PictureError):
        open_picture(png_claiming(60_000, 60_000))

    assert before == Image.MAX_IMAGE_PIXELS


# --- what it costs ---

MEASURE = """
import os, sys, time
from pathlib import Path
from aecore.digits import image_file, reader
from aecore.errors import PictureError

def watch(event, arguments):
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        print("written:", arguments[0], file=sys.stderr)

data = Path(sys.argv[1]).read_bytes()
sys.addaudithook(watch)
start = time.process_time()
try:
    reader.read(image_file.open_picture(data))
except PictureError:
    pass
seconds = time.process_time() - start
status = Path("/proc/self/status").read_text()  # getrusage counts the parent's memory, too
print(seconds, int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height // 10, width // 10), dtype=np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)


WORST = {
    "a large RGBA PNG": lambda: png_of_zeros(10_000, 5_000),
    "a large WebP": lambda: encode(noise(5_000, 4_000), "WEBP", quality=5),
    "a large progressive JPEG": lambda: encode(noise(10_000, 5_000), "JPEG", progressive=True),
}


@pytest.mark.parametrize("case", WORST)
def test_the_largest_files_take_3_seconds_and_500_megabytes_at_most_and_leave_nothing(
    case, tmp_path
):
    file = tmp_path / "large"
    file.write_bytes(WORST[case]())
    before = set(os.listdir(tmp_path))

    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file)],
        cwd=REPOSITORY,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert run.stderr == ""
    seconds, megabytes = map(float, run.stdout.split())
    assert seconds < 3
    assert megabytes < 500
    assert set(os.listdir(tmp_path)) == before
