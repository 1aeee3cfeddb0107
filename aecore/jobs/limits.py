"""How large a model and a training run may be that is started in the app."""

from __future__ import annotations

from typing import cast

from aecore.config import ModelConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.models.families import family_of
from aecore.settings import Number, settings_of

MAX_WEIGHTS = 8_000_000
"""Weights and biases of a model: 96 MB with the optimizer's memory."""


def check(model: ModelConfig, train: TrainConfig) -> None:
    """Check a run against the limits of its settings, and the size of its model.

    Raises
    ------
    ConfigError
        If a setting is out of bounds; the message names it and its bounds.
    """
    for config in (model, train):
        for name, setting in settings_of(type(config)).items():
            setting.check_limit(getattr(config, name))
    if train.kl_weight and not model.variational:
        raise ConfigError("The KL divergence is for variational models. Leave its weight at 0.")
    n_weights = family_of(model).count_weights(model)
    if n_weights > MAX_WEIGHTS:
        raise ConfigError(
            f"The model would have {n_weights:,} weights; at most {MAX_WEIGHTS:,} are "
            "trained here. Choose narrower or fewer layers."
        )


def whole_bounds(name: str) -> tuple[int, int]:
    """Return the lowest and the highest value of a whole number of `TrainConfig` in the app."""
    low, high = cast(Number, settings_of(TrainConfig)[name]).bounds
    return int(low), int(high)
