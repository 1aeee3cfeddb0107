import gzip
import io
import random
import struct
import zlib

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

from aecore import picture_file
from aecore.digits import normalise
from aecore.errors import PictureError
from aecore.framing import frame
from aecore.picture_file import open_picture

ORIENTATION = 0x0112
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


@pytest.fixture(scope="module")
def mnist_digits(mnist_folder):
    path = mnist_folder / "t10k-images-idx3-ubyte"
    zipped = path.with_suffix(".gz")
    data = path.read_bytes() if path.exists() else gzip.decompress(zipped.read_bytes())
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)


def draw(side=200, *, scale=1.0, left=0, top=0, ink=20, paper=235, width=None) -> Image.Image:
    """A 7 with a foot: no symmetry, so that every turn shows. Drawn large, then smoothed."""
    big = Image.new("L", (2 * side, 2 * side), paper)
    points = [(60, 60), (130, 50), (90, 150), (115, 150)]
    place = [(2 * (left + x * scale), 2 * (top + y * scale)) for x, y in points]
    pen = round(2 * (width or 16 * scale))
    ImageDraw.Draw(big).line(place, fill=ink, width=pen, joint="curve")
    return big.resize((side, side), Image.Resampling.BOX)


def encode(picture: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two digits, the best within one pixel: centring rounds to whole pixels."""
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    moved = [np.roll(one, shift, axis=(0, 1)) for shift in shifts]
    return max(float(np.corrcoef(each.ravel(), other.ravel())[0, 1]) for each in moved)


def centre_of_mass(images: np.ndarray) -> np.ndarray:
    steps = np.arange(28)
    mass = images.sum(axis=(1, 2))
    return np.stack([images.sum(axis=2) @ steps / mass, images.sum(axis=1) @ steps / mass], axis=1)


def assert_digit(digit: np.ndarray) -> None:
    assert digit.shape == (28, 28)
    assert digit.dtype == np.float32
    assert digit.min() >= 0
    assert 0.5 < digit.max() <= 1


PLAIN = normalise(draw()).digit


# normalise


@pytest.mark.parametrize("inverted", [False, True])
def test_an_mnist_digit_comes_back_practically_unchanged(mnist_digits, inverted):
    images = mnist_digits[:1000]
    given_images = 255 - images if inverted else images

    found = np.stack([normalise(Image.fromarray(image)).digit for image in given_images])

    difference = np.abs(found - images / np.float32(255)).mean(axis=(1, 2))
    assert np.abs(centre_of_mass(found) - centre_of_mass(images / 255)).max() < 1
    assert difference.mean() < 0.002
    assert np.quantile(difference, 0.99) < 0.01


def test_white_on_black_and_black_on_white_give_the_same_digit():
    dark, light = draw(), draw(ink=235, paper=20)

    assert np.abs(normalise(dark).digit - normalise(light).digit).max() < 0.02
    assert "inverted" in normalise(dark).steps[1].reason
    assert "inverted" not in normalise(light).steps[1].reason


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

    digit = normalise(picture).digit

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

    result = normalise(Image.fromarray((photo * 255).astype(np.uint8)))

    assert likeness(result.digit, PLAIN) > 0.9
    assert np.mean(result.digit == 0) > 0.6
    assert "uneven" in result.steps[1].reason


@pytest.mark.parametrize(("width", "word"), [(2, "brought"), (16, "as MNIST"), (30, "brought")])
def test_pens_of_any_width_come_out_alike(width, word):
    result = normalise(draw(400, scale=2, width=2 * width))

    assert word in result.steps[3].reason
    assert PLAIN.sum() * 0.7 < result.digit.sum() < PLAIN.sum() * 1.5


def test_dust_and_far_things_are_dropped_but_near_strokes_are_kept():
    clean, dusty, broken = draw(400), draw(400), draw(400)
    ImageDraw.Draw(dusty).ellipse((20, 100, 22, 102), fill=20)
    ImageDraw.Draw(dusty).rectangle((350, 350, 370, 370), fill=20)
    ImageDraw.Draw(broken).rectangle((60, 80, 140, 90), fill=235)

    expected = normalise(clean).digit

    np.testing.assert_array_equal(normalise(dusty).digit, expected)
    assert likeness(normalise(broken).digit, expected) > 0.85


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("noise", [0, 3])
def test_a_blank_picture_holds_no_ink(level, noise):
    pixels = level + np.random.default_rng(0).normal(0, noise, (300, 300))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    with pytest.raises(PictureError, match="no ink"):
        normalise(picture)


def test_noise_as_strong_as_the_ink_hides_it():
    pixels = np.random.default_rng(0).integers(0, 256, (100, 100), dtype=np.uint8)

    with pytest.raises(PictureError, match="no ink"):
        normalise(Image.fromarray(pixels))


def test_a_speck_is_no_digit():
    picture = Image.new("L", (500, 500), 255)
    picture.paste(0, (200, 200, 204, 204))

    with pytest.raises(PictureError, match="specks"):
        normalise(picture)


def test_digits_of_8_pixels_are_taken():
    for image in load_digits().images[:50]:
        result = normalise(Image.fromarray((image * 15.9).astype(np.uint8)))

        assert_digit(result.digit)
        assert likeness(result.digit, frame(image / 16)) > 0.9


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int32, np.float32]),
        st.tuples(st.integers(1, 40), st.integers(1, 40)),
    )
)
def test_any_pixels_give_a_digit_or_a_picture_error(pixels):
    try:
        result = normalise(Image.fromarray(pixels))
    except PictureError:
        return

    assert_digit(result.digit)


def test_every_step_is_shown_in_order():
    result = normalise(draw(700))

    names = [step.name for step in result.steps]
    assert names == [
        "Grey",
        "White on black",
        "Cut out",
        "Pen width",
        "20-pixel box",
        "Centred",
    ]
    assert max(result.steps[0].image.shape) == 256
    for step in result.steps:
        assert step.reason
        assert "\n" not in step.reason
        assert step.image.dtype == np.float32
        assert max(step.image.shape) <= 256
        assert 0 <= step.image.min() <= step.image.max() <= 1
    np.testing.assert_array_equal(result.steps[-1].image, result.digit)


def test_the_picture_given_is_left_alone():
    picture = draw().convert("RGBA")
    picture.getexif()[ORIENTATION] = 6
    before, size = picture.tobytes(), picture.size

    normalise(picture)

    assert picture.tobytes() == before
    assert (picture.size, picture.mode) == (size, "RGBA")
    assert picture.getexif()[ORIENTATION] == 6


# open_picture: what is taken


def test_bytes_and_the_opened_picture_give_the_same_digit():
    data = encode(draw(), "PNG")

    np.testing.assert_array_equal(normalise(data).digit, normalise(open_picture(data)).digit)


MODES = {
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "JPEG": ["L", "RGB", "CMYK"],
    "WEBP": ["L", "RGB", "RGBA"],
    "BMP": ["1", "L", "P", "RGB", "RGBA"],
    "GIF": ["1", "L", "P", "RGB"],
    "TIFF": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"],
}


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

    assert opened.mode == "F"
    assert 0 <= np.asarray(opened).min() <= np.asarray(opened).max() <= 1
    assert likeness(normalise(data).digit, PLAIN) > 0.97


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("white", [255, 65535, 1_000_000])
def test_deep_pixels_are_scaled_by_the_white_that_fits(dtype, white):
    values = (np.asarray(draw(paper=255, ink=0)) / 255 * white).astype(dtype)

    opened = np.asarray(open_picture(encode(Image.fromarray(values), "TIFF")))

    np.testing.assert_allclose(opened, values / white, atol=1e-5)


def test_16_bit_grey_is_scaled_by_65535():
    values = np.full((10, 10), 13107, dtype=np.uint16)

    opened = np.asarray(open_picture(encode(Image.fromarray(values), "PNG")))

    np.testing.assert_allclose(opened, 0.2, atol=1e-6)


def transparent_picture(mode):
    clear = draw().point(lambda level: 255 - level).convert("L")  # the ink is what is opaque
    black = Image.new("L", clear.size, 0)
    picture = Image.merge("LA", (black, clear))
    if mode == "P":
        palette = draw().convert("P")
        palette.info["transparency"] = 235  # the paper's index, turned black below
        colours = [level for grey in range(256) for level in (grey if grey < 100 else 0,) * 3]
        palette.putpalette(colours)
        return palette
    return picture.convert(mode)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_counts_as_white(mode):
    data = encode(transparent_picture(mode), "PNG")

    opened = np.asarray(open_picture(data))

    assert opened[0, 0] > 0.9
    assert opened[55, 90] < 0.2
    assert likeness(normalise(data).digit, PLAIN) > 0.9


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_all_exif_orientations_give_the_same_digit(kind, orientation):
    turn = UNDO[orientation]
    stored = draw() if turn is None else draw().transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation

    digit = normalise(encode(stored, kind, exif=exif)).digit

    assert likeness(digit, PLAIN) > 0.97


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "TIFF"])
def test_the_first_frame_counts(kind):
    other = Image.new("L", (200, 200), 235)
    data = encode(draw(), kind, save_all=True, append_images=[other, other])

    assert likeness(normalise(data).digit, PLAIN) > 0.97


def test_large_pictures_are_shrunk():
    opened = open_picture(encode(draw(2500, scale=12), "PNG"))

    assert max(opened.size) <= 1024
    assert likeness(normalise(opened).digit, PLAIN) > 0.95


def test_slivers_are_taken():
    opened = open_picture(encode(Image.new("L", (30_000, 1), 255), "PNG"))

    assert opened.size == (1000, 1)


# open_picture: what is refused


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header is right and whose pixels are missing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def png_with_text_bomb() -> bytes:
    plain = encode(draw(), "PNG")
    body = b"zTXtbomb\0\0" + zlib.compress(bytes(10 * 2**20))
    bomb = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return plain[:33] + bomb + plain[33:]


def tiff_with_a_tile_of(side: int) -> bytes:
    """64 x 64 pixels in one tile that takes side * side bytes to decode."""
    pixels = b"\x81\xff" * 99
    tags = [(256, 64), (257, 64), (258, 8), (259, 32773), (262, 1), (277, 1)]
    tags += [(322, side), (323, side), (324, 8 + 2 + 10 * 12 + 4), (325, len(pixels))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + pixels


def jpeg_with_scans(count: int) -> bytes:
    plain = encode(draw(), "JPEG", progressive=True)
    last = plain[plain.rfind(b"\xff\xda") : -2]
    return plain[:-2] + last * count + plain[-2:]


REFUSED = {
    "empty": (lambda: b"", "empty"),
    "text": (lambda: b"not a picture at all", "no PNG"),
    "another kind of picture": (lambda: encode(draw(), "PPM"), "no PNG"),
    "HEIC": (lambda: b"\0\0\0\x18ftypheic" + bytes(99), "HEIC.*JPEG"),
    "AVIF": (lambda: b"\0\0\0\x18ftypavif" + bytes(99), "AVIF.*JPEG"),
    "heavy": (lambda: bytes(picture_file.MAX_BYTES + 1), "20.0 MiB"),
    "too many pixels": (lambda: png_claiming(10_000, 5_001), "10,000 x 5,001"),
    "a bomb": (lambda: png_claiming(60_000, 60_000), "50 megapixels"),
    "a sliver": (lambda: png_claiming(1, 50_000_000), "1 x 50,000,000"),
    "truncated": (lambda: encode(draw(), "PNG")[:-400], "damaged"),
    "a text bomb": (png_with_text_bomb, "damaged"),
    "a tile bomb": (lambda: tiff_with_a_tile_of(30_000), "tiles have 900,000,000"),
    "a scan bomb": (lambda: jpeg_with_scans(501), "scans"),
}


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


def test_the_same_tile_and_scans_within_bounds_reach_the_decoder():
    assert open_picture(jpeg_with_scans(3)).size == (200, 200)
    assert open_picture(tiff_with_a_tile_of(64)).size == (64, 64)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_picture_without_pixels_is_refused(size):
    with pytest.raises(PictureError, match="no picture"):
        normalise(Image.new("L", size))


def test_an_opened_picture_that_is_too_large_or_damaged_is_refused():
    with pytest.raises(PictureError, match="a side"):
        normalise(Image.new("1", (30_001, 1)))
    with pytest.raises(PictureError, match="damaged"):
        normalise(Image.open(io.BytesIO(encode(draw(), "PNG")[:-400])))


@pytest.mark.filterwarnings("ignore")  # Pillow's, about the damage
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_damaged_files_never_raise_anything_but_a_picture_error(kind):
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    whole = encode(draw(60, scale=0.3).convert("RGB"), kind, **options)
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
            assert_digit(normalise(bytes(damaged)).digit)
            digits_made += 1
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
