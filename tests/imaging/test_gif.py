"""Frames to an animated GIF: as Pillow reads it back."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from aecore.errors import ShapeError
from aecore.imaging.gif import to_gif
from aecore.imaging.levels import to_levels


def frames_of(gif: bytes) -> np.ndarray:
    """Gray levels (S, H, W) of every frame."""
    with Image.open(io.BytesIO(gif)) as picture:
        return np.stack([np.array(frame.convert("L")) for frame in ImageSequence.Iterator(picture)])


def test_every_pixel_of_every_frame_keeps_its_gray():
    frames = np.random.default_rng(0).normal(0.5, 0.5, (7, 28, 28))  # some outside 0..1

    found = frames_of(to_gif(frames, scale=1))

    np.testing.assert_array_equal(found, to_levels(frames))


def test_scale_makes_a_square_of_each_pixel():
    frames = np.random.default_rng(0).random((2, 28, 28))

    found = frames_of(to_gif(frames, scale=3))

    np.testing.assert_array_equal(found, to_levels(frames).repeat(3, axis=1).repeat(3, axis=2))


def test_equal_frames_are_not_joined():
    frames = np.zeros((5, 28, 28))
    frames[3:] = 1.0

    found = frames_of(to_gif(frames, scale=1))

    np.testing.assert_array_equal(found, to_levels(frames))


def test_repeats_for_ever_at_the_pace_asked_for():
    gif = to_gif(np.zeros((3, 28, 28)), milliseconds=80)

    with Image.open(io.BytesIO(gif)) as picture:
        assert picture.info["loop"] == 0
        assert picture.info["duration"] == 80


@pytest.mark.parametrize("shape", [(784,), (28, 28), (0, 28, 28), (2, 3, 28, 28)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match=r"\(S, H, W\)"):
        to_gif(np.zeros(shape))
