"""A drawn digit at the server's door, and what is made of it there."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest

from aecore.analysis.denoising import denoise_digit
from aecore.analysis.metrics import psnr
from aecore.config import NoiseConfig
from aecore.data.noise import corrupt_fixed
from aecore.digits.canvas_input import pack_drawing, paper_for, parse_drawing, unpack_drawing
from aecore.errors import PictureError
from aecore.models.inference import build_model

PIXELS = np.arange(784, dtype=np.uint16).astype(np.uint8)


def as_text(pixels: bytes) -> str:
    return base64.b64encode(pixels).decode()


def test_a_drawn_digit_comes_out_in_gray_levels_of_0_to_1():
    digit = parse_drawing(as_text(PIXELS.tobytes()))

    assert digit.shape == (784,)
    assert digit.dtype == np.float32
    np.testing.assert_array_equal(np.rint(digit * 255).astype(np.uint8), PIXELS)


@pytest.mark.parametrize(
    "levels",
    [
        None,
        7,
        ["A"] * 1048,
        "",
        "é" * 1048,
        "A" * 1047,
        as_text(bytes(783)) + "AAAA",
        as_text(bytes([255] * 785)),
        "!" * 1048,
        as_text(bytes(784)),
    ],
    ids=str,
)
def test_anything_else_is_refused(levels):
    with pytest.raises(PictureError):
        parse_drawing(levels)


def test_a_picture_of_another_data_set_has_as_many_values_as_that():
    levels = as_text(PIXELS[:576].tobytes())

    np.testing.assert_array_equal(parse_drawing(levels, 576), PIXELS[:576] / np.float32(255))
    assert unpack_drawing(pack_drawing(levels), 576) == levels
    with pytest.raises(PictureError, match="has 576 values, not 784"):
        unpack_drawing(pack_drawing(levels))


@pytest.mark.parametrize("shape", [(6, 9), (6, 9, 3)])
def test_the_paper_is_as_bright_as_the_pictures_are_along_their_edge(shape):
    dark = np.zeros(shape, np.float32)
    dark[1:-1, 1:-1] = 1  # brighter on average

    assert paper_for(dark.ravel(), shape) == "dark"
    assert paper_for(1 - dark.ravel(), shape) == "light"


def test_a_digit_is_broken_always_alike_and_mended_by_every_model(tiny_denoiser, unit_digits):
    model = build_model(tiny_denoiser.card.model, tiny_denoiser.weights)
    digit, noise = unit_digits[0], NoiseConfig(kind="gaussian", level=0.3)

    denoised = denoise_digit(digit, noise, {"tiny": model})

    assert list(denoised) == ["noisy", "tiny"]
    np.testing.assert_array_equal(denoised["noisy"].image, corrupt_fixed(digit[None], noise)[0])
    for each in denoised.values():
        assert each.image.min() >= 0
        assert each.image.max() <= 1
        assert each.psnr == pytest.approx(psnr(digit[None], each.image[None])[0])


def test_without_noise_the_noisy_digit_is_identical(unit_digits):
    denoised = denoise_digit(unit_digits[0], NoiseConfig(kind="masking", level=0.0), {})

    assert denoised["noisy"].psnr == np.inf


def test_a_packed_drawing_is_the_same_again_and_short(unit_digits):
    noise = np.random.default_rng(0).integers(0, 256, 784)
    drawn = [as_text(np.rint(each * 255).astype(np.uint8).tobytes()) for each in unit_digits[:50]]
    drawn.append(as_text(noise.astype(np.uint8).tobytes()))

    packed = [pack_drawing(each) for each in drawn]

    assert [unpack_drawing(each) for each in packed] == drawn
    assert max(map(len, packed[:-1])) < 600
    assert len(packed[-1]) < 1100
    assert all(re.fullmatch(r"[\w-]+", each, re.ASCII) for each in packed)
