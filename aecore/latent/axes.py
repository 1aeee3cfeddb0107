"""The space of codes: its axes, what lies near a point, and where to sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aecore.errors import ConfigError, ShapeError
from aecore.system.threads import one_thread
from aecore.validation import as_codes, require_whole

# scikit-learn and SciPy are imported where they are used: together they take over a second to
# load, and most commands never ask for a neighbor.

FEW = 16  # points: up to here a search in plain NumPy beats scikit-learn's threads


# --- axes and spread ---------------------------------------------------------------------------


def strongest_axes(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of a covariance matrix, strongest first.

    An eigenvector's sign is arbitrary; here its largest entry in absolute value is positive, as in
    scikit-learn's PCA, so that a picture of it looks the same in every run.

    Parameters
    ----------
    covariance : ndarray of shape (D, D), symmetric

    Returns
    -------
    variances : ndarray of shape (D,), float64, none below 0
    axes : ndarray of shape (D, D), float64
        Orthonormal rows.
    """
    with one_thread():
        variances, columns = np.linalg.eigh(covariance)
    axes = columns.T[::-1]
    peaks = np.abs(axes).argmax(axis=1, keepdims=True)
    axes = axes * np.where(np.take_along_axis(axes, peaks, axis=1) < 0, -1.0, 1.0)
    return variances[::-1].clip(min=0), axes


