"""The named experiments. To add one, add a line here and run `python -m aecore train NAME`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named experiment: what to train and how, and what it is there to show."""

    name: str
    title: str
    """What it shows, in a few words."""
    model: ModelConfig
    train: TrainConfig
    parity_epochs: int
    """Epochs over which this recipe, its schedule as long, gets to the error that the notebook's
    recipe reaches in 50. Chosen on seed 0, which `bench train` leaves out."""

    def notebook_recipe(self, epochs: int = 50) -> TrainConfig:
        """The notebook's way to train this experiment: Adam, constant rate, small batches."""
        task = {name: getattr(self.train, name) for name in ("gamma", "noise", "kl_weight")}
        return TrainConfig(epochs=epochs, **task)


_USUAL = TrainConfig(
    gamma=1e-4,
    epochs=20,
    batch_size=512,
    learning_rate=1e-2,
    optimizer="muon",
    schedule="linear",
)
"""How a preset is trained where its line says nothing else."""


def _preset(
    name: str,
    title: str,
    latent_dim: int,
    *hidden_dims: int,
    dropout: float = 0.0,
    zeros: bool = False,
    logistic: bool = False,
    parity_epochs: int = 5,
    **recipe: Any,
) -> Preset:
    train = replace(_USUAL, **recipe)
    model = ModelConfig(
        latent_dim=latent_dim,
        hidden_dims=hidden_dims,
        latent_dropout=dropout,
        weight_init="zeros" if zeros else "default",
        variational=train.kl_weight > 0.0,
        output="logistic" if logistic else "linear",
    )
    return Preset(name=name, title=title, model=model, train=train, parity_epochs=parity_epochs)


_MASKING = NoiseConfig(kind="masking", level=0.5)
_GAUSSIAN = NoiseConfig(kind="gaussian", level=0.2)

_FAST = {"batch_size": 1024, "learning_rate": 2e-2}
"""Muon's own work is the same for a batch of any size."""
_LONG = {"batch_size": 1024, "learning_rate": 1.5e-2, "epochs": 30, "parity_epochs": 10}

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        _preset(
            "plane",
            "two numbers a digit",
            2,
            128,
            gamma=1e-2,
            epochs=15,
            batch_size=1024,
            learning_rate=2.5e-2,
            parity_epochs=7,
        ),
        _preset(
            "narrow-dropout",
            "the notebook's filters: code dropout, zero start",
            64,
            64,
            gamma=1e-2,
            dropout=0.8,
            zeros=True,
        ),
        _preset("narrow", "the same without dropout, default start", 64, 64),
        _preset("wide-dropout", "the notebook's 128 numbers: code dropout", 128, 256, dropout=0.8),
        _preset("wide", "the same 128 numbers without dropout", 128, 256, **_FAST, parity_epochs=3),
        _preset("denoise-mask", "fills in masked pixels", 32, 256, noise=_MASKING, **_LONG),
        _preset("denoise-gaussian", "removes Gaussian noise", 32, 256, noise=_GAUSSIAN, **_LONG),
        _preset(
            "plain-32",
            "the denoisers' control, trained clean",
            32,
            256,
            **_LONG | {"epochs": 40},
        ),
        _preset(
            "deep-plane",
            "two numbers a digit, deep layers",
            2,
            512,
            256,
            128,
            distortion=0.5,
            epochs=30,
        ),
        _preset(
            "deep-30",
            "30 numbers, Hinton & Salakhutdinov's shape",
            30,
            1000,
            500,
            250,
            logistic=True,
            distortion=0.8,
            epochs=60,
            batch_size=1024,
        ),
        _preset(
            "variational-plane",
            "two numbers whose distribution is known",
            2,
            512,
            256,
            128,
            kl_weight=1e-4,
            epochs=30,
        ),
    )
}


def get_preset(name: str) -> Preset:
    """The preset called `name`.

    Raises
    ------
    ConfigError
        If there is none; the message lists those there are.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}. Choose one of: {', '.join(PRESETS)}.")
    return PRESETS[name]
