"""The nearest-neighbor graph of latent codes, and the shortest paths along it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from aecore.system.threads import one_thread
from aecore.validation import as_codes, require_whole

if TYPE_CHECKING:  # SciPy takes a while to load: only where it is used
    from scipy.sparse import csr_array


class NeighborGraph:
    """Codes of the data, each joined to its k nearest, in both directions.

    An edge is as long as the distance. Where that leaves two codes of a path in separate
    components, components are joined by the shortest edges between them, so that there is always a
    path.

    Parameters
    ----------
    codes : ndarray of shape (N, D)
        Kept as they are.
    nearest : ndarray of shape (N, k), int
        Rows of the k codes nearest to each, itself left out.
    """

    def __init__(self, codes: np.ndarray, nearest: np.ndarray) -> None:
        self._codes = codes
        count, k = nearest.shape
        edges = np.stack([np.repeat(np.arange(count), k), nearest.ravel()], axis=1)
        self._rounds = [_graph(as_codes("codes", codes), edges)]
        """By how often components were joined."""
        self._joining = threading.Lock()

    def shortest_path(self, start: int, end: int) -> np.ndarray:
        """Return the rows of the codes on the shortest path, (M,) int, from `start` to `end`.

        Raises
        ------
        ConfigError
            If `start` or `end` is not in 0..N-1.
        """
        from scipy.sparse.csgraph import dijkstra

        for row in (start, end):
            require_whole("a code's index", row, 0, len(self._codes) - 1)
        if start == end:
            return np.array([start])
        graph = self._graph_joining(start, end)
        previous = dijkstra(graph, directed=False, indices=start, return_predecessors=True)[1]
        path = [end]
        while path[-1] != start:
            path.append(previous[path[-1]])
        return np.array(path[::-1])

    def _graph_joining(self, start: int, end: int) -> csr_array:
        """Return the graph joined as often as these two codes need; it is kept."""
        from scipy.sparse.csgraph import connected_components

        with self._joining:
            done = 0
            while True:
                graph = self._rounds[done]
                component = connected_components(graph, directed=False)[1]
                if component[start] == component[end]:
                    return graph
                done += 1
                if done == len(self._rounds):
                    codes = as_codes("codes", self._codes)
                    edges = np.stack(graph.tocoo().coords, axis=1)
                    bridges = _bridges(codes, component)
                    self._rounds.append(_graph(codes, np.concatenate([edges, bridges])))


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

    start, end = edges.T.astype(np.int32)  # what scipy.sparse.csgraph works with
    lengths = np.linalg.norm(codes[start] - codes[end], axis=1)
    # Equal codes give zeros; stored ones count as edges of length 0 to scipy.sparse.csgraph.
    return csr_array((lengths, (start, end)), shape=(len(codes), len(codes)))
