"""Ways to draw codes of any size as points of a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.latent.axes import Axes, principal_axes

LINE = "Code and digit"
PLANE = "Code plane (2-D)"
PRINCIPAL_PLANE = "Principal plane (2-D)"
PRINCIPAL_SPACE = "Principal axes (3-D)"
DIMENSIONS = "First three dimensions (3-D)"


def views(dim: int) -> tuple[str, ...]:
    """Names of the ways to draw codes of D = `dim`, the best first."""
    if dim == 1:
        return (LINE,)
    if dim == 2:
        return (PLANE,)
    return (PRINCIPAL_PLANE, PRINCIPAL_SPACE, DIMENSIONS)


@dataclass(frozen=True, eq=False)
class Projection:
    """One way to draw codes, fitted to those of the data."""

    view: str
    """One of `views(D)`."""
    axis_names: tuple[str, ...]
    """Two or three, as many as a point has coordinates."""
    axes: Axes | None = None
    """The data's principal axes, for the views that use them."""

    @classmethod
    def fit(cls, codes: np.ndarray, view: str) -> Self:
        """The view of codes (N, D)."""
        if view == LINE:
            return cls(view=view, axis_names=("z1", "digit"))
        if view in (PLANE, DIMENSIONS):
            return cls(view=view, axis_names=("z1", "z2", "z3")[: 2 if view == PLANE else 3])
        axes = principal_axes(codes)
        count = 2 if view == PRINCIPAL_PLANE else 3
        names = tuple(
            f"principal axis {i + 1} ({share:.0%} of the variance)"
            for i, share in enumerate(variance_shares(axes)[:count])
        )
        return cls(view=view, axis_names=names, axes=axes)

    def points(self, codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Where codes (B, D) lie on the map: (B, 2) or (B, 3).

        Only the view of codes with one dimension uses `labels` (B,), as their height.
        """
        if self.view == LINE:
            return np.column_stack([codes[:, 0], labels])
        if self.axes is None:
            return codes[:, : len(self.axis_names)]
        return self.axes.to_axes(codes)[:, : len(self.axis_names)]


def variance_shares(axes: Axes) -> np.ndarray:
    """Share (D,) of the codes' variance that lies along each principal axis."""
    variances = axes.deviations**2
    return variances / max(variances.sum(), np.finfo(float).tiny)
