"""Denoising again and again: what comes out goes back in, until nothing changes any more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.analysis import metrics
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder

PASSES = (0, 1, 2, 4, 8, 16, 32, 64)
"""Those whose pictures are kept; 0 is what goes in first."""
SETTLED = 1e-3
"""A digit that changes less in a pass, in gray levels of 0..1, has settled."""
SAME = 0.05
"""Two digits that differ less are the same place."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Settling:
    """Where B digits went in N passes through a model."""

    pictures: np.ndarray
    """(len(PASSES), B, 784) in 0..1, after as many passes as `PASSES` says."""
    codes: np.ndarray
    """(N, B, D): the code in each pass."""
    changes: np.ndarray
    """(N, B): root mean square of what each pass changes in a digit, in gray levels."""

    @property
    def settled(self) -> np.ndarray:
        """Whether each digit has settled by the last pass, (B,) bool."""
        return self.changes[-1] < SETTLED

    @property
    def places(self) -> int:
        """In how many different pictures the digits end, each compared with those before it."""
        ends = self.pictures[-1]
        distinct: list[np.ndarray] = []
        for end in ends:
            if all(_difference(end, other) >= SAME for other in distinct):
                distinct.append(end)
        return len(distinct)

    def decibels(self, clean: np.ndarray) -> np.ndarray:
        """Mean PSNR in dB of each of `pictures` against the clean digits (B, 784)."""
        return np.array([metrics.psnr(clean, images).mean() for images in self.pictures])

    def end_among(
        self, distance: NeighborIndex, labels: np.ndarray, *, neighbors: int = 10
    ) -> np.ndarray:
        """Labels (B,) that most of the nearest codes of each digit's last code carry.

        Parameters
        ----------
        distance : NeighborIndex
            Of the map that the model was given.
        labels : ndarray of shape (M,)
            Of that map's codes.
        neighbors : int
            How many vote.
        """
        nearest, _ = distance.neighbors(self.codes[-1], neighbors)
        return nearest_label_vote(labels[nearest])


def settle(model: Autoencoder, images: np.ndarray) -> Settling:
    """Send digits through a model again and again, cut to 0..1 each time.

    Parameters
    ----------
    model : Autoencoder
    images : ndarray of shape (B, 784), float32 in 0..1
    """
    pictures, codes, changes = [images], [], []
    for count in range(1, PASSES[-1] + 1):
        code = inference.encode(model, images)
        after = inference.decode(model, code).clip(0.0, 1.0)
        codes.append(code)
        changes.append(_difference(after, images))
        images = after
        if count in PASSES:
            pictures.append(images)
    return Settling(pictures=np.stack(pictures), codes=np.stack(codes), changes=np.stack(changes))


def _difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Root mean square difference over the pixels, (..., 784) -> (...)."""
    return np.sqrt(np.square(a - b).mean(axis=-1))
