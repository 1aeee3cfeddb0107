"""Paths from one code to another: in a straight line, and along the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aecore.errors import ShapeError
from aecore.latent.neighbors import NeighborIndex
from aecore.system.threads import one_thread
from aecore.validation import as_codes, require_whole

if TYPE_CHECKING:  # scikit-learn and SciPy take over a second to load: only where they are used
    from scipy.sparse import csr_array

STEPS = 61
"""Codes of a path: every sixth makes a strip of 11."""


@dataclass(frozen=True, eq=False)
class CodePath:
    """A path through the latent space."""

    name: str
    codes: np.ndarray
    """(S, D) float32, both ends included."""
    percentiles: np.ndarray
    """(S,): the isolation of each code; see `NeighborIndex.isolation`."""
    stops: int
    """How many codes of the data it passes through, the ends included."""


def interpolate(
    index: NeighborIndex, start: int, end: int, *, steps: int = STEPS
) -> tuple[CodePath, CodePath]:
    """Return the straight path between two codes of the data, and the one along the data.

    Parameters
    ----------
    index : NeighborIndex
        Of the codes of the data (N, D).
    start, end : int in 0..N-1
        Which codes to join.
    steps : int, at least 2
        Codes of each path, evenly spaced along it.

    Raises
    ------
    ConfigError
        If `start`, `end` or `steps` is out of range.
    """

    def path(name: str, codes: np.ndarray, stops: int) -> CodePath:
        codes = codes.astype(np.float32)
        return CodePath(name, codes, percentiles=index.isolation(codes), stops=stops)

    rows = path_along_data(index.codes, start, end)
    straight = straight_path(index.codes[start], index.codes[end], steps)
    along = resample_path(index.codes[rows], steps)
    return path("straight line", straight, 2), path("along the data", along, len(rows))


def straight_path(a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """Return evenly spaced codes (steps, D) from a (D,) to b (D,), both included.

    Raises
    ------
    ShapeError
        If `a` and `b` differ in shape or a value is not finite.
    ConfigError
        If `steps` is not a whole number from 2.
    """
    require_whole("steps", steps, 2)
    if np.ndim(a) != 1 or np.shape(a) != np.shape(b):
        raise ShapeError(f"A path needs two codes of one size, not {np.shape(a)}, {np.shape(b)}.")
    start, end = as_codes("the path's ends", np.stack([a, b]))
    return np.linspace(start, end, steps)


def resample_path(points: np.ndarray, steps: int) -> np.ndarray:
    """Return evenly spaced codes along the polyline through `points`.

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
        If `points` is not a table of finite numbers.
    ConfigError
        If `steps` is not a whole number from 2.
    """
    points = as_codes("points", points)
    require_whole("steps", steps, 2)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    traveled = np.concatenate([[0.0], np.cumsum(lengths)])  # (M,)
    positions = np.linspace(0.0, traveled[-1], steps)
    return np.stack([np.interp(positions, traveled, column) for column in points.T], axis=1)


def path_along_data(
    codes: np.ndarray, start_index: int, end_index: int, *, k: int = 10
) -> np.ndarray:
    """Find the shortest path between two codes in their k-nearest-neighbor graph.

    Every code is joined to its k nearest, in both directions; an edge is as long as the distance.
    Where that leaves the two codes in separate components, components are joined by the shortest
    edges between them, so that there is always a path.

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
        If `codes` is not a table of finite numbers.
    ConfigError
        If an index is out of range or `k` is not a whole number from 1.
    """
    from scipy.sparse.csgraph import connected_components, dijkstra

    codes = as_codes("codes", codes)
    require_whole("k", k, 1)
    for index in (start_index, end_index):
        require_whole("a code's index", index, 0, len(codes) - 1)
    if start_index == end_index:
        return np.array([start_index])
    edges = _neighbor_edges(codes, min(k, len(codes) - 1))
    while True:
        graph = _graph(codes, edges)
        component = connected_components(graph, directed=False)[1]
        if component[start_index] == component[end_index]:
            break
        edges = np.concatenate([edges, _bridges(codes, component)])
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


def _bridges(codes: np.ndarray, component: np.ndarray) -> np.ndarray:
    """The shortest edge out of every component but the largest, as pairs (components - 1, 2).

    One round of Borůvka's algorithm for the minimum spanning tree, so the number of components at
    least halves.
    """
    from sklearn.metrics import pairwise_distances_argmin_min

    bridges = []
    with one_thread():
        for number in np.delete(np.arange(component.max() + 1), np.bincount(component).argmax()):
            inside = np.flatnonzero(component == number)
            outside = np.flatnonzero(component != number)
            nearest, distances = pairwise_distances_argmin_min(codes[inside], codes[outside])
            shortest = distances.argmin()
            bridges.append((inside[shortest], outside[nearest[shortest]]))
    return np.array(bridges)


def _graph(codes: np.ndarray, edges: np.ndarray) -> csr_array:
    """Sparse (N, N) matrix of the edges' lengths."""
    from scipy.sparse import csr_array

    start, end = edges.T
    lengths = np.linalg.norm(codes[start] - codes[end], axis=1)
    # Equal codes give zeros; stored ones count as edges of length 0 to scipy.sparse.csgraph.
    return csr_array((lengths, (start, end)), shape=(len(codes), len(codes)))
