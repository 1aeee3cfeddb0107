"""Nearest neighbors among latent codes: the search, isolation, and the vote."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from aecore.errors import ConfigError, ShapeError
from aecore.latent.neighbors import FEW, NeighborIndex, nearest_label_vote
from aecore.recognition.neighbor_vote import label_residuals, predict_labels
from tests.support.code_tables import code_tables, finite, gaussian_codes, kth_smallest

pytestmark = pytest.mark.usefixtures("one_thread")


# --- isolation ---


@settings(deadline=None)
@given(code_tables(min_rows=4), st.data())
def test_distances_and_percentiles_are_those_of_brute_force(codes, data):
    k = data.draw(st.integers(1, len(codes) - 1))
    z = data.draw(arrays(np.float64, (3, codes.shape[1]), elements=finite))
    z[0] = codes[0]
    z = np.tile(z, (data.draw(st.sampled_from([1, FEW])), 1))  # searched in two ways

    index = NeighborIndex(codes, k=k)
    found, percentiles = index.distances(z), index.isolation(z)

    others = cdist(codes, codes)
    np.fill_diagonal(others, np.inf)
    own = kth_smallest(others, k)
    np.testing.assert_allclose(found, kth_smallest(cdist(z, codes), k), atol=1e-6)
    np.testing.assert_allclose(index.own_distances, np.sort(own), atol=1e-6)
    surely = (own < found[:, None] - 1e-5).mean(axis=1) * 100
    perhaps = (own < found[:, None] + 1e-5).mean(axis=1) * 100
    assert ((percentiles >= surely - 1e-9) & (percentiles <= perhaps + 1e-9)).all()


@pytest.mark.parametrize("n_points", [1, FEW, FEW + 1])
@pytest.mark.parametrize("latent_dim", [2, 40])  # many points: a k-d tree, brute force
def test_neighbors_are_those_of_brute_force_nearest_first(latent_dim, n_points):
    codes, z = gaussian_codes(200, latent_dim), gaussian_codes(n_points, latent_dim, seed=1)

    indices, distances = NeighborIndex(codes, k=3).neighbors(z, 6)

    expected = cdist(z, codes)
    np.testing.assert_array_equal(indices, expected.argsort(axis=1)[:, :6])
    np.testing.assert_allclose(distances, np.sort(expected, axis=1)[:, :6], rtol=1e-9)
    assert indices.shape == distances.shape == (n_points, 6)


@pytest.mark.parametrize("latent_dim", [2, 40])
def test_percentile_runs_from_the_thick_of_the_data_to_off_index(latent_dim):
    index = NeighborIndex(gaussian_codes(500, latent_dim))
    direction = np.eye(latent_dim)[:1]

    steps = [index.isolation(direction * far)[0] for far in (0, 20, 40)]

    assert steps[0] < 20
    assert steps[1:] == [100, 100]


@pytest.mark.parametrize("offset", [0.0, 0.1, 12345.678])
@pytest.mark.parametrize("latent_dim", [2, 40])
@pytest.mark.parametrize("n_points", [2, FEW + 1])
def test_on_a_collapsed_map_its_one_spot_is_at_0_and_all_else_at_100(latent_dim, offset, n_points):
    index = NeighborIndex(np.full((30, latent_dim), offset))
    z = np.full((n_points, latent_dim), offset)
    z[1:] += 1

    np.testing.assert_array_equal(index.isolation(z), [0] + [100] * (n_points - 1))


@pytest.mark.parametrize("kind", [list, np.float64, np.longdouble, np.int16, np.float32])
def test_codes_of_any_kind_are_kept_exactly(kind):
    table = [[0.0, 1.0], [3.0, 5.0], [4.0, 8.0]]
    codes = table if kind is list else np.array(table, kind)

    index = NeighborIndex(codes, k=1)

    assert index.codes.dtype in (np.float32, np.float64)
    assert index.codes.tolist() == table
    assert index.distances(np.array([[0.0, 1.0]])).tolist() == [0.0]


def test_a_map_keeps_its_codes_when_the_caller_changes_theirs():
    codes = gaussian_codes(30, 2)
    index = NeighborIndex(codes, k=2)
    z = codes[:3].copy()
    before = index.distances(z)

    codes += 100

    np.testing.assert_array_equal(index.distances(z), before)
    np.testing.assert_allclose(index.own_distances, NeighborIndex(codes, k=2).own_distances)


@pytest.mark.parametrize("latent_dim", [2, 40])
def test_an_atlas_in_half_precision_takes_less_memory_and_gives_the_same_numbers(latent_dim):
    atlas = gaussian_codes(1_100, latent_dim).astype(np.float16)
    atlas[-1] = 60  # an island
    small, exact = NeighborIndex(atlas), NeighborIndex(atlas.astype(np.float64))
    labels = np.arange(len(atlas), dtype=np.uint8) % 10
    z = gaussian_codes(FEW + 1, latent_dim, seed=1)

    assert small.codes.nbytes == exact.codes.nbytes / 2
    np.testing.assert_array_equal(small.own_distances, exact.own_distances)
    for points in (z, z[:FEW]):  # searched in two ways
        for found, expected in zip(
            (*small.neighbors(points, 6), *predict_labels(small, labels, points)),
            (*exact.neighbors(points, 6), *predict_labels(exact, labels, points)),
            strict=True,
        ):
            np.testing.assert_array_equal(found, expected)
    votes = labels[: len(z)]
    np.testing.assert_array_equal(
        label_residuals(small, labels, z, votes), label_residuals(exact, labels, z, votes)
    )
    for end in (1, len(atlas) - 1):
        np.testing.assert_array_equal(
            small.graph.shortest_path(0, end), exact.graph.shortest_path(0, end)
        )


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
        NeighborIndex(codes, k=10)


@pytest.mark.parametrize("k", [0, -3, 2.5, True])
def test_a_map_needs_a_whole_k(k):
    with pytest.raises(ConfigError, match="k must"):
        NeighborIndex(gaussian_codes(20, 2), k=k)


@pytest.mark.parametrize("z", [np.zeros((1, 3)), np.zeros(2), np.array([[np.inf, 0.0]])])
def test_points_that_are_not_in_the_space_are_refused(z):
    index = NeighborIndex(gaussian_codes(20, 2))

    for ask in (index.distances, index.isolation, lambda z: index.neighbors(z, 1)):
        with pytest.raises(ShapeError):
            ask(z)


@pytest.mark.parametrize("n", [0, 21])
def test_more_neighbors_than_codes_are_refused(n):
    with pytest.raises(ConfigError):
        NeighborIndex(gaussian_codes(20, 2)).neighbors(np.zeros((1, 2)), n)


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
