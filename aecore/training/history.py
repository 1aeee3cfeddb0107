"""The record of an epoch of training."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields

from aecore.config import Serializable
from aecore.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class EpochRecord(Serializable):
    """One line of a training history; errors are mean squared errors per pixel."""

    epoch: int
    """Counted from 1."""
    train_loss: float
    """Mean loss over the epoch's steps, with corruption and dropout on, and weight decay at its
    end."""
    train_mse: float
    """The mean squared error in it."""
    test_mse: float
    """Error on the test digits after the epoch, in eval mode; denoisers get corrupted input."""
    seconds: float
    """Wall-clock time since the run began."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ConfigError(f"History: {field.name} must be a number, not {value!r}.")
            if not 0 <= value <= sys.float_info.max:  # math.isfinite fails on huge whole numbers
                raise ConfigError(f"History: {field.name} must be finite, from 0.")
