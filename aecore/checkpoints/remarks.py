"""What to know about a model before looking at it, in a sentence or two each."""

from __future__ import annotations

import math

from aecore.checkpoints.card import Card
from aecore.config import N_PIXELS


def remarks(card: Card) -> list[str]:
    """Sentences about what is unusual in a model, with its own figures; Markdown."""
    found = [_behind_pca(card), _variational(card)]
    return [text for text in found if text]


def _behind_pca(card: Card) -> str:
    """Why a model without code dropout may reconstruct worse than a linear one."""
    narrowest, dim = min(card.model.hidden_dims), card.model.latent_dim
    behind = card.metrics["test_mse"] > card.metrics["pca_test_mse"]
    if not behind or narrowest > dim or card.model.latent_dropout:
        return ""
    return (
        f"PCA does better here: with no more than {narrowest} ReLU units before a code of {dim} "
        "numbers, the best that they can do is to stay switched on and pass everything on, as "
        "PCA does. The hidden layer should be wider than the code."
    )


def _variational(card: Card) -> str:
    """What a variational model is trained for, and what its errors mean."""
    if not card.model.variational:
        return ""
    weight = card.train.kl_weight
    text = (
        "**Variational**: the encoder gives each digit a normal distribution of codes, the decoder "
        "learns from one code drawn of it, and the loss is the mean squared error plus "
        f"{weight:g} × the distribution's KL divergence from N(0, I) in nats: the evidence lower "
        f"bound for pixels with the standard deviation {math.sqrt(weight * N_PIXELS / 2):.2f}. So "
        "the codes are drawn towards zero without gaps: what is drawn from N(0, I) is to lie on "
        "the map."
    )
    if {"sampled_mse", "kl_divergence"} <= set(card.metrics):
        text += (
            f" Dots and errors are those of the mean codes; with drawn codes the error is "
            f"**{card.metrics['sampled_mse']:.4f}**, and the divergence is "
            f"{card.metrics['kl_divergence']:.1f} nats a digit."
        )
    return text
