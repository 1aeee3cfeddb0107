"""Views of a latent space of any size as a flat or three-dimensional scatter plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.latent.axes import Axes, principal_axes

LINE = "Code by label"
PLANE = "Latent plane (2-D)"
PRINCIPAL_PLANE = "Principal components (2-D)"
PRINCIPAL_SPACE = "Principal components (3-D)"
DIMENSIONS = "First three dimensions (3-D)"


def views(dim: int) -> tuple[str, ...]:
    """List the views of codes with D = `dim`, the best first."""
    if dim == 1:
        return (LINE,)
    if dim == 2:
        return (PLANE,)
    return (PRINCIPAL_PLANE, PRINCIPAL_SPACE, DIMENSIONS)


@dataclass(frozen=True, eq=False)
class Projection:
    """A view fitted to the codes of the data."""

    view: str
    """One of `views(D)`."""
    axis_names: tuple[str, ...]
    """Two or three, as many as a point has coordinates."""
    axes: Axes | None = None
    """The data's principal axes, for the views that use them."""

    @classmethod
    def fit(cls, codes: np.ndarray, view: str, *, is_labeled: bool = True) -> Self:
        """Fit a view to codes (N, D); whether they have labels, which are the height of a line."""
        if view == LINE:
            return cls(view=view, axis_names=("z1", "class" if is_labeled else ""))
        if view in (PLANE, DIMENSIONS):
            return cls(view=view, axis_names=("z1", "z2", "z3")[: 2 if view == PLANE else 3])
        axes = principal_axes(codes)
        count = 2 if view == PRINCIPAL_PLANE else 3
        names = tuple(
            f"principal axis {i} ({share:.0%} of the variance)"
            for i, share in enumerate(axes.variance_shares[:count], 1)
        )
        return cls(view=view, axis_names=names, axes=axes)

    def points(self, codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Project codes (B, D) to points (B, 2) or (B, 3).

        Only the view of codes with one dimension uses `labels` (B,), as their height.
        """
        if self.view == LINE:
            return np.column_stack([codes[:, 0], labels])
        if self.axes is None:
            return codes[:, : len(self.axis_names)]
        # A copy: who keeps the points would else keep all D coordinates.
        return self.axes.to_axes(codes)[:, : len(self.axis_names)].copy()
