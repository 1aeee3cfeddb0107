"""Addresses that lead from one page to another, on exactly one digit."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np

from aecore.checkpoint import Checkpoint
from aecore.codes import format_code
from aecore.ui import resources

DIGIT = "reconstruct_digit"
"""Key of the field, and name in the address, of the digit that `/reconstruct` puts first."""


def to_map(found: Checkpoint, numbers: np.ndarray) -> list[str]:
    """Where the map of a model has pinned each of the test digits in use, `numbers` (B,)."""
    return to_codes(found, codes(found, numbers))


def to_codes(found: Checkpoint, points: np.ndarray) -> list[str]:
    """Where the map of a model has pinned each of the codes `points` (B, D)."""
    return [
        f"./?{urlencode({'model': found.name, 'z': format_code(code)}, safe=',')}"
        for code in points
    ]


def to_reconstruction(found: Checkpoint, number: int) -> str:
    """Where test digit `number` is put first."""
    return f"./reconstruct?{urlencode({'model': found.name, DIGIT: number})}"


def codes(found: Checkpoint, numbers: np.ndarray) -> np.ndarray:
    """Codes (B, D) float32 of test digits in use: the map's own dots where they have one."""
    from aecore.inference import encode

    digits = resources.test_digits()
    if digits.belong_to(found.card):
        return found.codes[numbers].astype(np.float32)
    return encode(resources.load_model(found), digits.images[numbers])
