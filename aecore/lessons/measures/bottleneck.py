"""Measures of what the bottleneck costs."""

from __future__ import annotations

from typing import Any

from aecore.lessons.context import Context
from aecore.lessons.registry import Finding, measure


@measure("number")
def pca_error(context: Context, prediction: Any, *, latent_dim: int) -> Finding:
    """Measure PCA's error with a number of dimensions on the test pictures."""
    error = context.pca_errors()[latent_dim]
    return Finding(
        value=error,
        text=f"PCA with {latent_dim} dimensions has an MSE of {error:.4f} on "
        f"{context.data_in_words}.",
    )
