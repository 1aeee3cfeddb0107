"""Sliders over a space of codes: what each one moves, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.latent.axes import limits, principal_axes
from aecore.latent.projection import variance_shares
from aecore.validation import as_codes

FEW = 12
"""Up to here each dimension has a slider of its own; as many fit on a screen at a time."""
MOST = 128
"""Principal axes that have a slider."""


@dataclass(frozen=True, eq=False)
class Controls:
    """K sliders: one a dimension where D <= 12, else the codes' strongest principal axes."""

    names: tuple[str, ...]
    """(K,) what each slider moves."""
    limits: np.ndarray
    """(K, 2): the 1st and the 99th percentile of the data."""
    along_axes: bool
    """Whether they move along principal axes, the mean code at 0."""
    mean: np.ndarray
    """Mean code (D,)."""

    @classmethod
    def over(cls, codes: np.ndarray) -> Self:
        """Controls over the space of codes (N, D).

        Raises
        ------
        ShapeError
            If `codes` is no table of finite numbers.
        """
        codes = as_codes("codes", codes)
        mean = codes.mean(axis=0)
        if codes.shape[1] <= FEW:
            names = tuple(f"z{i + 1}" for i in range(codes.shape[1]))
            return cls(names=names, limits=limits(codes), along_axes=False, mean=mean)
        axes = principal_axes(codes)
        names = tuple(
            f"axis {i + 1} · {share:.1%}" for i, share in enumerate(variance_shares(axes)[:MOST])
        )
        spread = limits(axes.to_axes(codes)[:, :MOST])
        return cls(names=names, limits=spread, along_axes=True, mean=mean)
