"""Perturbation of codes before they are decoded: dropout at test time, and Gaussian noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.analysis import metrics
from aecore.analysis.dimension_importance import Decode
from aecore.errors import ConfigError
from aecore.latent.neighbors import NeighborIndex
from aecore.system.fixed_draws import FixedDraws

DROPOUT_SAMPLES = 64
"""How often a code is decoded with dropout."""
NOISE_SAMPLES = 32
"""Directions of noise tried around a code."""
SIGMAS = tuple(step / 8 for step in range(25))
"""Noise levels, 0 to 3, in standard deviations of each latent dimension."""
OUTSIDE = 99.5
"""Isolation in percent from which on a code counts as outside the data."""
SEED = 20_061_002


def apply_dropout(codes: np.ndarray, *, rate: float) -> np.ndarray:
    """Apply dropout to codes as a decoder in training mode does.

    Each value is set to 0 with probability `rate`, the others are divided by 1 - rate; the draws
    are those of `aecore.models.autoencoder.Decoder` with a generator of the seed `SEED`.

    Parameters
    ----------
    codes : ndarray of shape (B, D), float32
    rate : float in 0..1, below 1

    Returns
    -------
    ndarray of shape (B, D), float32

    Raises
    ------
    ConfigError
        If the rate is out of range.
    """
    if not 0.0 <= rate < 1.0:
        raise ConfigError(f"A dropout rate must lie in 0..1, below 1, not {rate}.")
    keep = FixedDraws(SEED).uniform(codes.size).reshape(codes.shape) >= rate
    return codes * keep / np.float32(1.0 - rate)


@dataclass(frozen=True, eq=False)
class DropoutSamples:
    """One digit decoded S times with dropout on its code, and once without."""

    outputs: np.ndarray
    """(S, 784) float32."""
    mean: np.ndarray
    """(784,), mean of the samples."""
    deviation: np.ndarray
    """(784,), standard deviation of the samples in gray levels of 0..1."""
    errors: np.ndarray
    """(S,), mean squared error of each sample."""
    mean_error: float
    """Mean squared error of the mean image."""
    eval_output: np.ndarray
    """(784,) float32, decoded without dropout."""
    eval_error: float
    """Mean squared error without dropout."""

    @property
    def deviation_image(self) -> np.ndarray:
        """The deviation as gray levels (784,): white is 0.5 or more."""
        return self.deviation / 0.5


def sample_dropout(
    decode: Decode, code: np.ndarray, image: np.ndarray, *, rate: float
) -> DropoutSamples:
    """Decode a code `DROPOUT_SAMPLES` times with dropout, and once without.

    Parameters
    ----------
    decode : callable
        Codes (B, D) to digits (B, 784), without any dropout of its own.
    code : ndarray of shape (D,), float32
    image : ndarray of shape (784,)
        The digit of the code.
    rate : float in 0..1, below 1

    Raises
    ------
    ConfigError
        If the rate is out of range.
    """
    outputs = decode(apply_dropout(np.repeat(code[None], DROPOUT_SAMPLES, axis=0), rate=rate))
    eval_output = decode(code[None])
    mean = outputs.mean(axis=0, dtype=np.float64)
    return DropoutSamples(
        outputs=outputs,
        mean=mean,
        deviation=outputs.std(axis=0, dtype=np.float64),
        errors=_errors(image, outputs),
        mean_error=float(_errors(image, mean[None])[0]),
        eval_output=eval_output[0],
        eval_error=float(_errors(image, eval_output)[0]),
    )


def dropout_error(decode: Decode, codes: np.ndarray, images: np.ndarray, *, rate: float) -> float:
    """Measure the MSE of digits (B, 784) with dropout once on each of the codes (B, D).

    Raises
    ------
    ConfigError
        If the rate is out of range.
    """
    return float(metrics.mse(images, decode(apply_dropout(codes, rate=rate))).mean())


def add_noise(
    code: np.ndarray, deviations: np.ndarray, sigma: float, *, count: int = NOISE_SAMPLES
) -> np.ndarray:
    """Add Gaussian noise to copies of a code, in the same directions at every level.

    Parameters
    ----------
    code, deviations : ndarray of shape (D,)
        The second is the standard deviation of each dimension over the data's codes.
    sigma : float
        Standard deviation of the noise, in units of `deviations`.

    Returns
    -------
    ndarray of shape (count, D), float32
    """
    directions = np.random.default_rng(SEED).standard_normal((count, len(code)))
    return (code + sigma * deviations * directions).astype(np.float32)


@dataclass(frozen=True, eq=False)
class NoiseSweep:
    """One digit decoded with more and more noise on its code; a row for each of `SIGMAS`."""

    percentiles: np.ndarray
    """(S, NOISE_SAMPLES): isolation of each noisy code, see `NeighborIndex.isolation`."""
    errors: np.ndarray
    """(S, NOISE_SAMPLES): mean squared error of each decoded digit."""
    pca_errors: np.ndarray
    """(S, NOISE_SAMPLES): the same of PCA, with as many of its own standard deviations."""

    @property
    def leaves_data_at(self) -> float | None:
        """The first level with half of the codes or more outside the data; None if none has."""
        outside = np.median(self.percentiles, axis=1) >= OUTSIDE
        return SIGMAS[int(outside.argmax())] if outside.any() else None


def sweep_noise(
    decoders: tuple[Decode, Decode],
    codes: tuple[np.ndarray, np.ndarray],
    deviations: tuple[np.ndarray, np.ndarray],
    image: np.ndarray,
    index: NeighborIndex,
) -> NoiseSweep:
    """Add noise of every level to the code of a digit, for a model and for PCA.

    Parameters
    ----------
    decoders, codes, deviations : pairs
        Of the model and of PCA: a callable (B, D) to (B, 784), a code (D,), and the standard
        deviation (D,) of each dimension over the data's codes.
    image : ndarray of shape (784,)
        The digit of the codes.
    index : NeighborIndex
        Of the model's codes.
    """
    model, pca = (
        np.concatenate([add_noise(code, deviation, sigma) for sigma in SIGMAS])
        for code, deviation in zip(codes, deviations, strict=True)
    )
    return NoiseSweep(
        percentiles=index.isolation(model).reshape(-1, NOISE_SAMPLES),
        errors=_errors(image, decoders[0](model)).reshape(-1, NOISE_SAMPLES),
        pca_errors=_errors(image, decoders[1](pca)).reshape(-1, NOISE_SAMPLES),
    )


def _errors(image: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Mean squared error (B,) of outputs (B, 784) against one image (784,)."""
    return metrics.mse(np.repeat(image[None], len(outputs), axis=0), outputs)
