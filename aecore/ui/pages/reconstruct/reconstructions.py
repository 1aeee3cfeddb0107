"""Test digits through several models, each beside PCA of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aecore.checkpoints.file import Checkpoint
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache


@dataclass(frozen=True, eq=False)
class Run:
    """What one model or one PCA makes of all test digits in use."""

    name: str
    checkpoint: Checkpoint
    """The model, or the one whose PCA this is."""
    is_pca: bool
    errors: np.ndarray
    """(N,), mean squared error of every test digit."""

    @property
    def title(self) -> str:
        """Name and size."""
        return self.name if self.is_pca else f"{self.name} · {self.size}"

    @property
    def size(self) -> str:
        """`D = 2`."""
        return scaffold.dimensions(self.checkpoint.card.model.latent_dim)

    def output(self, images: np.ndarray) -> np.ndarray:
        """Reconstructions of digits (B, 784), not clipped."""
        from aecore.models.inference import reconstruct

        if self.is_pca:
            return self.checkpoint.pca.reconstruct(images)
        return reconstruct(checkpoint_cache.load_model(self.checkpoint), images)


def through(checkpoints: Sequence[Checkpoint]) -> list[Run]:
    """Each model, followed by PCA of its size unless that has been there already."""
    digits = datasets.test_set()
    runs, seen = [], set()
    for found in checkpoints:
        errors = reconstruction_cache.test_errors(found, digits)
        runs.append(Run(found.name, found, False, errors["model"]))
        size = found.card.model.latent_dim
        if (size, found.card.fingerprint) not in seen:
            seen.add((size, found.card.fingerprint))
            runs.append(Run(f"PCA, {scaffold.dimensions(size)}", found, True, errors["PCA"]))
    return runs
