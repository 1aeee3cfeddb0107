"""Training that ends once the validation error has stopped falling."""

from __future__ import annotations

import math

from torch import Tensor, nn

PATIENCE = 10
"""Epochs without a lower validation error, after which early stopping ends the training."""


class EarlyStopping:
    """The lowest error so far, and the weights that it had."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._best = math.inf
        self._weights: dict[str, Tensor] = {}
        self._waited = 0

    def is_over(self, error: float) -> bool:
        """Take note of an epoch's error; return whether it is time to stop."""
        if error < self._best:
            self._best, self._waited = error, 0
            self._weights = {
                name: each.clone() for name, each in self._network.state_dict().items()
            }
        else:
            self._waited += 1
        return self._waited >= PATIENCE

    def restore(self) -> None:
        """Go back to the best weights."""
        self._network.load_state_dict(self._weights)
