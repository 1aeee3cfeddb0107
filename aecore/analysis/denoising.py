"""The same digits broken and mended in several ways, and how well each way does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from aecore.analysis import metrics
from aecore.config import SHAPE, SIDE
from aecore.data.noise import FixedCorruption, compensate
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.pca import PCA

Way = Literal["noisy", "model", "plain", "pca", "median"]
STEPS = 10
"""Between the levels that every curve has."""
_WORKERS = 2  # levels measured at a time


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How a figure is spread over digits."""

    mean: float
    low: float
    """The 10th percentile."""
    high: float
    """The 90th percentile."""

    @classmethod
    def of(cls, values: np.ndarray) -> Spread:
        """Of one value a digit (B,), all of them numbers or inf."""
        # No interpolation: between a number and inf there is nothing.
        low, high = np.percentile(values, (10, 90), method="inverted_cdf")
        return cls(mean=float(values.mean()), low=float(low), high=float(high))


@dataclass(frozen=True, kw_only=True)
class Score:
    """How near mended digits come to the clean ones."""

    psnr: Spread
    """In dB; inf where the digits equal the clean ones."""
    ssim: Spread
    """At most 1."""
    count: int
    """Of digits."""

    @classmethod
    def of(cls, clean: np.ndarray, mended: np.ndarray) -> Score:
        """Of pictures (B, 784) in 0..1."""
        return cls(
            psnr=Spread.of(metrics.psnr(clean, mended)),
            ssim=Spread.of(metrics.ssim(clean, mended)),
            count=len(clean),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Workshop:
    """Those who mend: models and the PCA of their size, and a median filter that knows nothing."""

    models: Mapping[Way, Autoencoder]
    """`model`, and `plain` if there is one of the same size."""
    pca: PCA
    """Gets masked digits rescaled to their expected brightness."""

    def mend(self, noisy: np.ndarray, damage: FixedCorruption) -> dict[Way, np.ndarray]:
        """Let everyone mend broken digits.

        Parameters
        ----------
        noisy : ndarray of shape (B, 784), float32 in 0..1
        damage : FixedCorruption
            What broke them.

        Returns
        -------
        dict of ndarray of shape (B, 784), in 0..1
            `noisy` as it came, then by `models`, `pca`, `median`.
        """
        mended = {way: inference.reconstruct(model, noisy) for way, model in self.models.items()}
        mended["pca"] = self.pca.reconstruct(compensate(noisy, damage))
        mended["median"] = median_3x3(noisy)
        return {"noisy": noisy} | {way: output.clip(0.0, 1.0) for way, output in mended.items()}

    def measure(self, clean: np.ndarray, damage: FixedCorruption) -> dict[Way, Score]:
        """Break digits (B, 784), let everyone mend them, and compare with the clean ones.

        Digits that came out of the damage just as they were, as a small square may leave some, do
        not count, unless all did: a single one of them has an infinite PSNR, and so the mean.
        """
        noisy = damage.apply(clean)
        changed = (noisy != clean).any(axis=1)
        if changed.any():
            clean, noisy = clean[changed], noisy[changed]
        mended = self.mend(noisy, damage)
        return {way: Score.of(clean, images) for way, images in mended.items()}

    def measure_all(
        self, clean: np.ndarray, damages: Sequence[FixedCorruption]
    ) -> Iterator[dict[Way, Score]]:
        """`measure` for one damage after the other, two at a time."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            for start in range(0, len(damages), _WORKERS):  # no queue that outlives its reader
                yield from pool.map(partial(self.measure, clean), damages[start : start + _WORKERS])


# Pairs to put in order, each by one minimum and one maximum of whole arrays.
_MEDIAN_OF_9 = (
    *((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3)),
    *((5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)),
)
"""Leaves the median in the middle: Devillard, "Fast median search" (1998)."""


def median_3x3(images: np.ndarray) -> np.ndarray:
    """Each pixel becomes the median of the 3x3 around it; edge pixels repeat beyond the edge.

    As SciPy's `median_filter` with mode "nearest", 5 times faster on many small pictures.

    Parameters
    ----------
    images : ndarray of shape (B, 784)

    Returns
    -------
    ndarray of shape (B, 784)
    """
    padded = np.pad(images.reshape(-1, *SHAPE), ((0, 0), (1, 1), (1, 1)), mode="edge")
    nine = [padded[:, i : i + SIDE, j : j + SIDE] for i in range(3) for j in range(3)]
    for low, high in _MEDIAN_OF_9:
        pair = nine[low], nine[high]
        nine[low], nine[high] = np.minimum(*pair), np.maximum(*pair)
    return nine[4].reshape(images.shape)
