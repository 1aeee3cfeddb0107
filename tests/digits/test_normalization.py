"""The tail that every digit goes through: pen, box, center."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from scipy import ndimage
from sklearn.datasets import load_digits

from aecore.digits import normalization
from aecore.digits.normalization import frame, normalize, stroke_width
from aecore.errors import PictureError, ShapeError
from aecore.imaging.levels import to_unit

EIGHTS = load_digits().images / 16
FRAMES = pytest.mark.parametrize(
    "framed", [frame, lambda ink: normalize(ink).image], ids=["frame", "fit"]
)
INK = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    elements=st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0]),
)


@pytest.fixture(scope="module")
def mnist_images(mnist):
    return to_unit(mnist.test_images[::5]).reshape(-1, 28, 28)  # the two halves differ in kind


def center_of_mass(images: np.ndarray) -> np.ndarray:
    steps = np.arange(28)
    mass = images.sum(axis=(1, 2))
    return np.stack([images.sum(axis=2) @ steps / mass, images.sum(axis=1) @ steps / mass], axis=1)


def stroke(width: float, *, length: int = 400) -> np.ndarray:
    """A slanted line with a hook, 400 pixels long: 20 pixels here are one of the box."""
    y, x = np.mgrid[: length + 1, : length + 1]
    line = (x == length // 2 + y // 4) | ((y == length // 2) & (x > length // 2 + y // 4))
    return (ndimage.distance_transform_edt(~line) <= width / 2).astype(float)


@FRAMES
@given(ink=INK)
def test_a_frame_is_a_20_pixel_box_about_the_middle(framed, ink):
    if not ink.any():
        ink[0, 0] = 1
    before = ink.copy()

    digit = framed(ink)

    rows, columns = (np.flatnonzero(digit.any(axis=axis)) for axis in (1, 0))
    assert digit.shape == (28, 28)
    assert digit.dtype == np.float32
    assert 0 <= digit.min() <= digit.max() <= 1
    assert np.ptp(rows) < 20
    assert np.ptp(columns) < 20
    np.testing.assert_array_equal(ink, before)


@FRAMES
@given(top=st.integers(0, 30), left=st.integers(0, 30))
def test_where_the_ink_lies_does_not_matter(framed, top, left):
    ink = EIGHTS[3]

    moved = np.pad(ink, ((top, 5), (left, 9)))

    np.testing.assert_array_equal(framed(moved), framed(ink))


@FRAMES
def test_the_center_of_mass_is_put_at_the_middle(framed):
    found = np.stack([framed(ink) for ink in EIGHTS[:500]])

    assert np.abs(center_of_mass(found) - 14).max() <= 0.5 + 1e-4


@FRAMES
@pytest.mark.parametrize("shape", [(784,), (3, 28, 28), (0, 4)])
def test_other_shapes_are_refused(framed, shape):
    with pytest.raises(ShapeError, match=r"\(H, W\)"):
        framed(np.ones(shape))


@FRAMES
def test_what_holds_no_ink_is_refused(framed):
    with pytest.raises(PictureError, match="No digit found"):
        framed(np.zeros((9, 9)))


def test_framing_again_changes_nothing():
    once = frame(EIGHTS[8])

    np.testing.assert_allclose(frame(once), once, atol=1e-6)


def test_mnist_digits_are_left_alone(mnist_images):
    framed = np.stack([frame(image) for image in mnist_images])

    assert (np.abs(framed - mnist_images).max(axis=(1, 2)) < 1e-6).mean() > 0.998
    assert np.abs(center_of_mass(framed) - center_of_mass(mnist_images)).max() < 1


def test_the_pen_is_mended_of_few_mnist_digits(mnist_images):
    found = [normalize(image) for image in mnist_images]

    mended = np.array([each.target_width != each.stroke_width for each in found])
    change = np.abs(np.stack([each.image for each in found]) - mnist_images).mean(axis=(1, 2))
    assert 0 < mended.mean() < 0.05
    assert np.quantile(change[~mended], 0.99) < 0.01
    assert change.mean() < 0.01


def test_the_wanted_pen_is_that_of_mnist(mnist_images):
    pens = [normalize(image).stroke_width for image in mnist_images]

    assert np.median(pens) == pytest.approx(normalization.STROKE_WIDTH, abs=0.1)
    assert np.percentile(pens, (2, 98)) == pytest.approx(normalization.STROKE_WIDTHS, abs=0.1)


@pytest.mark.parametrize("width", [8, 20, 60])
def test_the_pens_width_is_area_over_edge(width):
    measured = stroke_width(stroke(width))

    assert measured == pytest.approx(width, rel=0.2)


@pytest.mark.parametrize("width", [3, 8, 16, 30])
def test_thin_pens_come_out_as_mnists(width):
    result = normalize(stroke(width))

    again = normalize(result.image)
    assert result.target_width == normalization.STROKE_WIDTH
    assert again.stroke_width == pytest.approx(normalization.STROKE_WIDTH, rel=0.1)
    assert again.target_width == again.stroke_width


def test_thick_pens_come_out_thinner():
    result = normalize(stroke(140))

    assert result.target_width == normalization.STROKE_WIDTH
    assert normalize(result.image).stroke_width < 0.85 * result.stroke_width


def test_a_pen_like_mnists_is_left_alone():
    result = normalize(stroke(54))

    assert result.target_width == result.stroke_width == pytest.approx(2.5, rel=0.1)
    np.testing.assert_allclose(result.image, frame(stroke(54)), atol=0.01)


@given(INK, st.integers(1, 40))
def test_scaling_is_pillows(ink, side):
    scaled = normalization._scaled(ink.astype(np.float64), side)

    pillows = Image.fromarray(ink).resize(scaled.shape[::-1], Image.Resampling.BICUBIC)
    assert max(scaled.shape) == side
    np.testing.assert_allclose(scaled, np.clip(np.asarray(pillows), 0, 1), atol=1e-5)
