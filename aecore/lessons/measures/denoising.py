"""Denoising: who is best at a noise level, and where repeated denoising ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.analysis.denoising import MEASURED, Denoisers
from aecore.analysis.fixed_points import ITERATIONS, iterate
from aecore.analysis.sampling import first_of_each_label
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.errors import CheckpointError
from aecore.lessons.context import Context
from aecore.lessons.registry import Finding, measure

PLAIN = "plain-32"
"""The denoisers' control: trained alike, on clean digits."""


@measure("choice", "model", "plain", "pca", "median", "noisy")
def best_denoiser(context: Context, prediction: Any, *, noise: str, level: float) -> Finding:
    """Find which method comes closest to the clean digits, by the mean PSNR.

    `plain` is the plain autoencoder of the same size, `noisy` stands for leaving it as it is.
    """
    own = context.checkpoint
    models = {"model": context.build(own)}
    names = {"noisy": "left as it is", "model": own.name, "pca": "PCA", "median": "3×3 median"}
    if plain := _plain(context):
        models["plain"], names["plain"] = context.build(plain), plain.name
    shape = own.card.data.shape
    corruption = FixedCorruption(kind=noise, level=level)
    clean = context.test_set.images[:MEASURED]
    denoisers = Denoisers(models=models, pca=own.pca, shape=shape)  # type: ignore[arg-type]
    scores = {name: score.psnr.mean for name, score in denoisers.score(clean, corruption).items()}
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    listed = ", ".join(f"{names[name]} {scores[name]:.1f} dB" for name in ranked)
    return Finding(
        value=ranked[0],
        text=f"Mean PSNR: {listed}, over the first {len(clean):,} test "
        f"{context.test_set.spec.nouns} with {corruption.corruption.label.lower()} noise at "
        f"{level:g}.",
    )


def _plain(context: Context) -> Checkpoint | None:
    """Return the plain autoencoder of the same shape and data, if there is another one."""
    own = context.checkpoint
    try:
        plain = context.load(PLAIN)
    except CheckpointError:
        return None
    alike = plain.card.model == own.card.model and plain.card.fingerprint == own.card.fingerprint
    return plain if alike and plain.name != own.name else None


@measure("number")
def repeated_denoising(context: Context, prediction: Any, *, noise: str, level: float) -> Finding:
    """Count digits, the first of each class, that end near their own class after 64 iterations."""
    own, test_set = context.checkpoint, context.test_set
    chosen = first_of_each_label(test_set.labels[:MEASURED])
    corruption = FixedCorruption(kind=noise, level=level)
    noisy = corruption.apply(test_set.images[: chosen.max() + 1])[chosen]
    ends = iterate(context.build(own), noisy).final_labels(own.neighbor_index(), own.labels)
    value = float((np.asarray(ends) == test_set.labels[chosen]).sum())
    return Finding(
        value=value,
        text=f"{value:.0f} of {len(chosen)} digits, one of each class, end near their own class "
        f"after {own.name} has denoised them {ITERATIONS[-1]} times.",
    )
