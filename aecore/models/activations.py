"""The activation functions of hidden layers in NumPy; `aecore.models.dense` names PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aecore.config import ActivationName


@dataclass(frozen=True)
class Activation:
    """A function of a unit's weighted sum, applied to arrays of any shape."""

    outputs: Callable[[np.ndarray], np.ndarray]
    """Of weighted sums."""
    slopes: Callable[[np.ndarray], np.ndarray]
    """Its derivative, of outputs."""


def logistic(sums: np.ndarray) -> np.ndarray:
    """Return the logistic function of weighted sums."""
    return (1 + np.tanh(sums / 2)) / 2  # no overflow, as exp has


ACTIVATIONS: dict[ActivationName, Activation] = {
    "relu": Activation(
        outputs=lambda sums: np.maximum(sums, 0),
        slopes=lambda outputs: (outputs > 0).astype(outputs.dtype),
    ),
    "tanh": Activation(outputs=np.tanh, slopes=lambda outputs: 1 - outputs**2),
    "logistic": Activation(outputs=logistic, slopes=lambda outputs: outputs * (1 - outputs)),
    "identity": Activation(outputs=lambda sums: sums, slopes=np.ones_like),
}
