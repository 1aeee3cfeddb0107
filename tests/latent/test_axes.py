"""Principal axes of latent codes."""

import numpy as np
import pytest
from hypothesis import given

from aecore.errors import ConfigError, ShapeError
from aecore.latent.axes import percentile_limits, principal_axes
from aecore.latent.neighbors import NeighborIndex
from tests.support.code_tables import code_tables, gaussian_codes

pytestmark = pytest.mark.usefixtures("one_thread")


@given(code_tables())
def test_axes_are_a_rotation_that_can_be_undone(codes):
    axes = principal_axes(codes)

    identity = np.eye(codes.shape[1])
    np.testing.assert_allclose(axes.axes @ axes.axes.T, identity, atol=1e-9)
    np.testing.assert_allclose(axes.to_codes(axes.to_axes(codes)), codes, atol=1e-9)


@given(code_tables(min_rows=2))
def test_deviations_are_those_along_the_axes_widest_first(codes):
    axes = principal_axes(codes)

    spread = axes.to_axes(codes).std(axis=0, ddof=1)
    np.testing.assert_allclose(axes.deviations, spread, atol=1e-5)
    assert (np.diff(axes.deviations) <= 0).all()


@given(code_tables())
def test_each_axis_points_to_where_its_largest_entry_is_positive(codes):
    for axis in principal_axes(codes).axes:
        assert axis[np.abs(axis).argmax()] > 0


def test_a_known_ellipse_has_its_known_axes():
    t = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    along, across = np.array([0.8, 0.6]), np.array([-0.6, 0.8])
    codes = np.array([5.0, -1.0]) + 3 * np.outer(np.cos(t), along) + np.outer(np.sin(t), across)

    axes = principal_axes(codes)

    np.testing.assert_allclose(axes.mean, [5, -1], atol=1e-9)
    np.testing.assert_allclose(axes.axes, [along, across], atol=1e-9)
    np.testing.assert_allclose(axes.deviations, np.sqrt([4.5, 0.5]), rtol=2e-3)


def test_missing_coordinates_stand_for_the_mean():
    codes = gaussian_codes(50, 4)
    axes = principal_axes(codes)

    short = axes.to_codes(np.array([[2.0, -1.0]]))

    np.testing.assert_allclose(short, axes.to_codes(np.array([[2.0, -1.0, 0.0, 0.0]])))
    np.testing.assert_allclose(axes.to_axes(short), [[2, -1, 0, 0]], atol=1e-9)


def test_more_coordinates_than_axes_are_refused():
    axes = principal_axes(gaussian_codes(50, 2))

    with pytest.raises(ShapeError, match="2 axes, but 3 coordinates"):
        axes.to_codes(np.zeros((1, 3)))


def test_limits_are_percentiles_of_each_column():
    values = np.stack([np.arange(101.0), -10 * np.arange(101.0)], axis=1)

    np.testing.assert_allclose(percentile_limits(values), [[1, 99], [-990, -10]])
    np.testing.assert_allclose(percentile_limits(values, low=0, high=50), [[0, 50], [-1000, -500]])


@pytest.mark.parametrize(("low", "high"), [(-1, 99), (1, 101), (60, 40), (np.nan, 99)])
def test_limits_out_of_order_are_refused(low, high):
    with pytest.raises(ConfigError, match="Percentiles"):
        percentile_limits(np.zeros((3, 2)), low=low, high=high)


def test_inputs_are_left_alone():
    codes = gaussian_codes(40, 3)
    codes.flags.writeable = False
    z = codes[:4]

    axes = principal_axes(codes)
    axes.to_codes(axes.to_axes(z))
    percentile_limits(codes)
    NeighborIndex(codes).isolation(z)

    np.testing.assert_array_equal(codes, gaussian_codes(40, 3))
