"""PCA, the linear autoencoder: the baseline of every model with as many latent dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.config import ModelConfig
from aecore.data.dataset import Dataset
from aecore.data.splitting import sample
from aecore.errors import ShapeError
from aecore.imaging.levels import to_unit
from aecore.latent.axes import mean_and_covariance, strongest_axes
from aecore.validation import require_whole, require_width

CHUNK = 4096
"""Images held as floating numbers at a time: 13 MB of MNIST's."""
MAX_EXACT = 2_048
"""Pixels up to which all components are computed from the covariance: at 4,096 that takes a
minute, at 12,288, of 64 x 64 in RGB, half an hour."""
N_WIDE = 10_000
"""Images of more pixels from which the first components are estimated."""
MAX_WIDE = 512
"""How many of them `pca_errors` compares."""
_WIDE_VALUES = 50_000_000
"""Values of those images at most: 200 MB."""


def _require_images(images: np.ndarray) -> np.ndarray:
    """Return images (B, P) as an array, unchanged."""
    images = np.asarray(images)
    if images.ndim != 2:
        raise ShapeError(f"Images must have the shape (B, P), not {images.shape}.")
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        raise ShapeError(f"Images must be uint8 or floating, not {images.dtype}.")
    return images


def _gray_scale(images: np.ndarray) -> float:
    """Return the factor that brings pixels to 0..1."""
    return 1 / 255 if images.dtype == np.uint8 else 1.0


@dataclass(frozen=True, eq=False)  # eq=False: `==` on arrays has no single truth value
class PCA:
    """A mean image and the D directions of the largest variance around it."""

    mean: np.ndarray
    """Mean image, (P,) float32 in 0..1."""
    components: np.ndarray
    """Directions, (D, P) float32: orthonormal rows, the largest variance first."""

    @property
    def latent_dim(self) -> int:
        """D, the number of latent dimensions."""
        return len(self.components)

    @classmethod
    def fit(cls, images: np.ndarray, latent_dim: int) -> Self:
        """Compute the principal components exactly, from the covariance of the pixels.

        Of images of more than 2,048 pixels the first components are estimated by a randomized
        singular value decomposition of at most 10,000 of them, with a fixed seed.

        Signs are those of scikit-learn's PCA. Beyond the rank of the data (at most N - 1)
        components are directions without any variance.

        Parameters
        ----------
        images : ndarray of shape (N, P)
            Floating in 0..1 or uint8 in 0..255.
        latent_dim : int in 1..P

        Raises
        ------
        ShapeError
            If `images` is empty, of another shape or kind, or holds a value that is not finite.
        ConfigError
            If `latent_dim` is out of range.
        """
        images = _require_images(images)
        require_whole("latent_dim", latent_dim, 1, images.shape[1])
        if len(images) == 0:
            raise ShapeError("PCA needs at least one image, found none.")
        wide = images.shape[1] > MAX_EXACT
        if wide:
            mean = images.mean(axis=0, dtype=np.float64)
        else:
            mean, covariance = mean_and_covariance(images)
        if not np.isfinite(mean).all():
            raise ShapeError("Images must hold finite numbers; found an infinite one or a NaN.")
        if wide:
            components = _first_components(images, mean, latent_dim)
        else:
            components = strongest_axes(covariance)[1][:latent_dim]
        mean *= _gray_scale(images)  # the directions are the same on any scale
        return cls(mean=mean.astype(np.float32), components=components.astype(np.float32))

    @classmethod
    def baseline(cls, images: np.ndarray, config: ModelConfig) -> Self:
        """Fit images as `fit`, with a model's D, or as many dimensions as it has inputs."""
        return cls.fit(images, min(config.latent_dim, config.n_inputs))

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Return codes (B, D) float32 of images (B, P), floating in 0..1 or uint8 in 0..255.

        Raises
        ------
        ShapeError
            If `images` has another shape or kind.
        """
        images = _require_images(images)
        require_width("Images", images, len(self.mean))
        scale = np.float32(_gray_scale(images))
        codes = np.empty((len(images), self.latent_dim), dtype=np.float32)
        for start in range(0, len(images), CHUNK):
            pixels = images[start : start + CHUNK].astype(np.float32) * scale - self.mean
            codes[start : start + CHUNK] = pixels @ self.components.T
        return codes

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Return images (B, P) float32 of codes (B, D); a linear decoder may leave 0..1.

        Raises
        ------
        ShapeError
            If `codes` has another shape.
        """
        codes = np.asarray(codes, dtype=np.float32)
        require_width("Codes", codes, self.latent_dim)
        return codes @ self.components + self.mean

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Return images (B, P) float32 after `encode` and `decode`.

        Raises
        ------
        ShapeError
            If `images` has another shape or kind.
        """
        return self.decode(self.encode(images))

    def transform(self, images: np.ndarray) -> np.ndarray:
        """Encode; the verb of scikit-learn's estimators."""
        return self.encode(images)

    def inverse_transform(self, codes: np.ndarray) -> np.ndarray:
        """Decode; the verb of scikit-learn's estimators."""
        return self.decode(codes)

    def score_samples(self, images: np.ndarray) -> np.ndarray:
        """Return the negative mean squared error of each image: (B, P) -> (B,).

        Raises
        ------
        ShapeError
            If `images` has another shape or kind.
        """
        pixels = _require_images(images) * np.float32(_gray_scale(images))
        return -np.square(pixels - self.reconstruct(images)).mean(axis=1)

    def score(self, images: np.ndarray, y=None, sample_weight: np.ndarray | None = None) -> float:
        """Return the mean of `score_samples`, weighted by `sample_weight` (B,) if given."""
        return float(np.average(self.score_samples(images), weights=sample_weight))


