"""Shortest paths along the data, checked by a dense graph and Bellman and Ford's algorithm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from aecore.errors import ConfigError
from aecore.latent.interpolation import resample_path, straight_path
from aecore.latent.neighbors import NeighborIndex
from tests.support.code_tables import code_tables, gaussian_codes, kth_smallest

pytestmark = pytest.mark.usefixtures("one_thread")


def shortest_path(codes, start, end, *, k=4):
    return NeighborIndex(codes, k=min(k, len(codes) - 1)).graph.shortest_path(start, end)


def reference_edges(codes, k, start, end):
    """Dense reference graph: k nearest neighbors, both ways.

    While the two codes lie in separate islands, every island but the largest is joined to what is
    nearest to it.
    """
    distances = cdist(codes, codes)
    others = distances + np.diag(np.full(len(codes), np.inf))
    near = distances <= kth_smallest(others, k)[:, None]
    linked = near | near.T
    while (island := connected_components(linked)[1])[start] != island[end]:
        largest = np.bincount(island).argmax()
        for number in set(island.tolist()) - {largest}:
            inside = island == number
            out = np.where(inside[:, None] & ~inside, distances, np.inf)
            i, j = np.unravel_index(out.argmin(), out.shape)
            linked[i, j] = linked[j, i] = True
    return np.where(linked, distances, np.inf)


def shortest_length(lengths, start, end):
    """Bellman and Ford's algorithm."""
    best = np.full(len(lengths), np.inf)
    best[start] = 0
    for _ in range(len(lengths)):
        best = np.minimum(best, (best[:, None] + lengths).min(axis=0))
    return best[end]


@settings(deadline=None, max_examples=50)
@given(
    n_islands=st.integers(1, 5),
    k=st.integers(1, 3),
    latent_dim=st.sampled_from([1, 2, 20]),
    seed=st.integers(0, 1000),
)
@example(n_islands=4, k=2, latent_dim=2, seed=445)  # a bridge of the whole tree would be shorter
def test_a_path_along_the_data_is_the_shortest_even_between_islands(n_islands, k, latent_dim, seed):
    rng = np.random.default_rng(seed)
    centers = 30 * rng.normal(size=(n_islands, latent_dim))
    codes = (centers[:, None] + rng.normal(size=(n_islands, 8, latent_dim))).reshape(-1, latent_dim)
    end = len(codes) - 1

    path = shortest_path(codes, 0, end, k=k)

    edges = reference_edges(codes, k, 0, end)
    assert (path[0], path[-1]) == (0, end)
    assert len(set(path.tolist())) == len(path)
    length = edges[path[:-1], path[1:]].sum()  # infinite if a step is no edge
    assert length == pytest.approx(shortest_length(edges, 0, end))


def test_a_path_goes_round_a_gap_where_the_straight_one_crosses_it():
    t = np.linspace(0, 1.5 * np.pi, 60)  # three quarters of a circle
    codes = np.stack([np.cos(t), np.sin(t)], axis=1)

    path = shortest_path(codes, 0, 59, k=2)

    radii = np.linalg.norm(resample_path(codes[path], 30), axis=1)
    assert radii.min() > 0.99
    assert np.linalg.norm(straight_path(codes[0], codes[-1], 31), axis=1).min() < 0.72


@settings(deadline=None)
@given(code_tables(min_rows=2), st.data())
def test_there_is_a_path_however_the_codes_lie(codes, data):
    start, end = (data.draw(st.integers(0, len(codes) - 1)) for _ in range(2))

    path = shortest_path(codes, start, end, k=data.draw(st.integers(1, 20)))

    assert (path[0], path[-1]) == (start, end)
    assert len(set(path.tolist())) == len(path)


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (0, 5), (0.0, 1)])
def test_a_path_between_codes_that_are_not_there_is_refused(start, end):
    with pytest.raises(ConfigError):
        shortest_path(gaussian_codes(5, 2), start, end)


def test_a_path_is_the_same_whatever_was_asked_for_before():
    """Other ends join more of the graph, which is kept."""
    rng = np.random.default_rng(0)
    islands = np.concatenate([rng.normal(center, 1, (8, 2)) for center in (0, 40, 100, 180)])
    index = NeighborIndex(islands, k=2)

    for end in (31, 3, 12, 20):
        path = index.graph.shortest_path(0, end)

        np.testing.assert_array_equal(path, shortest_path(islands, 0, end, k=2))
