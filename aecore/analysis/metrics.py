"""Metrics of reconstructions and of latent codes."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from aecore.config import SHAPE
from aecore.errors import ShapeError
from aecore.validation import as_codes, require_whole

# scikit-learn and SciPy are imported where they are used: together they take over a second to load.

N_LABELS = 10
_CHUNK = 128  # images measured at a time: their float64 copies stay in the processor's cache


def _per_image(
    measure: Callable[[np.ndarray, np.ndarray], np.ndarray],
    target: np.ndarray,
    reconstruction: np.ndarray,
) -> np.ndarray:
    """Apply `measure` to chunks of both as float64; return values (B,)."""
    target, reconstruction = np.asarray(target), np.asarray(reconstruction)
    for images in (target, reconstruction):
        if images.ndim != 2 or images.shape[1] != target.shape[1]:
            raise ShapeError(
                f"Images must be rows of the same length, not {target.shape} and {images.shape}."
            )
        if not np.issubdtype(images.dtype, np.floating):
            raise ShapeError(f"Images must be floating, in 0..1, not {images.dtype}.")
    if len(target) != len(reconstruction):
        raise ShapeError(
            f"{len(target)} targets cannot pair {len(reconstruction)} reconstructions."
        )
    values = np.empty(len(target))
    for start in range(0, len(target), _CHUNK):
        rows = slice(start, start + _CHUNK)
        values[rows] = measure(
            target[rows].astype(np.float64), reconstruction[rows].astype(np.float64)
        )
    return values


def residual(target: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Return reconstruction - target, (B, P): positive where the reconstruction is too bright."""
    return reconstruction - target


