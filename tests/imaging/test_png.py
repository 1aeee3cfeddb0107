"""Picture files: the pixels meant, and files that are whole or not there."""

import io
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from aecore.errors import PictureError
from aecore.imaging.png import pad_to_square, to_png, to_signed_png, write_png

shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))


def opened(content):
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        return picture.mode, np.array(picture)


@given(arrays(np.float32, shapes, elements=st.floats(-2, 3, width=32)), st.integers(1, 3))
def test_grays_are_clipped_and_rounded_and_every_pixel_becomes_a_square(gray, scale):
    before = gray.copy()

    mode, pixels = opened(to_png(gray, scale=scale))

    assert mode == "L"
    expected = np.rint(np.clip(gray, 0, 1) * 255)
    np.testing.assert_array_equal(pixels, np.kron(expected, np.ones((scale, scale))))
    np.testing.assert_array_equal(gray, before)


def test_zero_is_white_negative_is_blue_positive_is_red_and_beyond_the_limit_stays():
    mode, pixels = opened(to_signed_png(np.array([[-9.0, -2.0, 0.0, 2.0, 9.0]]), limit=2.0))

    assert mode == "RGB"
    beyond_low, low, zero, high, beyond_high = pixels[0].astype(int)
    assert zero.tolist() == [247, 247, 247]
    assert low[2] > low[0] + 50
    assert high[0] > high[2] + 50
    np.testing.assert_array_equal(beyond_low, low)
    np.testing.assert_array_equal(beyond_high, high)


@given(st.floats(0.01, 100), st.integers(1, 3))
def test_the_signed_scale_is_that_of_the_limit(limit, scale):
    shares = np.linspace(-1, 1, 9)[None]

    _, found = opened(to_signed_png(shares * limit, limit=limit, scale=scale))
    _, expected = opened(to_signed_png(shares, limit=1.0))

    assert found.shape == (scale, 9 * scale, 3)
    assert np.abs(found[0, ::scale].astype(int) - expected[0]).max() <= 1


def test_a_file_is_written_into_a_new_folder_and_nothing_else(tmp_path):
    path = tmp_path / "new" / "folder" / "digit.png"

    write_png(path, np.eye(28))

    np.testing.assert_array_equal(opened(path.read_bytes())[1], np.eye(28) * 255)
    assert os.listdir(path.parent) == ["digit.png"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "digit.png"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(PictureError, match=r"digit\.png cannot be written: No space left"):
        write_png(path, np.eye(28))

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["digit.png"]


def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "taken").write_bytes(b"")

    with pytest.raises(PictureError, match="cannot be written"):
        write_png(tmp_path / "taken" / "digit.png", np.eye(28))


@given(arrays(np.float32, shapes, elements=st.floats(0, 1, width=32)))
def test_a_square_holds_the_picture_in_its_middle(gray):
    height, width = gray.shape

    whole = pad_to_square(gray, fill=0.25)

    side = max(height, width)
    assert whole.shape == (side, side)
    assert whole.dtype == gray.dtype
    top, left = (side - height) // 2, (side - width) // 2
    np.testing.assert_array_equal(whole[top : top + height, left : left + width], gray)
    assert (whole == 0.25).sum() >= side * side - height * width
