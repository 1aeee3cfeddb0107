"""Sliders over a space of codes: what each one moves, how far, and back to a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.checks import as_codes
from aecore.latent import Axes, limits, principal_axes

MOST = 12
"""Sliders that fit on a screen, and still can be told apart."""


@dataclass(frozen=True, eq=False)
class Controls:
    """K sliders: one a dimension where D <= 12, else the codes' 12 strongest principal axes."""

    names: tuple[str, ...]
    """(K,) what each slider moves."""
    limits: np.ndarray
    """(K, 2): the 1st and the 99th percentile of the data."""
    axes: Axes | None
    """The principal axes, where those are moved; the slider's zero is then the mean code."""
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
        if codes.shape[1] <= MOST:
            names = tuple(f"z{i + 1}" for i in range(codes.shape[1]))
            return cls(names=names, limits=limits(codes), axes=None, mean=mean)
        axes = principal_axes(codes)
        names = tuple(f"principal axis {i + 1}" for i in range(MOST))
        return cls(names=names, limits=limits(axes.to_axes(codes)[:, :MOST]), axes=axes, mean=mean)

    def values(self, code: np.ndarray) -> np.ndarray:
        """Where the sliders (K,) stand for a code (D,)."""
        if self.axes is None:
            return np.array(code, dtype=np.float64)
        return self.axes.to_axes(code[None])[0, :MOST]

    def code(self, values: np.ndarray, *, base: np.ndarray) -> np.ndarray:
        """The code (D,) with the sliders at `values` (K,), the rest of it as in `base`."""
        if self.axes is None:
            return np.array(values, dtype=np.float64)
        return base + (values - self.values(base)) @ self.axes.axes[:MOST]
