"""Codes that no digit has: how isolated they are from those of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.analysis.perturbation import OUTSIDE
from aecore.latent.codes import check_code
from aecore.lessons.context import Context
from aecore.lessons.lesson import LessonError
from aecore.lessons.registry import Finding, measure

SAMPLES = 1_000
SEED = 20_061_003


@measure("number")
def isolation(context: Context, prediction: Any, *, z: list[float]) -> Finding:
    """Measure which percentage of the model's test digits is less isolated than a code."""
    checkpoint = context.checkpoint
    dim = checkpoint.card.model.latent_dim
    if dim != len(z):
        raise LessonError(
            f"{checkpoint.name} has {dim} latent dimensions, and the code of this step has "
            f"{len(z)}. Pick plane, or another model with D = {len(z)}."
        )
    value = float(checkpoint.neighbor_index().isolation(check_code(z, dim)[None])[0])
    text = ", ".join(f"{each:g}" for each in z)
    return Finding(
        value=value,
        text=f"z = ({text}) is more isolated than {value:.0f}% of the {len(checkpoint.codes):,} "
        f"test digits of {checkpoint.name}.",
    )


@measure("number")
def samples_outside(context: Context, prediction: Any, *, model: str = "") -> Finding:
    """Measure which percentage of 1,000 samples of N(0, I), with a fixed seed, is off the map.

    That is, more isolated than 99.5% of the model's test digits.
    """
    checkpoint = context.measured(model).checkpoint
    dim = checkpoint.card.model.latent_dim
    samples = np.random.default_rng(SEED).standard_normal((SAMPLES, dim))
    isolated = checkpoint.neighbor_index().isolation(samples)
    value = 100 * float((isolated >= OUTSIDE).mean())
    return Finding(
        value=value,
        text=f"{value:.0f}% of {SAMPLES:,} samples (fixed seed) are more isolated than "
        f"{OUTSIDE:g}% of the test digits of {checkpoint.name}, D = {dim}.",
    )


@measure("number")
def prior_coverage(context: Context, prediction: Any, *, model: str = "") -> Finding:
    """Measure which percentage of the codes lies where 99% of the samples of N(0, I) do.

    That is, within a ball around 0.
    """
    measured = context.measured(model)
    dim = measured.checkpoint.card.model.latent_dim
    value = 100 * float((np.linalg.norm(measured.codes, axis=1) <= prior_radius(dim)).mean())
    return Finding(
        value=value,
        text=f"{value:.0f}% of {measured.pictures} have a code within {prior_radius(dim):.1f} of "
        f"0, where 99% of the samples lie ({measured.checkpoint.name}, D = {dim}).",
    )


def prior_radius(dim: int) -> float:
    """Return the radius of the ball that holds 99% of N(0, I) in D dimensions."""
    from scipy.stats import chi2

    return float(np.sqrt(chi2.ppf(0.99, dim)))
