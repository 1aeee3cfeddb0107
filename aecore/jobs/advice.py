"""Advice on the settings of a training run: what is unusual about them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.corruptions import NOISES
from aecore.models.families import family_of
from aecore.presets import Preset


def advise(
    model: ModelConfig, train: TrainConfig, *, preset: Preset | None = None
) -> tuple[str, ...]:
    """Return what is unusual about these settings, a sentence each.

    Parameters
    ----------
    model : ModelConfig
    train : TrainConfig
    preset : Preset, optional
        The one that they come from.
    """
    return (
        *_on_layers(model),
        *_on_dropout(model),
        *(_on_noise(train.noise, model.n_inputs) if train.noise else ()),
        *_on_loss(model, train),
        *(_beside_preset(train, preset) if preset else ()),
    )


def _on_layers(model: ModelConfig) -> Iterator[str]:
    widths = family_of(model).widths(model)[1:-1]
    dim, narrowest = model.latent_dim, min(widths)
    if dim == model.n_inputs:
        yield f"A code of {dim} dimensions has room for every pixel: there is no bottleneck."
    elif dim > narrowest:
        yield (
            f"The code has {dim} dimensions, but a hidden layer only {narrowest} units: no more "
            f"than {narrowest} of the code's dimensions can be used."
        )
    elif dim == narrowest and dim > 2:
        yield (
            f"The narrowest hidden layer has as many units as the code has dimensions ({dim}): "
            "units that switch off are lost, and PCA is hard to beat."
        )
    for before, after in itertools.pairwise(widths):
        if after > before:
            yield f"A hidden layer of {after} units follows a narrower one of {before}."
            break


def _on_dropout(model: ModelConfig) -> Iterator[str]:
    dim, rate = model.latent_dim, model.latent_dropout
    if rate and rate**dim >= 0.005:
        what = {1: "the only dimension", 2: "both dimensions"}.get(dim, f"all {dim} dimensions")
        yield f"Code dropout {rate:g} drops {what} of a digit's code in {rate**dim:.0%} of steps."
    elif rate >= 0.5:
        left = (1 - rate) * dim
        yield f"Code dropout {rate:g} leaves {left:.3g} of {dim} dimensions of a code on average."
    if model.weight_init == "zeros":
        yield (
            "All weight matrices are initialized to zero: the units of a layer differ at first "
            "only by their biases."
        )


def _on_noise(noise: NoiseConfig, n_pixels: int) -> Iterator[str]:
    if advice := NOISES[noise.kind].advice(noise.level, n_pixels):
        yield advice
    if noise.level == 0.0:
        yield "The noise has level 0: the input is left as it is."


def _on_loss(model: ModelConfig, train: TrainConfig) -> Iterator[str]:
    if model.variational and not train.kl_weight:
        yield "The KL divergence has weight 0: nothing keeps the codes near N(0, I)."
    if train.gamma > 0.03:
        yield (
            f"A weight decay of γ = {train.gamma:g} is strong: large weights cost more than "
            "reconstruction errors."
        )


def _beside_preset(train: TrainConfig, preset: Preset) -> Iterator[str]:
    usual = preset.notebook_recipe() if train.optimizer == "adam" else preset.train
    ratio = train.learning_rate / usual.learning_rate
    if ratio >= 4 or ratio <= 0.25:
        size = f"{ratio:.3g} times" if ratio > 1 else f"1/{1 / ratio:.3g} of"
        risk = "training may diverge" if ratio > 1 else "it may need many more epochs"
        yield (
            f"The learning rate {train.learning_rate:g} is {size} that of {preset.name} "
            f"({usual.learning_rate:g}): {risk}."
        )
    if train.batch_size >= 8 * usual.batch_size or 8 * train.batch_size <= usual.batch_size:
        larger = train.batch_size > usual.batch_size
        effect = "far fewer steps" if larger else "far more, and slower, steps"
        yield (
            f"Batches of {train.batch_size:,} instead of {usual.batch_size:,}: {effect} an epoch."
        )
    if train.epochs * 4 <= usual.epochs:
        yield f"Only {train.epochs} epochs; the preset uses {usual.epochs}."
