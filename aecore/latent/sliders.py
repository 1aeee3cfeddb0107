"""Sliders over a latent space: what each one moves, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aecore.latent.axes import percentile_limits, principal_axes
from aecore.validation import as_codes

MAX_DIMENSIONS = 12
"""Up to here each dimension has a slider of its own; as many fit on a screen at a time."""
MAX_SLIDERS = 128
"""Principal axes that have a slider."""


@dataclass(frozen=True, eq=False)
class Sliders:
    """K sliders: one a dimension where D <= 12, else one for each of the strongest axes."""

    names: tuple[str, ...]
    """(K,) what each slider moves."""
    limits: np.ndarray
    """(K, 2): the 1st and the 99th percentile of the data."""
    along_axes: bool
    """Whether they move along principal axes, the mean code at 0."""
    mean: np.ndarray
    """Mean code (D,)."""

    def to_dict(self) -> dict[str, Any]:
        """Return what the browser's sliders are made of."""
        return {
            "names": self.names,
            "limits": self.limits.tolist(),
            "along_axes": self.along_axes,
        }

    @classmethod
    def fit(cls, codes: np.ndarray) -> Self:
        """Fit sliders to the codes (N, D) of the data.

        Raises
        ------
        ShapeError
            If `codes` is not a table of finite numbers.
        """
        codes = as_codes("codes", codes)
        mean, along_axes = codes.mean(axis=0), codes.shape[1] > MAX_DIMENSIONS
        if along_axes:
            axes = principal_axes(codes)
            shares = enumerate(axes.variance_shares[:MAX_SLIDERS], 1)
            names = tuple(f"axis {i} · {share:.1%}" for i, share in shares)
            codes = axes.to_axes(codes)[:, :MAX_SLIDERS]
        else:
            names = tuple(f"z{i}" for i in range(1, codes.shape[1] + 1))
        return cls(names=names, limits=percentile_limits(codes), along_axes=along_axes, mean=mean)
