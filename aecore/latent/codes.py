"""Codes as text: on the command line and in page addresses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aecore.errors import ConfigError

MAX_MAGNITUDE = 1e6
"""Values beyond are no code of any trained model, and overflow in the decoder."""


def parse_code(text: str, dim: int) -> np.ndarray:
    """Read a code written as `0,-4`.

    Parameters
    ----------
    text : str
        Numbers with commas between them.
    dim : int
        D, how many there must be.

    Returns
    -------
    ndarray of shape (D,), float64

    Raises
    ------
    ConfigError
        If a value is no finite number of sane size, or there are more or fewer than `dim`.
    """
    parts = text.split(",") if text.strip() else []
    if len(parts) != dim:
        raise ConfigError(f"z needs {dim} numbers with commas between them, found {len(parts)}.")
    return check_code(parts, dim)


def check_code(values: Any, dim: int) -> np.ndarray:
    """Numbers, or texts of numbers, from outside as a code (D,), float64.

    Raises
    ------
    ConfigError
        If a value is no finite number of sane size, or there are more or fewer than `dim`.
    """
    if not isinstance(values, list) or len(values) != dim:
        raise ConfigError(f"z needs a list of {dim} numbers.")
    return np.array([_value(value) for value in values], dtype=np.float64)


def _value(given: Any) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError):
        value = math.nan
    if not abs(value) <= MAX_MAGNITUDE:
        raise ConfigError(
            f"z holds {str(given).strip()[:40]!r}; each value must be a finite number of at most "
            f"{MAX_MAGNITUDE:,.0f} in size."
        )
    return value


def format_code(code: np.ndarray) -> str:
    """Write a code (D,) as `parse_code` reads it, to four significant digits."""
    return ",".join(f"{value:.4g}" for value in code)
