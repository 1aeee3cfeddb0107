"""The notebook's traps: the damage that a setting does."""

from __future__ import annotations

from typing import Any

from aecore.analysis.dimension_importance import measured_digits
from aecore.analysis.metrics import mse
from aecore.analysis.perturbation import dropout_error
from aecore.lessons.context import Context
from aecore.lessons.registry import Finding, measure
from aecore.models import inference


@measure("number")
def times_error(context: Context, prediction: Any, *, model: str) -> Finding:
    """Measure how many times as large another model's error is, with clean input."""
    own, other = context.measured(), context.measured(model)
    errors = [float(each.errors.mean()) for each in (own, other)]
    value = errors[1] / errors[0]
    return Finding(
        value=value,
        text=f"MSE of {other.checkpoint.name} {errors[1]:.4f}, of {own.checkpoint.name} "
        f"{errors[0]:.4f}: {value:.1f} times as large, over {own.pictures}.",
    )


@measure("number")
def dropout_damage(context: Context, prediction: Any, *, rate: float) -> Finding:
    """Measure how many times as large the error is with dropout left on the code.

    One pass with a fixed seed for each of the digits that the page Reconstruct measures on.
    """
    checkpoint, model = context.checkpoint, context.build(context.checkpoint)
    images = context.test_set.images[measured_digits(len(context.test_set.labels))]
    codes = inference.encode(model, images)
    off = float(mse(images, inference.decode(model, codes)).mean())
    on = dropout_error(lambda z: inference.decode(model, z), codes, images, rate=rate)
    linear = checkpoint.pca
    pca_codes = linear.encode(images)
    pca_off = float(mse(images, linear.decode(pca_codes)).mean())
    pca_on = dropout_error(linear.decode, pca_codes, images, rate=rate)
    return Finding(
        value=on / off,
        reference=pca_on / pca_off,
        text=f"MSE of {checkpoint.name} {off:.4f} with dropout off and {on:.4f} with dropout on, "
        f"{on / off:.1f} times as large (PCA: {pca_on / pca_off:.1f} times), over {len(images):,} "
        f"test {context.test_set.spec.nouns}.",
    )
