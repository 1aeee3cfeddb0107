"""One digit of a visitor, broken by noise and mended by several models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aecore.analysis import metrics
from aecore.config import NoiseConfig
from aecore.data.noise import corrupt_fixed
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder


@dataclass(frozen=True, kw_only=True, eq=False)
class Repair:
    """A picture that should be the digit, and how near it comes."""

    image: np.ndarray
    """(784,) float32 in 0..1."""
    psnr: float
    """Peak signal-to-noise ratio against the digit, in dB; inf where they are identical."""


def repair(
    digit: np.ndarray, noise: NoiseConfig, models: Mapping[str, Autoencoder]
) -> dict[str, Repair]:
    """Break a digit with a fixed seed and let every model mend it.

    Parameters
    ----------
    digit : ndarray of shape (784,), float32 in 0..1
    noise : NoiseConfig
    models : mapping of name to Autoencoder

    Returns
    -------
    dict of Repair
        `noisy`, then one by each model's name.
    """
    clean = digit.reshape(1, -1)
    noisy = corrupt_fixed(clean, noise)
    images = {"noisy": noisy} | {
        name: inference.reconstruct(model, noisy).clip(0.0, 1.0) for name, model in models.items()
    }
    return {
        name: Repair(image=image[0], psnr=float(metrics.psnr(clean, image)[0]))
        for name, image in images.items()
    }
