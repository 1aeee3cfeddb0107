"""Latent codes from outside: as text on the command line and in page addresses, and pinned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aecore.errors import ConfigError
from aecore.latent.neighbors import NeighborIndex

MAX_MAGNITUDE = 1e6
"""Larger values belong to no code of a trained model, and overflow in the decoder."""


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
        If a value is not a finite number of sane size, or there are more or fewer than `dim`.
    """
    parts = text.split(",") if text.strip() else []
    if len(parts) != dim:
        raise ConfigError(f"z needs {dim} numbers with commas between them, found {len(parts)}.")
    return check_code(parts, dim)


def check_code(values: Any, dim: int) -> np.ndarray:
    """Return numbers, or texts of numbers, from outside as a code (D,), float64.

    Raises
    ------
    ConfigError
        If a value is not a finite number of sane size, or there are more or fewer than `dim`.
    """
    if not isinstance(values, list) or len(values) != dim:
        raise ConfigError(f"z needs a list of {dim} numbers.")
    return np.array([_check_value(value) for value in values], dtype=np.float64)


def _check_value(given: Any) -> float:
    try:
        value = float(given)
    except (OverflowError, TypeError, ValueError):
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


@dataclass(frozen=True, eq=False)
class Pin:
    """A code picked in the latent space, and the test digit that it belongs to, if any."""

    code: np.ndarray
    """(D,) float64."""
    number: int | None
    """Row of the atlas; None for a free point."""

    @classmethod
    def of_digit(cls, codes: np.ndarray, number: int) -> Self:
        """Pin the code of test digit `number` of an atlas (N, D)."""
        return cls(code=codes[number].astype(np.float64), number=int(number))

    @classmethod
    def at(cls, code: np.ndarray, index: NeighborIndex) -> Self:
        """Pin the test digit whose code is written as `code` (D,) is, else `code` itself."""
        (nearest,) = index.neighbors(code[None], 1)[0]
        digit = cls.of_digit(index.codes, nearest[0])
        if format_code(digit.code) == format_code(code):
            return digit
        return cls(code=np.array(code, dtype=np.float64), number=None)
