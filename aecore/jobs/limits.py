"""How large a model and a training run may be that is started in the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aecore.config import MAX_HIDDEN_LAYERS, MAX_LATENT_DIM, ModelConfig, TrainConfig
from aecore.errors import ConfigError

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Lowest and highest value, both included; tighter than what the configurations allow."""

    latent_dim: tuple[int, int] = (1, MAX_LATENT_DIM)
    hidden_dim: tuple[int, int] = (1, 2048)
    hidden_layers: tuple[int, int] = (1, MAX_HIDDEN_LAYERS)
    latent_dropout: Range = (0.0, 0.95)
    epochs: tuple[int, int] = (1, 500)
    batch_size: tuple[int, int] = (16, 8192)
    learning_rate: Range = (1e-5, 1.0)
    gamma: Range = (0.0, 1.0)
    noise_level: Range = (0.0, 1.0)
    kl_weight: Range = (0.0, 1.0)
    distortion: Range = (0.0, 1.0)
    weights: int = 8_000_000
    """Most weights and biases of a model: 96 MB with the optimizer's memory."""

    def check(self, model: ModelConfig, train: TrainConfig) -> None:
        """Refuse what is out of bounds.

        Raises
        ------
        ConfigError
            If a setting is; the message names it and its bounds.
        """
        for width in model.hidden_dims:
            _require("The width of a hidden layer", width, self.hidden_dim)
        _require("The code's size", model.latent_dim, self.latent_dim)
        _require("The number of hidden layers", len(model.hidden_dims), self.hidden_layers)
        _require("The code dropout", model.latent_dropout, self.latent_dropout)
        _require("The number of epochs", train.epochs, self.epochs)
        _require("The batch size", train.batch_size, self.batch_size)
        _require("The learning rate", train.learning_rate, self.learning_rate)
        _require("gamma", train.gamma, self.gamma)
        _require("The weight of the KL divergence", train.kl_weight, self.kl_weight)
        _require("The share of distorted digits", train.distortion, self.distortion)
        if train.noise is not None:
            _require("The noise level", train.noise.level, self.noise_level)
        if train.kl_weight and not model.variational:
            raise ConfigError("The KL divergence is for variational models. Leave its weight at 0.")
        if model.n_weights > self.weights:
            raise ConfigError(
                f"The model would have {model.n_weights:,} weights; at most {self.weights:,} are "
                "trained here. Choose narrower or fewer layers."
            )


LIMITS = Limits()


def _require(what: str, value: Any, bounds: Range) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise ConfigError(f"{what} must lie between {low:,} and {high:,}, not at {value:,}.")
