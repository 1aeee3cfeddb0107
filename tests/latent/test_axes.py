"""Axes, neighbors and samples in the space of codes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from aecore.errors import ConfigError, ShapeError
from aecore.latent.axes import (
    FEW,
    MapDistance,
    fit_gaussian,
    limits,
    nearest_label_vote,
    principal_axes,
)
from tests.support.code_tables import code_tables, finite, gaussian_codes, kth_smallest

pytestmark = pytest.mark.usefixtures("one_thread")


# --- axes ---


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

    np.testing.assert_allclose(limits(values), [[1, 99], [-990, -10]])
    np.testing.assert_allclose(limits(values, low=0, high=50), [[0, 50], [-1000, -500]])


@pytest.mark.parametrize(("low", "high"), [(-1, 99), (1, 101), (60, 40), (np.nan, 99)])
def test_limits_out_of_order_are_refused(low, high):
    with pytest.raises(ConfigError, match="Percentiles"):
        limits(np.zeros((3, 2)), low=low, high=high)


# --- distance to the map ---


@settings(deadline=None)
@given(code_tables(min_rows=4), st.data())
def test_distances_and_percentiles_are_those_of_brute_force(codes, data):
    k = data.draw(st.integers(1, len(codes) - 1))
    z = data.draw(arrays(np.float64, (3, codes.shape[1]), elements=finite))
    z[0] = codes[0]
    z = np.tile(z, (data.draw(st.sampled_from([1, FEW])), 1))  # searched in two ways

    the_map = MapDistance(codes, k=k)
    found, percentiles = the_map.distances(z), the_map.percentile(z)

    others = cdist(codes, codes)
    np.fill_diagonal(others, np.inf)
    own = kth_smallest(others, k)
    np.testing.assert_allclose(found, kth_smallest(cdist(z, codes), k), atol=1e-6)
    np.testing.assert_allclose(the_map.own_distances, np.sort(own), atol=1e-6)
    surely = (own < found[:, None] - 1e-5).mean(axis=1) * 100
    perhaps = (own < found[:, None] + 1e-5).mean(axis=1) * 100
    assert ((percentiles >= surely - 1e-9) & (percentiles <= perhaps + 1e-9)).all()


@pytest.mark.parametrize("n_points", [1, FEW, FEW + 1])
@pytest.mark.parametrize("latent_dim", [2, 40])  # many points: a k-d tree, brute force
def test_neighbors_are_those_of_brute_force_nearest_first(latent_dim, n_points):
    codes, z = gaussian_codes(200, latent_dim), gaussian_codes(n_points, latent_dim, seed=1)

    indices, distances = MapDistance(codes, k=3).neighbors(z, 6)

    expected = cdist(z, codes)
    np.testing.assert_array_equal(indices, expected.argsort(axis=1)[:, :6])
    np.testing.assert_allclose(distances, np.sort(expected, axis=1)[:, :6], rtol=1e-9)
    assert indices.shape == distances.shape == (n_points, 6)


@pytest.mark.parametrize("latent_dim", [2, 40])
def test_percentile_runs_from_the_thick_of_the_data_to_off_the_map(latent_dim):
    the_map = MapDistance(gaussian_codes(500, latent_dim))
    direction = np.eye(latent_dim)[:1]

    steps = [the_map.percentile(direction * far)[0] for far in (0, 20, 40)]

    assert steps[0] < 20
    assert steps[1:] == [100, 100]


@pytest.mark.parametrize("offset", [0.0, 0.1, 12345.678])
@pytest.mark.parametrize("latent_dim", [2, 40])
@pytest.mark.parametrize("n_points", [2, FEW + 1])
def test_on_a_collapsed_map_its_one_spot_is_at_0_and_all_else_at_100(latent_dim, offset, n_points):
    the_map = MapDistance(np.full((30, latent_dim), offset))
    z = np.full((n_points, latent_dim), offset)
    z[1:] += 1

    np.testing.assert_array_equal(the_map.percentile(z), [0] + [100] * (n_points - 1))


def test_a_map_keeps_its_codes_when_the_caller_changes_theirs():
    codes = gaussian_codes(30, 2)
    the_map = MapDistance(codes, k=2)
    z = codes[:3].copy()
    before = the_map.distances(z)

    codes += 100

    np.testing.assert_array_equal(the_map.distances(z), before)
    np.testing.assert_allclose(the_map.own_distances, MapDistance(codes, k=2).own_distances)


@pytest.mark.parametrize(
    "codes",
    [
        np.zeros((10, 2)),
        np.zeros(20),
        np.zeros((20, 0)),
        np.full((20, 2), np.nan),
        np.empty((0, 2)),
    ],
)
def test_a_map_needs_more_than_k_finite_codes(codes):
    with pytest.raises(ShapeError):
        MapDistance(codes, k=10)


@pytest.mark.parametrize("k", [0, -3, 2.5, True])
def test_a_map_needs_a_whole_k(k):
    with pytest.raises(ConfigError, match="k must"):
        MapDistance(gaussian_codes(20, 2), k=k)


@pytest.mark.parametrize("z", [np.zeros((1, 3)), np.zeros(2), np.array([[np.inf, 0.0]])])
def test_points_that_are_not_in_the_space_are_refused(z):
    the_map = MapDistance(gaussian_codes(20, 2))

    for ask in (the_map.distances, the_map.percentile, lambda z: the_map.neighbors(z, 1)):
        with pytest.raises(ShapeError):
            ask(z)


@pytest.mark.parametrize("n", [0, 21])
def test_more_neighbors_than_codes_are_refused(n):
    with pytest.raises(ConfigError):
        MapDistance(gaussian_codes(20, 2)).neighbors(np.zeros((1, 2)), n)


# --- vote ---


@pytest.mark.parametrize(
    ("labels", "winner"),
    [
        ([7], 7),
        ([1, 2, 2], 2),
        ([9, 0, 0, 9], 9),
        ([3, 5, 5, 1, 1], 5),
        ([8, 1, 1, 5, 5, 8, 2], 8),
        ([4, 3, 2, 1], 4),
    ],
)
def test_the_majority_wins_and_ties_go_to_the_nearest(labels, winner):
    assert nearest_label_vote(np.array([labels], np.uint8)).tolist() == [winner]


@given(
    arrays(np.int64, st.tuples(st.integers(0, 5), st.integers(1, 7)), elements=st.integers(0, 3))
)
def test_no_label_has_more_votes_than_the_winner(labels):
    winners = nearest_label_vote(labels)

    assert winners.shape == (len(labels),)
    for row, winner in zip(labels.tolist(), winners, strict=True):
        most = max(row.count(label) for label in row)
        assert winner == next(label for label in row if row.count(label) == most)


@pytest.mark.parametrize("labels", [np.zeros(3), np.zeros((2, 0))])
def test_a_vote_without_voters_is_refused(labels):
    with pytest.raises(ShapeError):
        nearest_label_vote(labels)


# --- sampling ---


def test_samples_have_the_mean_and_covariance_of_the_codes():
    mixing = np.array([[2.0, 0.0, 0.0], [1.0, 0.5, 0.0], [0.0, 0.3, 1.0]])
    codes = gaussian_codes(300, 3) @ mixing + [10, 0, -5]

    drawn = fit_gaussian(codes).sample(40_000, np.random.default_rng(1))

    assert drawn.shape == (40_000, 3)
    np.testing.assert_allclose(drawn.mean(axis=0), codes.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.15)


@given(code_tables(), st.integers(0, 2**32))
def test_samples_stay_within_the_dimensions_that_the_codes_span(codes, seed):
    codes = np.concatenate([codes, np.full((len(codes), 1), 3.0), codes[:, :1]], axis=1)

    drawn = fit_gaussian(codes).sample(5, np.random.default_rng(seed))

    assert np.isfinite(drawn).all()
    np.testing.assert_allclose(drawn[:, -2], 3, atol=1e-4)
    np.testing.assert_allclose(drawn[:, -1], drawn[:, 0], atol=1e-4)


def test_samples_are_those_of_the_generator_passed_in():
    gaussian = fit_gaussian(gaussian_codes(30, 2))

    first, same, other = (gaussian.sample(4, np.random.default_rng(seed)) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, same)
    assert (first != other).all()


def test_inputs_are_left_alone():
    codes = gaussian_codes(40, 3)
    codes.flags.writeable = False
    z = codes[:4]

    axes = principal_axes(codes)
    axes.to_codes(axes.to_axes(z))
    limits(codes)
    MapDistance(codes).percentile(z)
    fit_gaussian(codes).sample(3, np.random.default_rng(0))

    np.testing.assert_array_equal(codes, gaussian_codes(40, 3))
