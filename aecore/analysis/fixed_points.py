"""Fixed-point iteration of a model: its output becomes its next input, until nothing changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.analysis import metrics
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote
from aecore.models import inference
from aecore.models.inference import Model

ITERATIONS = (0, 1, 2, 4, 8, 16, 32, 64)
"""After which the images are kept; 0 is the first input."""
CONVERGED = 1e-3
"""RMS change in one iteration, in gray levels of 0..1, below which a digit has converged."""
SAME = 0.05
"""RMS difference, in gray levels of 0..1, below which two images count as the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FixedPointIteration:
    """B digits over N iterations of a model."""

    images: np.ndarray
    """(len(ITERATIONS), B, 784) in 0..1, after as many iterations as `ITERATIONS` says."""
    codes: np.ndarray
    """(N, B, D): the code in each iteration."""
    changes: np.ndarray
    """(N, B): RMS change of each digit in each iteration, in gray levels of 0..1."""

    @property
    def converged(self) -> np.ndarray:
        """Whether each digit has converged by the last iteration, (B,) bool."""
        return self.changes[-1] < CONVERGED

    @property
    def n_distinct(self) -> int:
        """Number of different images at the end, each compared with those before it."""
        distinct: list[np.ndarray] = []
        for image in self.images[-1]:
            if all(_rms(image - other) >= SAME for other in distinct):
                distinct.append(image)
        return len(distinct)

    def mean_psnr(self, clean: np.ndarray) -> np.ndarray:
        """Return the mean PSNR in dB of each of `images` against the clean digits (B, 784)."""
        return np.array([metrics.psnr(clean, images).mean() for images in self.images])

    def final_labels(
        self, index: NeighborIndex, labels: np.ndarray, *, neighbors: int = 10
    ) -> np.ndarray:
        """Classify each digit's last code by its nearest neighbors.

        Parameters
        ----------
        index : NeighborIndex
            Of the model's atlas.
        labels : ndarray of shape (M,)
            Of the atlas.
        neighbors : int
            How many vote.

        Returns
        -------
        ndarray of shape (B,)
        """
        nearest, _ = index.neighbors(self.codes[-1], min(neighbors, len(labels)))
        return nearest_label_vote(labels[nearest])


def iterate(model: Model, images: np.ndarray) -> FixedPointIteration:
    """Reconstruct digits repeatedly, clipped to 0..1 each time.

    Parameters
    ----------
    model : Model
    images : ndarray of shape (B, 784), float32 in 0..1
    """
    kept, codes, changes = [images], [], []
    for iteration in range(1, ITERATIONS[-1] + 1):
        code = inference.encode(model, images)
        output = inference.decode(model, code).clip(0.0, 1.0)
        codes.append(code)
        changes.append(_rms(output - images))
        images = output
        if iteration in ITERATIONS:
            kept.append(images)
    return FixedPointIteration(
        images=np.stack(kept), codes=np.stack(codes), changes=np.stack(changes)
    )


def _rms(difference: np.ndarray) -> np.ndarray:
    """Root mean square over the pixels, (..., 784) -> (...)."""
    return np.sqrt(np.square(difference).mean(axis=-1))
