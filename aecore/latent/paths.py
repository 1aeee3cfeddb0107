"""Ways through the space of codes: straight, at an even pace, from neighbor to neighbor."""

from __future__ import annotations

import numpy as np

from aecore.errors import ConfigError, ShapeError
from aecore.system.threads import one_thread
from aecore.validation import as_codes, require_whole

# scikit-learn and SciPy are imported where they are used: together they take over a second to
# load, and most commands never ask for a path.


def straight_path(a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """Evenly spaced codes (steps, D) from a (D,) to b (D,), both included.

    Raises
    ------
    ShapeError
        If `a` and `b` differ in shape or a value is not finite.
    ConfigError
        If `steps` is no whole number from 2.
    """
    require_whole("steps", steps, 2)
    if np.ndim(a) != 1 or np.shape(a) != np.shape(b):
        raise ShapeError(f"A path needs two codes of one size, not {np.shape(a)}, {np.shape(b)}.")
    return np.linspace(*as_codes("the path's ends", np.stack([a, b])), steps)


def resample_path(points: np.ndarray, steps: int) -> np.ndarray:
    """Codes at even distances along the line through `points`.

    Parameters
    ----------
    points : ndarray of shape (M, D)
    steps : int, at least 2

    Returns
    -------
    ndarray of shape (steps, D), float64
        The first and last points included.

    Raises
    ------
    ShapeError
        If `points` is no table of finite numbers.
    ConfigError
        If `steps` is no whole number from 2.
    """
    points = as_codes("points", points)
    require_whole("steps", steps, 2)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    traveled = np.concatenate([[0.0], np.cumsum(lengths)])  # (M,)
    stops = np.linspace(0.0, traveled[-1], steps)
    return np.stack([np.interp(stops, traveled, column) for column in points.T], axis=1)


def path_along_data(
    codes: np.ndarray, start_index: int, end_index: int, *, k: int = 10
) -> np.ndarray:
    """The shortest way between two codes that steps only from neighbor to neighbor.

    Every code is joined to its k nearest, in both directions; an edge is as long as the distance.
    Where that leaves the two codes in separate islands, islands are joined by the shortest edges
    between them, so that there is always an answer.

    Parameters
    ----------
    codes : ndarray of shape (N, D), N at least 2
    start_index, end_index : int in 0..N-1
    k : int, at least 1
        Neighbors of each code; N - 1 where there are fewer codes.

    Returns
    -------
    ndarray of shape (M,), int
        Rows of `codes`, from `start_index` to `end_index`.

    Raises
    ------
    ShapeError
        If `codes` is no table of finite numbers.
    ConfigError
        If an index is out of range or `k` is no whole number from 1.
    """
    from scipy.sparse.csgraph import connected_components, dijkstra

    codes = as_codes("codes", codes)
    require_whole("k", k, 1)
    for index in (start_index, end_index):
        require_whole("a code's index", index, 0)
        if index >= len(codes):
            raise ConfigError(f"There is no code {index}: they are numbered to {len(codes) - 1}.")
    if start_index == end_index:
        return np.array([start_index])
    edges = _neighbor_edges(codes, min(k, len(codes) - 1))
    while True:
        graph = _graph(codes, edges)
        island = connected_components(graph, directed=False)[1]
        if island[start_index] == island[end_index]:
            break
        edges = np.concatenate([edges, _bridges(codes, island)])
    previous = dijkstra(graph, directed=False, indices=start_index, return_predecessors=True)[1]
    path = [end_index]
    while path[-1] != start_index:
        path.append(previous[path[-1]])
    return np.array(path[::-1])


def _neighbor_edges(codes: np.ndarray, k: int) -> np.ndarray:
    """Pairs (N * k, 2) of each code and one of its k nearest."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=k).fit(codes).kneighbors(return_distance=False)
    return np.stack([np.repeat(np.arange(len(codes)), k), nearest.ravel()], axis=1)


def _bridges(codes: np.ndarray, island: np.ndarray) -> np.ndarray:
    """The shortest edge out of every island but the largest, as pairs (islands - 1, 2).

    One round of Borůvka's algorithm for the minimum spanning tree, so the number of islands at
    least halves.
    """
    from sklearn.metrics import pairwise_distances_argmin_min

    bridges = []
    with one_thread():
        for number in np.delete(np.arange(island.max() + 1), np.bincount(island).argmax()):
            inside, outside = np.flatnonzero(island == number), np.flatnonzero(island != number)
            nearest, distances = pairwise_distances_argmin_min(codes[inside], codes[outside])
            shortest = distances.argmin()
            bridges.append((inside[shortest], outside[nearest[shortest]]))
    return np.array(bridges)


def _graph(codes: np.ndarray, edges: np.ndarray):
    """Sparse (N, N) matrix of the edges' lengths."""
    from scipy.sparse import csr_array

    start, end = edges.T
    lengths = np.linalg.norm(codes[start] - codes[end], axis=1)
    # Equal codes give zeros; stored ones count as edges of length 0 to scipy.sparse.csgraph.
    return csr_array((lengths, (start, end)), shape=(len(codes), len(codes)))