def mse(target: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Return the mean squared error of each image.

    Parameters
    ----------
    target, reconstruction : ndarray of shape (B, P), floating in 0..1

    Returns
    -------
    ndarray of shape (B,), float64
        In squared gray levels; NaN where a reconstruction holds one.

    Raises
    ------
    ShapeError
        If the shapes differ or are others, or the pixels are whole numbers.
    """
    return _per_image(lambda a, b: np.square(a - b).mean(axis=1), target, reconstruction)


def grayness(images: np.ndarray) -> np.ndarray:
    """Return how gray images are: ink is nearly black or white, a blend of several digits is gray.

    Parameters
    ----------
    images : ndarray of shape (B, P)
        Pixels p outside 0..1 count as the nearest of both.

    Returns
    -------
    ndarray of shape (B,), float64
        Sum of p (1 - p) over sum of p; 0 of a blank image.
    """
    pixels = images.astype(np.float64).clip(0, 1)
    ink = pixels.sum(axis=1)
    return (pixels * (1 - pixels)).sum(axis=1) / np.where(ink > 0, ink, 1.0)


def psnr(target: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Return the peak signal-to-noise ratio of each image, in dB.

    Parameters
    ----------
    target, reconstruction : ndarray of shape (B, P), floating in 0..1

    Returns
    -------
    ndarray of shape (B,), float64
        10 log10(1 / MSE); inf where the two are identical.

    Raises
    ------
    ShapeError
        If the shapes differ or are others, or the pixels are whole numbers.
    """
    with np.errstate(divide="ignore"):
        return -10 * np.log10(mse(target, reconstruction))


def ssim(
    target: np.ndarray, reconstruction: np.ndarray, shape: tuple[int, ...] = SHAPE
) -> np.ndarray:
    """Return the structural similarity of each image.

    Parameters
    ----------
    target, reconstruction : ndarray of shape (B, P), floating in 0..1

    Returns
    -------
    ndarray of shape (B,), float64
        At most 1, which identical images reach.

    Raises
    ------
    ShapeError
        If the shapes differ or are others, or the pixels are whole numbers.

    Notes
    -----
    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity" (2004), with the defaults of scikit-image's `structural_similarity`: a
    flat 7x7 window, sample covariance, the mean over the windows that lie within the image. The
    window of smaller images is as large as they are; channels are measured one by one.
    """
    if np.ndim(target) == 2 and np.shape(target)[1] != math.prod(shape):
        raise ShapeError(f"Images of the shape {shape} have {math.prod(shape)} pixels.")
    return _per_image(functools.partial(_ssim, shape=shape), target, reconstruction)


def _ssim(target: np.ndarray, reconstruction: np.ndarray, *, shape: tuple[int, ...]) -> np.ndarray:
    height, width = shape[:2]
    window = min(7, height, width)
    sample = window**2 / (window**2 - 1)
    c1, c2 = 0.01**2, 0.03**2  # the paper's K1 and K2, at a data range of 1
    # Two products with a band matrix: 5 times faster than SciPy's filter on pictures this small.
    rows, columns = _band(height, window), _band(width, window)

    def windows(images: np.ndarray) -> np.ndarray:
        """Means over the windows within the image, (B, P) -> (B, C, H - 6, W - 6)."""
        channels = np.moveaxis(images.reshape(len(images), height, width, -1), -1, 1)
        return rows @ (channels @ columns.T)

    x, y = windows(target), windows(reconstruction)
    product, squares = x * y, x * x + y * y
    variances = sample * (windows(target**2 + reconstruction**2) - squares)
    covariance = sample * (windows(target * reconstruction) - product)
    similarity = (2 * product + c1) * (2 * covariance + c2)
    similarity /= (squares + c1) * (variances + c2)
    return similarity.mean(axis=(1, 2, 3))


def _band(side: int, window: int) -> np.ndarray:
    """Return the matrix that averages over each window of a side, (side - window + 1, side)."""
    starts, pixels = np.arange(side - window + 1)[:, None], np.arange(side)
    return ((pixels >= starts) & (pixels < starts + window)) / window


def _require_labels(labels: np.ndarray, n: int, n_labels: int) -> np.ndarray:
    """Check and return labels (n,)."""
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ShapeError(f"{n} rows need labels of the shape ({n},), not {labels.shape}.")
    if not np.issubdtype(labels.dtype, np.integer) or (
        n and not 0 <= labels.min() <= labels.max() < n_labels
    ):
        raise ShapeError(f"Labels must be whole numbers from 0 to {n_labels - 1}.")
    return labels


def mse_by_label(errors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean error of each label's images.

    Parameters
    ----------
    errors : ndarray of shape (B,)
        As from `mse`.
    labels : ndarray of shape (B,), whole numbers in 0..9

    Returns
    -------
    ndarray of shape (10,), float64
        NaN where a label is absent.

    Raises
    ------
    ShapeError
        If the shapes differ or a label is out of range.
    """
    errors = np.asarray(errors, dtype=np.float64)
    if errors.ndim != 1:
        raise ShapeError(f"Errors must have the shape (B,), not {errors.shape}.")
    labels = _require_labels(labels, len(errors), N_LABELS)
    counts = np.bincount(labels, minlength=N_LABELS)
    with np.errstate(invalid="ignore"):
        return np.bincount(labels, weights=errors, minlength=N_LABELS) / counts


def knn_accuracy(
    codes: np.ndarray,
    labels: np.ndarray,
    query_codes: np.ndarray,
    query_labels: np.ndarray,
    *,
    k: int = 5,
    n_labels: int = N_LABELS,
) -> float:
    """Return the accuracy of a k-nearest-neighbor classifier on the codes.

    Of labels equally frequent the smallest wins, as in scikit-learn's `KNeighborsClassifier`.

    Parameters
    ----------
    codes : ndarray of shape (N, D)
    labels : ndarray of shape (N,), whole numbers below `n_labels`
    query_codes : ndarray of shape (B, D)
    query_labels : ndarray of shape (B,), whole numbers below `n_labels`
    k : int in 1..N
    n_labels : int

    Returns
    -------
    float in 0..1

    Raises
    ------
    ShapeError
        If the shapes do not fit together, a code is not finite or a label is out of range.
    ConfigError
        If `k` is out of range.
    """
    from sklearn.neighbors import KNeighborsClassifier

    codes = as_codes("codes", codes)
    query_codes = as_codes("query_codes", query_codes, codes.shape[1])
    labels = _require_labels(labels, len(codes), n_labels)
    query_labels = _require_labels(query_labels, len(query_codes), n_labels)
    require_whole("k", k, 1, len(codes))
    return float(KNeighborsClassifier(k).fit(codes, labels).score(query_codes, query_labels))


def trustworthiness(images: np.ndarray, codes: np.ndarray, *, n_neighbors: int = 5) -> float:
    """Measure whether neighbors among the codes are neighbors among the images too.

    Memory grows with the square of n, the number of images (2 GB at 10,000): give a sample.

    Parameters
    ----------
    images : ndarray of shape (n, P), floating in 0..1
    codes : ndarray of shape (n, D)
    n_neighbors : int, at least 1 and below n / 2

    Returns
    -------
    float in 0..1
        1 where no code has a neighbor that its image does not have.

    Raises
    ------
    ShapeError
        If the shapes do not fit together or a value is not finite.
    ConfigError
        If `n_neighbors` is out of range.

    Notes
    -----
    Venna and Kaski, "Neighborhood preservation in nonlinear projection methods" (2001), as
    scikit-learn computes it.
    """
    from sklearn.manifold import trustworthiness as measure

    images = as_codes("images", images)
    codes = as_codes("codes", codes)
    if len(images) != len(codes):
        raise ShapeError(f"{len(images)} images cannot pair {len(codes)} codes.")
    require_whole("n_neighbors", n_neighbors, 1, (len(codes) - 1) // 2)
    return float(measure(images, codes, n_neighbors=n_neighbors))
