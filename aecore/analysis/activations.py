"""Activations of one layer's units on the test digits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from aecore.analysis.metrics import N_LABELS
from aecore.models.numpy_layers import Layers
from aecore.validation import require_width

PERCENTILES = (5, 25, 50, 75, 95)
"""That summarize a distribution."""
_CHUNK = 2_000  # digits sent through the layers at a time


@dataclass(frozen=True, eq=False)
class ActivationByLabel:
    """Distribution of one unit's activation among the digits of each label."""

    percentiles: np.ndarray
    """(10, 5) float64, at `PERCENTILES`; NaN where a label is absent."""
    active: np.ndarray
    """(10,) float64 in 0..1: share of the label's digits with an activation above 0."""


@dataclass(frozen=True, eq=False)
class Activations:
    """Activations of a layer's units, in eval mode and without corruption."""

    values: np.ndarray
    """(K, N) float32: of each unit, for each test digit."""
    rectified: bool
    """Whether the layer ends in a ReLU, so that 0 means that a unit is inactive."""

    @classmethod
    def of(cls, layers: Layers, layer: int, images: np.ndarray) -> Self:
        """Compute the activations of `layer` for images (N, 784) float32 in 0..1.

        Raises
        ------
        ShapeError
            If the images have another shape.
        """
        require_width("Images", images, layers.n_inputs)
        values = np.empty((len(layers.biases[layer]), len(images)), np.float32)
        for start in range(0, len(images), _CHUNK):
            rows = slice(start, start + _CHUNK)
            values[:, rows] = layers.run(images[rows], last=layer).T
        return cls(values=values, rectified=layers.rectified(layer))

    @cached_property
    def activity(self) -> np.ndarray:
        """Share of the digits for which each unit's activation is above 0, (K,) in 0..1."""
        return (self.values > 0).mean(axis=1)

    def top_activating(self, unit: int, count: int = 9) -> np.ndarray:
        """Return the positions of the digits with the highest activation, the highest first.

        Returns
        -------
        ndarray of shape (M,), M <= count
            Of equals the earlier. Digits for which a ReLU is inactive never count.
        """
        values = self.values[unit]
        best = np.argsort(-values, kind="stable")[:count]
        return best[values[best] > 0] if self.rectified else best

    def by_label(self, unit: int, labels: np.ndarray) -> ActivationByLabel:
        """Summarize a unit's activations by the digits' labels (N,), whole numbers in 0..9."""
        values = self.values[unit].astype(np.float64)
        percentiles = np.full((N_LABELS, len(PERCENTILES)), np.nan)
        active = np.full(N_LABELS, np.nan)
        for label in np.unique(labels):
            own = values[labels == label]
            percentiles[label] = np.percentile(own, PERCENTILES)
            active[label] = (own > 0).mean()
        return ActivationByLabel(percentiles=percentiles, active=active)
