"""Where a checkpoint comes from, line by line."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from aecore.checkpoints.file import Checkpoint

_METRICS = {
    # figure of the card: how it reads
    "test_mse": "test error (MSE)",
    "pca_test_mse": "PCA's, same D",
    "train_mse": "training error (MSE)",
    "clean_mse": "test error with clean input",
    "knn5_accuracy": "kNN-5 accuracy",
    "trustworthiness": "trustworthiness",
    "sampled_mse": "test error with drawn codes",
    "kl_divergence": "KL divergence (nats a digit)",
}


def lines(checkpoint: Checkpoint) -> dict[str, str]:
    """What is known of a checkpoint's making, by what it is; unescaped, partly from outside."""
    card = checkpoint.card
    sizes = (*card.model.layer_sizes, *card.model.layer_sizes[-2::-1])
    return {
        "preset": card.preset or "none",
        "layers": " → ".join(map(str, sizes)),
        "weights": f"{card.model.n_weights:,}",
        "model": _settings(card.model, besides=("hidden_dims", "latent_dim")),
        "training": _settings(card.train, besides=("seed",)),
        "seed": str(card.train.seed),
        "epochs done": str(len(card.history)),
        "digits": f"{card.source} ({card.fingerprint})",
        "errors": ", ".join(
            f"{text} {card.metrics[name]:.5g}"
            for name, text in _METRICS.items()
            if name in card.metrics
        ),
        "time": f"{card.seconds:.1f} s of training on {card.device}",
        "versions": ", ".join(f"{name} {number}" for name, number in card.versions.items()),
        "SHA-256": checkpoint.digest,
    }


def _settings(config: Any, *, besides: tuple[str, ...]) -> str:
    """A configuration's fields and values in one line."""
    values = {each.name: getattr(config, each.name) for each in fields(config)}
    return ", ".join(
        f"{name.replace('_', ' ')} {_in_words(value)}"
        for name, value in values.items()
        if name not in besides and value != ()
    )


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
