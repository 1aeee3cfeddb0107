"""Your own model: its size, and whether it beats what it was to beat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aecore.lessons.context import Context
from aecore.lessons.lesson import LessonError
from aecore.lessons.measures.bottleneck import linear_errors
from aecore.lessons.registry import Finding, measure
from aecore.models.families import family_of
from aecore.presets import PRESETS, get_preset


@measure("number")
def weights_growth(context: Context, prediction: Any, *, preset: str, latent_dim: int) -> Finding:
    """Compute by how many percent a preset's weights grow with another D."""
    config = get_preset(preset).model
    before, after = (
        family_of(each).count_weights(each)
        for each in (config, replace(config, latent_dim=latent_dim))
    )
    value = 100 * (after / before - 1)
    return Finding(
        value=value,
        text=f"{preset} has {before:,} weights, and {after:,} with {latent_dim} latent dimensions: "
        f"{value:.1f}% more.",
    )


@measure("choice", "reached", "too_large", "too_high")
def own_model(context: Context, prediction: Any, *, weights: int, pca_dimensions: int) -> Finding:
    """Measure whether the visitor's model beats PCA of a given size with so many weights at most.

    `too_large` where it has more weights, else `too_high` where its error is no lower.
    """
    measured = context.measured()
    checkpoint = measured.checkpoint
    config = checkpoint.card.model
    count, error = family_of(config).count_weights(config), float(measured.errors.mean())
    errors = linear_errors(context, measured.rows)
    if pca_dimensions not in errors:
        raise LessonError(f"PCA was not measured with {pca_dimensions} dimensions.")
    linear = errors[pca_dimensions]
    is_shipped = checkpoint.name in PRESETS
    return Finding(
        value="too_large" if count > weights else "reached" if error < linear else "too_high",
        text=f"{checkpoint.name} has {count:,} weights ({weights:,} are allowed) and an MSE of "
        f"{error:.4f}; PCA with {pca_dimensions} dimensions has {linear:.4f}, over "
        f"{measured.pictures}.",
        not_holding=f"{checkpoint.name} comes with the app. Train a model of your own on the page "
        "Train, save it, and pick it at the top of this page."
        if is_shipped
        else "",
    )
