"""Reconstructions of test digits by several models, each beside PCA of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aecore.checkpoints.file import Checkpoint
from aecore.models.inference import reconstruct
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.text.formats import dimensions, pca_name


@dataclass(frozen=True, eq=False)
class Reconstructor:
    """A model or its PCA, with its errors on all test digits in use."""

    name: str
    title: str
    """The name, with the latent dimensions of a model."""
    checkpoint: Checkpoint
    """The model, or the one whose PCA this is."""
    is_pca: bool
    errors: np.ndarray
    """Mean squared error of each test digit, (N,)."""

    def output(self, images: np.ndarray) -> np.ndarray:
        """Return the reconstructions of digits (B, 784), not clipped."""
        if self.is_pca:
            return self.checkpoint.pca.reconstruct(images)
        return reconstruct(checkpoint_cache.load_model(self.checkpoint), images)


def reconstructors(checkpoints: Sequence[Checkpoint]) -> list[Reconstructor]:
    """Return each model, followed by the PCA of its size unless that is listed already."""
    listed: list[Reconstructor] = []
    seen = set()
    for checkpoint in checkpoints:
        errors = reconstruction_cache.test_errors(checkpoint, datasets.test_set())
        name, size = checkpoint.name, checkpoint.card.model.latent_dim
        title = f"{name} · {dimensions(size)}"
        listed.append(Reconstructor(name, title, checkpoint, False, errors["model"]))
        if (size, checkpoint.card.fingerprint) not in seen:
            seen.add((size, checkpoint.card.fingerprint))
            name = pca_name(size)
            listed.append(Reconstructor(name, name, checkpoint, True, errors["PCA"]))
    return listed
