"""Rows of numbers brought to a common scale, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aecore.errors import ConfigError

_BYTE = 255.0


@dataclass(frozen=True, eq=False)
class Scaling:
    """Scaled rows are (rows - offset) / factor."""

    offset: np.ndarray
    """(P,) float64, or (1,) where all features are scaled alike."""
    factor: np.ndarray
    """Of the same shape."""

    @classmethod
    def fit(
        cls, rows: np.ndarray, kind: str | None, *, weight: np.ndarray | None, alike: bool
    ) -> Self:
        """Return the scaling of rows (N, P) with weights (N,).

        Raises
        ------
        ConfigError
            If there is no such kind.
        """
        axis = None if alike else 0
        if kind is None:
            return cls(np.zeros(1), np.ones(1))
        if kind == "minmax":
            low, high = rows.min(axis=axis), rows.max(axis=axis)
            offset = np.atleast_1d(low).astype(np.float64)
            return cls(offset, _without_zeros(np.atleast_1d(high) - offset, offset))
        if kind == "standard":
            mean = _average(rows.astype(np.float64), weight, alike=alike)
            variance = _average(np.square(rows - mean), weight, alike=alike)
            return cls(mean, _without_zeros(np.sqrt(variance), mean))
        raise ConfigError(f"scale must be 'minmax', 'standard' or None, not {kind!r}.")

    @classmethod
    def of(cls, offset: Any, factor: Any, n_features: int) -> Self:
        """Return the scaling of so many features from lists of numbers.

        Raises
        ------
        TypeError or ValueError
            If they are none, or too few or too many.
        """
        scaling = cls(np.array(offset, np.float64), np.array(factor, np.float64))
        if not {scaling.offset.shape, scaling.factor.shape} <= {(1,), (n_features,)}:
            raise ValueError(f"a scaling holds 1 or {n_features} numbers")
        return scaling

    @property
    def is_of_bytes(self) -> bool:
        """Whether this brings the bytes of pixels to 0..1."""
        return self.offset.tolist() == [0.0] and self.factor.tolist() == [_BYTE]

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Scale rows: (N, P), of bytes to float32, else of their own type."""
        dtype = np.float32 if rows.dtype == np.uint8 else rows.dtype
        scaled = np.subtract(rows, self.offset.astype(dtype), dtype=dtype)
        return np.divide(scaled, self.factor.astype(dtype), out=scaled)

    def undo(self, scaled: np.ndarray) -> np.ndarray:
        """Return scaled rows (N, P) in the units of the input."""
        return scaled * self.factor.astype(scaled.dtype) + self.offset.astype(scaled.dtype)


def _average(values: np.ndarray, weight: np.ndarray | None, *, alike: bool) -> np.ndarray:
    """Return the weighted mean (P,) of each feature of (N, P), or (1,) of all of them."""
    values = values.mean(axis=1, keepdims=True) if alike else values
    return np.average(values, axis=0, weights=weight)


def _without_zeros(factor: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return factors with 1 in place of those of constant features, up to rounding."""
    constant = factor <= 10 * np.finfo(np.float64).eps * np.abs(values)
    return np.where(constant, 1.0, factor)
