"""Codes disturbed on their way to the decoder: dropout left on, and noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aecore.analysis import metrics
from aecore.errors import ConfigError
from aecore.latent.neighbors import NeighborIndex
from aecore.validation import as_codes

PASSES = 64
"""How often a digit is decoded with dropout left on."""
DRAWS = 32
"""How many directions of noise are tried around a code."""
SIGMAS = tuple(step / 8 for step in range(25))
"""Levels of noise, 0 to 3, in standard deviations of each code dimension."""
OFF_THE_MAP = 99.5
"""From this percentile of distance on, a code counts as off the map."""
SEED = 20_061_002

Decode = Callable[[np.ndarray], np.ndarray]


def drop(codes: np.ndarray, *, rate: float, seed: int = SEED) -> np.ndarray:
    """Thin codes as a decoder does that was left in training mode.

    Each value is set to 0 with probability `rate`, the others are divided by 1 - rate; the draws
    are those of `aecore.models.autoencoder.Decoder` with a generator of this seed.

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
    import torch  # takes over a second: the figures of this module's users need it late

    if not 0.0 <= rate < 1.0:
        raise ConfigError(f"A dropout rate must lie in 0..1, below 1, not {rate}.")
    generator = torch.Generator().manual_seed(seed)
    keep = (torch.rand(codes.shape, generator=generator) >= rate).numpy()
    return codes * keep / np.float32(1.0 - rate)


@dataclass(frozen=True, eq=False)
class Passes:
    """One digit decoded again and again with dropout on its code."""

    outputs: np.ndarray
    """(P, 784) float32."""
    mean: np.ndarray
    """(784,), of the passes."""
    deviation: np.ndarray
    """(784,), standard deviation of the passes in gray levels of 0..1."""
    errors: np.ndarray
    """(P,), mean squared error of each pass."""
    mean_error: float
    """Mean squared error of the mean picture."""
    quiet: np.ndarray
    """(784,) float32, decoded without dropout."""
    quiet_error: float
    """Mean squared error without dropout."""

    @property
    def shade(self) -> np.ndarray:
        """The deviation as gray (784,): white is 0.5 or more."""
        return self.deviation / 0.5


def passes(decode: Decode, code: np.ndarray, image: np.ndarray, *, rate: float) -> Passes:
    """Decode a code `PASSES` times with dropout on it, and once without.

    Parameters
    ----------
    decode : callable
        Codes (B, D) to digits (B, 784), without any dropout of its own.
    code : ndarray of shape (D,), float32
    image : ndarray of shape (784,)
        What the code is of.
    rate : float in 0..1, below 1

    Raises
    ------
    ConfigError
        If the rate is out of range.
    """
    outputs = decode(drop(np.repeat(code[None], PASSES, axis=0), rate=rate))
    quiet = decode(code[None])
    mean = outputs.mean(axis=0, dtype=np.float64)
    return Passes(
        outputs=outputs,
        mean=mean,
        deviation=outputs.std(axis=0, dtype=np.float64),
        errors=metrics.mse(np.repeat(image[None], PASSES, axis=0), outputs),
        mean_error=float(metrics.mse(image[None], mean[None])[0]),
        quiet=quiet[0],
        quiet_error=float(metrics.mse(image[None], quiet)[0]),
    )


def left_on(decode: Decode, codes: np.ndarray, images: np.ndarray, *, rate: float) -> float:
    """Mean squared error of digits (B, 784) with one pass of dropout on each of the codes (B, D).

    Raises
    ------
    ConfigError
        If the rate is out of range.
    """
    return float(metrics.mse(images, decode(drop(codes, rate=rate))).mean())


def noised(
    code: np.ndarray, deviations: np.ndarray, sigma: float, *, draws: int = DRAWS
) -> np.ndarray:
    """Copies of a code with Gaussian noise: always the same directions, `sigma` times as far.

    Parameters
    ----------
    code, deviations : ndarray of shape (D,)
        The second is the standard deviation of each dimension over the data's codes.
    sigma : float
        Standard deviation of the noise, in units of `deviations`.

    Returns
    -------
    ndarray of shape (draws, D), float32
    """
    directions = np.random.default_rng(SEED).standard_normal((draws, len(code)))
    return (code + sigma * deviations * directions).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Fall:
    """What becomes of a digit as the noise on its code grows; a row for each of `SIGMAS`."""

    percentiles: np.ndarray
    """(S, DRAWS): how far off the map each noised code lies, see `NeighborIndex.isolation`."""
    errors: np.ndarray
    """(S, DRAWS): mean squared error of each decoded digit."""
    linear_errors: np.ndarray
    """(S, DRAWS): the same of PCA, with as many of its own standard deviations."""

    @property
    def leaves_at(self) -> float | None:
        """The first level at which half of the codes or more are off the map; None if none is."""
        off = np.median(self.percentiles, axis=1) >= OFF_THE_MAP
        return SIGMAS[int(off.argmax())] if off.any() else None


def fall(
    decoders: tuple[Decode, Decode],
    codes: tuple[np.ndarray, np.ndarray],
    deviations: tuple[np.ndarray, np.ndarray],
    image: np.ndarray,
    near: NeighborIndex,
) -> Fall:
    """Noise of every level on the code of a digit, for a model and for PCA.

    Parameters
    ----------
    decoders, codes, deviations : pairs
        Of the model and of PCA: a callable (B, D) to (B, 784), a code (D,), and the standard
        deviation (D,) of each dimension over the data's codes.
    image : ndarray of shape (784,)
        What the codes are of.
    near : NeighborIndex
        Of the model's codes.
    """

    def errors(decode: Decode, noisy: np.ndarray) -> np.ndarray:
        output = decode(noisy)
        return metrics.mse(np.repeat(image[None], len(output), axis=0), output).reshape(-1, DRAWS)

    model, linear = (
        np.concatenate([noised(code, deviation, sigma) for sigma in SIGMAS])
        for code, deviation in zip(codes, deviations, strict=True)
    )
    as_codes("codes", model, near.codes.shape[1])
    return Fall(
        percentiles=near.isolation(model).reshape(-1, DRAWS),
        errors=errors(decoders[0], model),
        linear_errors=errors(decoders[1], linear),
    )
