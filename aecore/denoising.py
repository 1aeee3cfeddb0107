"""The same digits broken and mended in several ways, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aecore import inference, metrics
from aecore.baseline import PCA
from aecore.config import NoiseConfig
from aecore.model import Autoencoder
from aecore.noise import compensate, corrupt_fixed


def mend(
    clean: np.ndarray, noise: NoiseConfig, models: Mapping[str, Autoencoder], pca: PCA
) -> dict[str, np.ndarray]:
    """Break digits with a fixed seed and let every model and PCA mend them.

    Parameters
    ----------
    clean : ndarray of shape (B, 784), float32 in 0..1
    noise : NoiseConfig
    models : mapping of name to Autoencoder
    pca : PCA
        Gets masked digits rescaled to their expected brightness.

    Returns
    -------
    dict of ndarray of shape (B, 784), in 0..1
        `clean`, `noisy`, one by each model's name, `PCA`.
    """
    noisy = corrupt_fixed(clean, noise)
    mended = {name: inference.reconstruct(model, noisy) for name, model in models.items()}
    mended["PCA"] = pca.reconstruct(compensate(noisy, noise))
    return {"clean": clean, "noisy": noisy} | {
        name: output.clip(0.0, 1.0) for name, output in mended.items()
    }


def scores(pictures: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Mean PSNR in dB against the clean pictures of each of `mend`'s others; inf if identical."""
    return {
        name: float(metrics.psnr(pictures["clean"], images).mean())
        for name, images in pictures.items()
        if name != "clean"
    }
