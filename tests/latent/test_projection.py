"""Codes of any size as points of a map."""

import numpy as np
import pytest

from aecore.latent import projection
from aecore.latent.axes import principal_axes
from aecore.latent.projection import Projection, views
from tests.support.code_tables import gaussian_codes

pytestmark = pytest.mark.usefixtures("one_thread")

LABELS = np.arange(50) % 10


@pytest.mark.parametrize("dim", [1, 2, 3, 32])
def test_every_view_gives_as_many_coordinates_as_it_names_axes(dim):
    codes = gaussian_codes(50, dim)

    for view in views(dim):
        drawn = Projection.fit(codes, view)
        points = drawn.points(codes, LABELS)
        assert points.shape == (50, len(drawn.axis_names))
        assert len(drawn.axis_names) == (3 if "3-D" in view else 2)
        assert drawn.view == view


@pytest.mark.parametrize(
    ("dim", "best"),
    [
        (1, projection.LINE),
        (2, projection.PLANE),
        (3, projection.PRINCIPAL_PLANE),
        (128, projection.PRINCIPAL_PLANE),
    ],
)
def test_the_best_view_comes_first(dim, best):
    assert views(dim)[0] == best
    assert len(set(views(dim))) == len(views(dim))


def test_one_dimension_is_drawn_beside_its_label():
    codes = gaussian_codes(50, 1)

    drawn = Projection.fit(codes, projection.LINE)
    bare = Projection.fit(codes, projection.LINE, is_labeled=False)
    points = drawn.points(codes, LABELS)

    assert (drawn.axis_names, bare.axis_names) == (("z1", "class"), ("z1", ""))
    np.testing.assert_array_equal(points, np.stack([codes[:, 0], LABELS], axis=1))


@pytest.mark.parametrize(
    ("dim", "view", "count"), [(2, projection.PLANE, 2), (9, projection.DIMENSIONS, 3)]
)
def test_plain_views_show_the_first_dimensions_as_they_are(dim, view, count):
    codes = gaussian_codes(50, dim)

    drawn = Projection.fit(codes, view)

    np.testing.assert_array_equal(drawn.points(codes, LABELS), codes[:, :count])
    assert drawn.axis_names == ("z1", "z2", "z3")[:count]


@pytest.mark.parametrize(
    ("view", "count"), [(projection.PRINCIPAL_PLANE, 2), (projection.PRINCIPAL_SPACE, 3)]
)
def test_principal_views_show_the_widest_spread_about_the_mean(view, count):
    codes = gaussian_codes(200, 8) * np.arange(1, 9) + 3

    drawn = Projection.fit(codes, view)
    points = drawn.points(codes, np.zeros(200))

    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(points, principal_axes(codes).to_axes(codes)[:, :count])
    assert points.base is None  # no part of a table of all D
    shares = points.var(axis=0) / codes.var(axis=0).sum()
    for share, name in zip(shares, drawn.axis_names, strict=True):
        assert f"({share:.0%} of the variance)" in name


def test_a_map_fitted_to_the_data_also_places_other_codes():
    codes = gaussian_codes(200, 8)
    drawn = Projection.fit(codes, projection.PRINCIPAL_PLANE)

    np.testing.assert_allclose(
        drawn.points(codes[:1], LABELS[:1]), drawn.points(codes, np.zeros(200))[:1]
    )


def test_shares_of_the_variance_sum_to_one_unless_there_is_none():
    assert principal_axes(gaussian_codes(50, 6)).variance_shares.sum() == pytest.approx(1)
    assert principal_axes(np.ones((50, 6))).variance_shares.sum() == 0
