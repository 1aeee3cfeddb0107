"""Principal axes of latent codes, and the second moments that they and PCA are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.errors import ConfigError, ShapeError
from aecore.system.threads import one_thread
from aecore.validation import as_codes

_CHUNK_BYTES = 1 << 25  # of float64 rows at a time


def mean_and_covariance(rows: np.ndarray, *, ddof: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the covariance of rows, in float64.

    Parameters
    ----------
    rows : ndarray of shape (N, D), floating or uint8
    ddof : int
        The sum of squares is divided by N - ddof, or by 1 where that is less.

    Returns
    -------
    mean : ndarray of shape (D,)
    covariance : ndarray of shape (D, D)
    """
    n, width = rows.shape
    mean = rows.mean(axis=0, dtype=np.float64)
    # Sums of products of bytes are exact in float64 and need no centering beforehand.
    origin = np.zeros(width) if rows.dtype == np.uint8 else mean
    products = np.zeros((width, width))
    chunk = max(_CHUNK_BYTES // (8 * width), 1)
    for start in range(0, n, chunk):
        centered = rows[start : start + chunk] - origin
        products += centered.T @ centered
    shift = mean - origin
    return mean, products / max(n - ddof, 1) - np.outer(shift, shift)


def strongest_axes(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvalues and eigenvectors of a covariance matrix, largest variance first.

    An eigenvector's sign is arbitrary; here its largest entry in absolute value is positive, as in
    scikit-learn's PCA, so that an image of it looks the same in every run.

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


@dataclass(frozen=True, eq=False)  # eq=False: `==` on arrays has no single truth value
class Axes:
    """Principal axes of a set of codes, a rotation of the latent space."""

    mean: np.ndarray
    """Center of the codes, (D,)."""
    axes: np.ndarray
    """Directions, (D, D): orthonormal rows, the largest variance first."""
    deviations: np.ndarray
    """Standard deviation of the codes along each axis, (D,)."""

    @property
    def variance_shares(self) -> np.ndarray:
        """Share (D,) of the codes' variance along each axis."""
        variances = self.deviations**2
        return variances / max(variances.sum(), np.finfo(float).tiny)

    def to_axes(self, codes: np.ndarray) -> np.ndarray:
        """Return the coordinates (B, D) of codes (B, D) along the axes, the mean at 0.

        Raises
        ------
        ShapeError
            If `codes` has another D or a value is not finite.
        """
        return (as_codes("codes", codes, len(self.mean)) - self.mean) @ self.axes.T

    def to_codes(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the codes (B, D) at coordinates (B, K), K <= D; along other axes, at the mean.

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
    """Return the principal axes of codes (N, D).

    Raises
    ------
    ShapeError
        If `codes` is not a table of finite numbers.
    """
    mean, covariance = mean_and_covariance(as_codes("codes", codes), ddof=1)
    variances, axes = strongest_axes(covariance)
    return Axes(mean=mean, axes=axes, deviations=np.sqrt(variances))


def percentile_limits(values: np.ndarray, *, low: float = 1, high: float = 99) -> np.ndarray:
    """Return the range that holds most of each column, for sliders and axes.

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
        If `values` is not a table of finite numbers.
    ConfigError
        If `low` and `high` are not in order within 0..100.
    """
    if not 0 <= low <= high <= 100:
        raise ConfigError(f"Percentiles must satisfy 0 <= low <= high <= 100, not {low}, {high}.")
    return np.percentile(as_codes("values", values), (low, high), axis=0).T