def _first_components(images: np.ndarray, mean: np.ndarray, count: int) -> np.ndarray:
    """Estimate the first principal components (count, P) of wide images (N, P)."""
    from sklearn.utils.extmath import randomized_svd

    width = images.shape[1]
    rows = sample(len(images), min(N_WIDE, _WIDE_VALUES // width))
    centered = images[rows].astype(np.float32) - mean.astype(np.float32)
    found = min(count, len(rows) - 1) or 1
    components = randomized_svd(centered, found, random_state=0)[2].astype(np.float64)
    if found < count:  # any directions across them: there the images have no variance
        random = np.random.default_rng(0).standard_normal((width, count - found))
        components = np.linalg.qr(np.column_stack([components.T, random]))[0].T
    peaks = np.abs(components).argmax(axis=1)
    return components * np.sign(components[np.arange(count), peaks])[:, None]


def pca_errors(dataset: Dataset) -> np.ndarray:
    """Return the test error of PCA for each number of components.

    With all P components a digit is exact; leaving out the last ones costs their squared
    coordinates and nothing else, as the components are orthogonal. So one PCA and the coordinates
    of the test digits give every error.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    ndarray of shape (P + 1,), float64
        Mean squared error per pixel on the test digits with D components, at index D: from 0 (the
        mean digit) to P (no error). Of images of more than 2,048 pixels, up to 512.
    """
    dataset = dataset.measured()
    n_test, width = dataset.test_images.shape
    pca = PCA.fit(dataset.train_images, width if width <= MAX_EXACT else MAX_WIDE)
    squares = np.square(pca.encode(dataset.test_images), dtype=np.float64).sum(axis=0)
    rest = 0.0
    if width > MAX_EXACT:
        chunks = (to_unit(dataset.test_images[i : i + CHUNK]) for i in range(0, n_test, CHUNK))
        rest = sum(float(np.square(x - pca.reconstruct(x)).sum(dtype=np.float64)) for x in chunks)
    left_out = np.cumsum(squares[::-1])[::-1] + rest
    return np.append(left_out, rest) / dataset.test_images.size
