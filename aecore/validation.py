"""Checks that functions of latent codes share."""

from __future__ import annotations

import numpy as np

from aecore.errors import ConfigError, ShapeError


def as_codes(name: str, values: np.ndarray, width: int | None = None) -> np.ndarray:
    """Check that `values` is a table of finite numbers and return it as float64.

    Parameters
    ----------
    name : str
        What the message calls the table.
    values : array-like of shape (B, D), B and D at least 1
    width : int, optional
        The D it must have.

    Returns
    -------
    ndarray of shape (B, D), float64
        `values` itself where that is float64 already.

    Raises
    ------
    ShapeError
        If the shape differs or a value is infinite or not a number.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape or (width is not None and table.shape[1] != width):
        wanted = f"(B, {width})" if width is not None else "(B, D)"
        raise ShapeError(
            f"{name} must have the shape {wanted} and not be empty, not {table.shape}."
        )
    if not np.isfinite(table).all():
        raise ShapeError(f"{name} must hold finite numbers; found an infinite one or a NaN.")
    return table


def require_whole(name: str, value: int, low: int) -> None:
    """Raise a ConfigError unless `value` is a whole number of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise ConfigError(f"{name} must be a whole number from {low}, not {value!r}.")
