"""Nearest neighbors among latent codes, and how isolated a point is from all of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from aecore.errors import ShapeError
from aecore.latent.neighbor_graph import NeighborGraph
from aecore.validation import as_codes, require_whole

if TYPE_CHECKING:  # takes over a second to load, and most commands never need a neighbor
    from sklearn.neighbors import NearestNeighbors

FEW = 16
"""Points: up to here a search in plain NumPy is faster than scikit-learn's threads."""
_TREE = 15
"""Dimensions up to which scikit-learn makes a tree."""
_BLOCK = 512  # codes at a time: what is computed for them stays in the processor's cache


class NeighborIndex:
    """Nearest-neighbor search over the codes of the data.

    A point's isolation is measured by its distance to the k-th nearest code. Many points are looked
    up in a k-d tree up to 15 dimensions and by brute force above, scikit-learn's own choice: for
    10,000 codes it took 0.02 s at D=2 and 0.4 s at D=128 where SciPy's k-d tree took 3.7 s at D=64
    already. A few points are compared with every code in plain NumPy: 2 ms at D=128 beside a
    training run, when scikit-learn's threads took 130 ms.

    Parameters
    ----------
    codes : ndarray of shape (N, D), N > k
        Codes of the data; copied.
    k : int, at least 1
        Which neighbor's distance counts; by default 10, or N - 1 of 10 or fewer codes.
    own_distances : ndarray of shape (N,), optional
        As the property of that name, where it is known already.

    Raises
    ------
    ShapeError
        If `codes` is not a table of finite numbers, or has k rows or fewer.
    ConfigError
        If `k` is not a whole number from 1.
    """

    def __init__(
        self, codes: np.ndarray, *, k: int | None = None, own_distances: np.ndarray | None = None
    ) -> None:
        is_exact = np.result_type(np.asarray(codes), np.float32) == np.float32
        self.codes = as_codes("codes", codes).astype(np.float32 if is_exact else np.float64)
        """(N, D) float64, or float32 where that holds them exactly; compute in float64."""
        self._tree: NearestNeighbors | None = None
        self.k = k = max(min(10, len(codes) - 1), 1) if k is None else k
        require_whole("k", k, 1)
        if own_distances is not None:
            self.own_distances = own_distances  # takes the place of the cached property
        if len(self.codes) <= k:
            raise ShapeError(f"Distance to neighbor {k} needs over {k} codes, not {len(codes)}.")

    def _search(self) -> NearestNeighbors:
        """scikit-learn's index of the codes; a tree takes longer to build, and is kept."""
        if self._tree is not None:
            return self._tree
        from sklearn.neighbors import NearestNeighbors

        search = NearestNeighbors(n_neighbors=self.k).fit(np.asarray(self.codes, np.float64))
        if self.codes.shape[1] <= _TREE:
            self._tree = search
        return search

    @cached_property
    def own_distances(self) -> np.ndarray:
        """Distance of each code to its k-th nearest other code, ascending, (N,)."""
        kth = self._search().kneighbors(return_distance=False)[:, -1:]
        return np.sort(_distances_to(self.codes, self.codes, kth)[:, 0])

    @cached_property
    def graph(self) -> NeighborGraph:
        """The graph that joins each code to its k nearest."""
        return NeighborGraph(self.codes, self._search().kneighbors(return_distance=False))

    def neighbors(
        self, z: np.ndarray, n: int, *, own: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the n codes nearest to each point.

        Parameters
        ----------
        z : ndarray of shape (B, D)
        n : int in 1..N, or 1..N-1 with `own`
        own : ndarray of shape (B,), int, optional
            For points that are among the codes: their rows, each left out of its own neighbors.

        Returns
        -------
        indices : ndarray of shape (B, n), int
            Rows of the codes, nearest first.
        distances : ndarray of shape (B, n), float64

        Raises
        ------
        ShapeError
            If `z` has another D or a value is not finite.
        ConfigError
            If `n` is out of range.
        """
        if own is not None:
            indices, distances = self.neighbors(z, n + 1)
            keep = indices != own[:, None]
            keep[keep.all(axis=1), -1] = False  # many equal codes may crowd out its own
            return indices[keep].reshape(-1, n), distances[keep].reshape(-1, n)
        z = as_codes("z", z, self.codes.shape[1])
        require_whole("n", n, 1, len(self.codes))
        if len(z) <= FEW:
            indices, distances = zip(*(_nearest(point, self.codes, n) for point in z), strict=True)
            return np.stack(indices), np.stack(distances)
        indices = self._search().kneighbors(z, n_neighbors=n, return_distance=False)
        return indices, _distances_to(z, self.codes, indices)

    def distances(self, z: np.ndarray) -> np.ndarray:
        """Return the distance (B,) of points z (B, D) to their k-th nearest code.

        A point that is one of the codes counts itself as the nearest.

        Raises
        ------
        ShapeError
            If `z` has another D or a value is not finite.
        """
        return self.neighbors(z, self.k)[1][:, -1]

    def isolation(self, z: np.ndarray) -> np.ndarray:
        """Return the percentage of the codes that are less isolated than each point.

        Parameters
        ----------
        z : ndarray of shape (B, D)

        Returns
        -------
        ndarray of shape (B,), in 0..100
            0 where the data is densest, 100 outside the data. Equal distances do not count as less
            isolated, so a point on codes that have collapsed to a single one is at 0.

        Raises
        ------
        ShapeError
            If `z` has another D or a value is not finite.
        """
        n_closer = np.searchsorted(self.own_distances, self.distances(z), side="left")
        return 100.0 * n_closer / len(self.codes)


def _nearest(point: np.ndarray, codes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and distances, both (n,), of the codes nearest to a point (D,)."""
    squares = [
        ((codes[start : start + _BLOCK] - point) ** 2).sum(axis=1)
        for start in range(0, len(codes), _BLOCK)
    ]
    distances = np.sqrt(np.concatenate(squares))
    indices = np.argpartition(distances, n - 1)[:n]
    indices = indices[distances[indices].argsort()]
    return indices, distances[indices]


def _distances_to(points: np.ndarray, codes: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Distances (B, n) from points (B, D) to codes[indices], indices (B, n).

    Computed from differences: the matrix product that finds the indices leaves up to 1e-7 of a
    code's length between equal codes, which would rank a collapsed latent space by rounding error.
    """
    columns = [
        np.linalg.norm(np.subtract(points, codes[column], dtype=np.float64), axis=1)
        for column in indices.T
    ]
    return np.stack(columns, axis=1)


def nearest_label_vote(neighbor_labels: np.ndarray) -> np.ndarray:
    """Return the most frequent label among each point's neighbors.

    Parameters
    ----------
    neighbor_labels : ndarray of shape (B, n)
        Nearest neighbor first.

    Returns
    -------
    ndarray of shape (B,)
        Of labels equally frequent, the one that the nearest of those neighbors carries.

    Raises
    ------
    ShapeError
        If `neighbor_labels` is not a table or has no columns.
    """
    labels = np.asarray(neighbor_labels)
    if labels.ndim != 2 or labels.shape[1] == 0:
        raise ShapeError(f"Neighbors' labels must have the shape (B, n), not {labels.shape}.")
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)  # (B, n)
    winners = votes.argmax(axis=1)  # the first of equals, hence the nearest
    return labels[np.arange(len(labels)), winners]
