"""A model in words: how it differs from its preset, where it comes from, what is unusual in it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.config import ModelConfig, TrainConfig
from aecore.models.families import family_of
from aecore.presets import Preset
from aecore.settings import settings_of

_METRICS = {
    # metric of the card: its label
    "test_mse": "test error (MSE)",
    "pca_test_mse": "PCA's, same D",
    "train_mse": "training error (MSE)",
    "clean_mse": "test error with clean input",
    "knn5_accuracy": "kNN-5 accuracy",
    "trustworthiness": "trustworthiness",
    "sampled_mse": "test error with sampled codes",
    "kl_divergence": "KL divergence (nats a digit)",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A setting that differs from the preset's."""

    text: str
    """For people, as in `D = 3`."""
    tag: str
    """For the names of files, as in `d3`."""


def changes(preset: Preset, model: ModelConfig, train: TrainConfig) -> tuple[Change, ...]:
    """Return the settings that differ from the preset's, those of the model first."""
    return tuple(
        Change(text=setting.change_text(value), tag=setting.change_tag(value))
        for config, usual in ((model, preset.model), (train, preset.train))
        for name, setting in settings_of(type(usual)).items()
        if (value := getattr(config, name)) != getattr(usual, name)
    )


def title(preset: Preset, model: ModelConfig, train: TrainConfig) -> str:
    """Return the preset's name and what was changed, as in `plane · D = 3 · 5 epochs`."""
    return " · ".join([preset.name, *(change.text for change in changes(preset, model, train))])


def provenance(checkpoint: Checkpoint) -> dict[str, str]:
    """Return where a checkpoint comes from, as unescaped text by label; partly from outside."""
    card = checkpoint.card
    family = family_of(card.model)
    metrics = {text: card.metrics[name] for name, text in _METRICS.items() if name in card.metrics}
    where = f" on {card.device}" if card.device else ""
    facts = {
        "preset": card.preset or "none",
        "layers": family.structure(card.model),
        "weights": f"{family.count_weights(card.model):,}",
        "model": _settings(card.model, besides=("hidden_dims", "latent_dim", "family")),
        "training": _settings(card.train, besides=("seed",)),
        "seed": str(card.train.seed),
        "epochs done": str(len(card.history)),
        "digits": f"{card.source} ({card.fingerprint})",
        "errors": ", ".join(f"{text} {value:.5g}" for text, value in metrics.items()),
        "time": f"{card.seconds:.1f} s of training{where}",
        "versions": ", ".join(f"{name} {number}" for name, number in card.versions.items()),
        "SHA-256": checkpoint.digest,
    }
    return {name: text for name, text in facts.items() if text}


def _settings(config: Any, *, besides: tuple[str, ...]) -> str:
    """Return a configuration's settings in one line."""
    parts = settings_of(type(config)).items()
    return ", ".join(
        setting.text(getattr(config, name)) for name, setting in parts if name not in besides
    )


def remarks(card: Card) -> list[str]:
    """Return sentences about what is unusual in a model, with its own figures; Markdown."""
    return [*_linear(card), *_behind_pca(card), *_variational(card)]


def _linear(card: Card) -> Iterator[str]:
    """Explain that a network without activation functions cannot do better than PCA."""
    if card.model.activation == "identity" and card.model.output == "linear":
        yield (
            "Its units only add up: the whole network is linear, and the best that it can do is "
            "PCA with as many dimensions."
        )


def _behind_pca(card: Card) -> Iterator[str]:
    """Explain why a model without code dropout reconstructs worse than a linear one."""
    narrowest = min(family_of(card.model).widths(card.model)[1:-1])
    dim = card.model.latent_dim
    behind = card.metrics["test_mse"] > card.metrics["pca_test_mse"]
    is_relu = card.model.activation == "relu"
    if behind and narrowest <= dim and is_relu and not card.model.latent_dropout:
        yield (
            f"PCA does better here: no more than {narrowest} ReLU units lead to a code of {dim} "
            "dimensions. The best that they can do is to stay in their linear range, which is "
            "what PCA does. The hidden layer should be wider than the code."
        )


def _variational(card: Card) -> Iterator[str]:
    """Explain the loss of a variational model, and what its errors mean."""
    if not card.model.variational:
        return
    weight = card.train.kl_weight
    deviation = math.sqrt(weight * card.model.n_inputs / 2)
    text = (
        "**Variational**: the encoder gives each digit a normal distribution of codes, the decoder "
        "learns from one code sampled from it, and the loss is the mean squared error plus "
        f"{weight:g} × the distribution's KL divergence from N(0, I) in nats: the evidence lower "
        f"bound for pixels with the standard deviation {deviation:.2f}. "
        "This pulls the codes towards zero and closes gaps between them, so that samples from "
        "N(0, I) look like digits."
    )
    if {"sampled_mse", "kl_divergence"} <= set(card.metrics):
        text += (
            " Points and errors are those of the mean codes; with sampled codes the error is "
            f"**{card.metrics['sampled_mse']:.4f}**, and the divergence is "
            f"{card.metrics['kl_divergence']:.1f} nats a digit."
        )
    yield text
