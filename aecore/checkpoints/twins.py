"""Models trained as the notebook does beside their mended twins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aecore.checkpoints.card import Card
from aecore.config import ModelConfig


def is_mended(model: ModelConfig) -> bool:
    """Whether a model is trained with neither code dropout nor a start from zero."""
    return model.latent_dropout == 0.0 and model.weight_init != "zeros"


def twin_of(name: str, cards: Mapping[str, Card]) -> str | None:
    """The mended twin of a model, or the model that it is the mended twin of.

    Twins have the same layers and the same task; one of the two is trained with code dropout or
    from zero, the other with neither.

    Parameters
    ----------
    name : str
    cards : mapping of str to Card
        The models at hand; of several twins the first counts.

    Returns
    -------
    str or None
        Its name; None where there is none.
    """
    own = cards[name]
    for other, card in cards.items():
        same_task = card.train.noise == own.train.noise
        same_shape = _shape(card.model) == _shape(own.model)
        if same_task and same_shape and is_mended(card.model) != is_mended(own.model):
            return other
    return None


def _shape(model: ModelConfig) -> ModelConfig:
    """All of a model's configuration in which twins agree."""
    return replace(model, latent_dropout=0.0, weight_init="default")
