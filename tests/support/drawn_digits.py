"""A drawn 7, digits of MNIST, and what the tests of reading them compare."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecore.digits.reader import Digit, read
from aecore.imaging.levels import to_unit


@pytest.fixture(scope="module")
def mnist_digits(mnist) -> np.ndarray:
    """Test digits (1000, 28, 28), float32 in 0..1."""
    return to_unit(mnist.test_images[:1000]).reshape(-1, 28, 28)


def draw(side=200, *, scale=1.0, left=0, top=0, ink=20, paper=235, width=None) -> Image.Image:
    """A 7 with a foot: no symmetry, so that every turn shows. Drawn large, then smoothed."""
    big = Image.new("L", (2 * side, 2 * side), paper)
    points = [(60, 60), (130, 50), (90, 150), (115, 150)]
    place = [(2 * (left + x * scale), 2 * (top + y * scale)) for x, y in points]
    pen = round(2 * (width or 16 * scale))
    ImageDraw.Draw(big).line(place, fill=ink, width=pen, joint="curve")
    return big.resize((side, side), Image.Resampling.BOX)


def as_array(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L"), dtype=np.float32) / 255


def normalize(picture: Image.Image) -> Digit:
    """The only digit of a picture."""
    (found,) = read(as_array(picture)).digits
    return found


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two digits, the best within one pixel: centring rounds to whole pixels."""
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    moved = [np.roll(one, shift, axis=(0, 1)) for shift in shifts]
    return max(float(np.corrcoef(each.ravel(), other.ravel())[0, 1]) for each in moved)


def center_of_mass(images: np.ndarray) -> np.ndarray:
    steps = np.arange(28)
    mass = images.sum(axis=(1, 2))
    return np.stack([images.sum(axis=2) @ steps / mass, images.sum(axis=1) @ steps / mass], axis=1)


def assert_digit(digit: np.ndarray) -> None:
    assert digit.shape == (28, 28)
    assert digit.dtype == np.float32
    assert digit.min() >= 0
    assert 0.5 < digit.max() <= 1


def main(reading):
    """The largest digit of a picture: some of MNIST's own have a neighbor's stroke beside them."""
    return max(reading.digits, key=lambda found: np.ptp(found.box[::2]) * np.ptp(found.box[1::2]))


PLAIN = normalize(draw()).image
