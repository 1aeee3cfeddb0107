"""Numbers that JSON has no word for: infinite ones as text, undefined ones as null."""

from __future__ import annotations

import math
from typing import Any


def encode(value: Any) -> Any:
    """Replace every infinite number in a JSON value by "Infinity" or "-Infinity", NaN by None."""
    if isinstance(value, dict):
        return {key: encode(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(each) for each in value]
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def decode(value: Any) -> Any:
    """Return the number that `encode` has replaced; anything else as it is."""
    if value is None:
        return math.nan
    return float(value) if value in ("Infinity", "-Infinity") else value
