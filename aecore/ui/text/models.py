"""A trained model in words."""

from __future__ import annotations

from aecore.checkpoints.card import Card
from aecore.checkpoints.description import remarks
from aecore.models.families import family_of
from aecore.presets import PRESETS
from aecore.ui.text.formats import counted, dimensions


def label(name: str, card: Card, *, is_other: bool = False) -> str:
    """Return a model in one line, for pickers: its name, what it shows, D and its error.

    One of another data set than the one in use is told by that.
    """
    preset = PRESETS.get(name)
    shows = "saved" if preset is None else preset.title
    error = f"MSE {card.metrics['test_mse']:.4f}"
    of = [f"trained on {card.source}"] if is_other else []
    return " · ".join([name, shows, dimensions(card.model.latent_dim), error, *of])


def summary(card: Card) -> str:
    """Return a model's layers, training and errors, with remarks on what is unusual; Markdown."""
    model = card.model
    what = card.data.nouns
    trained = f"clean {what}" if card.train.noise is None else f"{what} with {card.train.noise}"
    dropout = f" · code dropout {model.latent_dropout:g}" if model.latent_dropout else ""
    units = "" if model.activation == "relu" else f" · {model.activation} units"
    facts = (
        f"{family_of(model).structure(model)}{units}{dropout} · "
        f"trained on {trained} for {counted(len(card.history), 'epoch')} · "
        f"test MSE **{card.metrics['test_mse']:.4f}** (PCA with {dimensions(model.latent_dim)}: "
        f"**{card.metrics['pca_test_mse']:.4f}**)"
    )
    return "\n\n".join([facts, *remarks(card)])


def browser_only(card: Card, what: str) -> str:
    """Return why a page cannot show what the browser computes; empty where it can."""
    family = family_of(card.model)
    if family.runs_in_browser:
        return ""
    return f"{what} are not available for this model, which is a {family.label}."


def dense_only(card: Card, what: str) -> str:
    """Return why a page cannot show something, empty for dense networks; `what` as in `Filters`."""
    family = family_of(card.model)
    if family.is_dense:
        return ""
    return f"{what} are available for dense networks only; this model is a {family.label}."


def regularization(card: Card) -> str:
    """Return a model's code dropout and initialization."""
    dropout, zeros = card.model.latent_dropout, card.model.weight_init == "zeros"
    return " · ".join(
        [
            f"code dropout {dropout:g}" if dropout else "no code dropout",
            "zero-initialized weights" if zeros else "default initialization",
        ]
    )