def _mean_and_covariance(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sample mean (D,) and covariance (D, D); a single code has covariance 0."""
    mean = codes.mean(axis=0)
    centered = codes - mean
    return mean, centered.T @ centered / max(len(codes) - 1, 1)


@dataclass(frozen=True, eq=False)  # eq=False: `==` on arrays has no single truth value
class Axes:
    """Principal axes of a set of codes, a rotation of the latent space."""

    mean: np.ndarray
    """Center of the codes, (D,)."""
    axes: np.ndarray
    """Directions, (D, D): orthonormal rows, the widest spread first."""
    deviations: np.ndarray
    """Standard deviation of the codes along each axis, (D,)."""

    def to_axes(self, codes: np.ndarray) -> np.ndarray:
        """Coordinates (B, D) along the axes, the mean at 0, of codes (B, D).

        Raises
        ------
        ShapeError
            If `codes` has another D or a value is not finite.
        """
        return (as_codes("codes", codes, len(self.mean)) - self.mean) @ self.axes.T

    def to_codes(self, coordinates: np.ndarray) -> np.ndarray:
        """Codes (B, D) at coordinates (B, K), K <= D; along the other axes they sit at the mean.

        Raises
        ------
        ShapeError
            If there are more coordinates than axes or a value is not finite.
        """
        coordinates = as_codes("coordinates", coordinates)
        n_given = coordinates.shape[1]
        if n_given > len(self.axes):
            raise ShapeError(f"There are {len(self.axes)} axes, but {n_given} coordinates a point.")
        return self.mean + coordinates @ self.axes[:n_given]


def principal_axes(codes: np.ndarray) -> Axes:
    """Principal axes of codes (N, D), through the eigenvectors of their covariance.

    Raises
    ------
    ShapeError
        If `codes` is no table of finite numbers.
    """
    mean, covariance = _mean_and_covariance(as_codes("codes", codes))
    variances, axes = strongest_axes(covariance)
    return Axes(mean=mean, axes=axes, deviations=np.sqrt(variances))


def limits(values: np.ndarray, *, low: float = 1, high: float = 99) -> np.ndarray:
    """Range that holds most of each column, for sliders and figure axes.

    Parameters
    ----------
    values : ndarray of shape (N, K)
    low, high : float in 0..100
        Percentiles at which the range begins and ends.

    Returns
    -------
    ndarray of shape (K, 2), float64

    Raises
    ------
    ShapeError
        If `values` is no table of finite numbers.
    ConfigError
        If `low` and `high` are not in order within 0..100.
    """
    if not 0 <= low <= high <= 100:
        raise ConfigError(f"Percentiles must satisfy 0 <= low <= high <= 100, not {low}, {high}.")
    return np.percentile(as_codes("values", values), (low, high), axis=0).T


# --- nearness ----------------------------------------------------------------------------------


def _nearest(point: np.ndarray, codes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and distances, both (n,), of the codes nearest to a point (D,)."""
    distances = np.sqrt(((codes - point) ** 2).sum(axis=1))
    indices = np.argpartition(distances, n - 1)[:n]
    indices = indices[distances[indices].argsort()]
    return indices, distances[indices]


def _distances_to(points: np.ndarray, codes: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Distances (B, n) from points (B, D) to codes[indices], indices (B, n).

    Computed from differences: the matrix product that finds the indices leaves up to 1e-7 of a
    code's length between equal codes, which would rank a collapsed latent space by rounding error.
    """
    columns = [np.linalg.norm(points - codes[column], axis=1) for column in indices.T]
    return np.stack(columns, axis=1)


class MapDistance:
    """How far points lie from the codes of the data, and which codes are near.

    The measure is the distance to the k-th nearest code. Many points are looked up in a k-d tree up
    to 15 dimensions and by brute force above, scikit-learn's own choice: for 10,000 codes it took
    0.02 s at D=2 and 0.4 s at D=128 where SciPy's k-d tree took 3.7 s at D=64 already. A few points
    are compared with every code in plain NumPy: 2 ms at D=128 beside a training run, when
    scikit-learn's threads took 130 ms.

    Parameters
    ----------
    codes : ndarray of shape (N, D), N > k
        Codes of the data; copied.
    k : int, at least 1
        Which neighbor's distance counts.
    own_distances : ndarray of shape (N,), optional
        As the property of that name, where it is known already.

    Raises
    ------
    ShapeError
        If `codes` is no table of finite numbers, or of k rows or fewer.
    ConfigError
        If `k` is no whole number from 1.
    """

    def __init__(
        self, codes: np.ndarray, *, k: int = 10, own_distances: np.ndarray | None = None
    ) -> None:
        require_whole("k", k, 1)
        self.codes = as_codes("codes", codes).copy()
        self.k = k
        if own_distances is not None:
            self.own_distances = own_distances  # takes the place of the cached property
        if len(self.codes) <= k:
            raise ShapeError(f"Distance to neighbor {k} needs over {k} codes, not {len(codes)}.")

    @cached_property
    def _search(self):
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors(n_neighbors=self.k).fit(self.codes)

    @cached_property
    def own_distances(self) -> np.ndarray:
        """Distance of each code to its k-th nearest other code, ascending, (N,)."""
        kth = self._search.kneighbors(return_distance=False)[:, -1:]
        return np.sort(_distances_to(self.codes, self.codes, kth)[:, 0])

    def neighbors(self, z: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The n codes nearest to each point.

        Parameters
        ----------
        z : ndarray of shape (B, D)
        n : int in 1..N

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
        z = as_codes("z", z, self.codes.shape[1])
        require_whole("n", n, 1)
        if n > len(self.codes):
            raise ConfigError(f"There are {len(self.codes)} codes, fewer than n={n}.")
        if len(z) <= FEW:
            found = [_nearest(point, self.codes, n) for point in z]
            return np.stack([row[0] for row in found]), np.stack([row[1] for row in found])
        indices = self._search.kneighbors(z, n_neighbors=n, return_distance=False)
        return indices, _distances_to(z, self.codes, indices)

    def distances(self, z: np.ndarray) -> np.ndarray:
        """Distance (B,) of points z (B, D) to their k-th nearest code.

        A point that is one of the codes counts itself as the nearest.

        Raises
        ------
        ShapeError
            If `z` has another D or a value is not finite.
        """
        return self.neighbors(z, self.k)[1][:, -1]

    def percentile(self, z: np.ndarray) -> np.ndarray:
        """Share of the codes that lie closer to their neighbors than a point does, in per cent.

        Parameters
        ----------
        z : ndarray of shape (B, D)

        Returns
        -------
        ndarray of shape (B,), in 0..100
            0 in the thick of the data, 100 farther out than every code. Equal distances do not
            count as closer, so a point on top of a map that collapsed to one spot is at 0.

        Raises
        ------
        ShapeError
            If `z` has another D or a value is not finite.
        """
        n_closer = np.searchsorted(self.own_distances, self.distances(z), side="left")
        return 100.0 * n_closer / len(self.codes)


def nearest_label_vote(neighbor_labels: np.ndarray) -> np.ndarray:
    """The most frequent label among each point's neighbors.

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
        If `neighbor_labels` is no table or has no columns.
    """
    labels = np.asarray(neighbor_labels)
    if labels.ndim != 2 or labels.shape[1] == 0:
        raise ShapeError(f"Neighbors' labels must have the shape (B, n), not {labels.shape}.")
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)  # (B, n)
    winners = votes.argmax(axis=1)  # the first of equals, hence the nearest
    return labels[np.arange(len(labels)), winners]


# --- sampling ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A normal distribution over codes."""

    mean: np.ndarray
    """Center, (D,)."""
    cov: np.ndarray
    """Covariance, (D, D); may be singular, as where a dimension has collapsed."""

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n codes, (n, D)."""
        # eigh, not cholesky, and unchecked: rounding leaves a singular covariance just below 0.
        return rng.multivariate_normal(
            self.mean, self.cov, size=n, method="eigh", check_valid="ignore"
        )


def fit_gaussian(codes: np.ndarray) -> Gaussian:
    """The normal distribution with the mean and covariance of codes (N, D).

    Raises
    ------
    ShapeError
        If `codes` is no table of finite numbers.
    """
    return Gaussian(*_mean_and_covariance(as_codes("codes", codes)))
