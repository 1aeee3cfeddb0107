"""Checks that functions of images and of latent codes share."""

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


def require_width(name: str, rows: np.ndarray, width: int) -> None:
    """Raise a ShapeError unless `rows` is an array of shape (B, width)."""
    if rows.ndim != 2 or rows.shape[1] != width:
        raise ShapeError(f"{name} must have the shape (B, {width}), not {rows.shape}.")


def require_whole(name: str, value: int, low: int, high: float = np.inf) -> None:
    """Raise a ConfigError unless `value` is a whole number from `low` to `high`, both included."""
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_whole or not low <= value <= high:
        bounds = f"from {low}" if high == np.inf else f"in {low}..{high}"
        raise ConfigError(f"{name} must be a whole number {bounds}, not {value!r}.")
