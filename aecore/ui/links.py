"""Addresses that lead from one page to another, on exactly one digit."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np

from aecore.checkpoints.file import Checkpoint
from aecore.latent.codes import format_code
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets

DIGIT = "reconstruct_digit"
"""Key of the field, and name in the address, of the digit that `/reconstruct` puts first."""


def to_map(checkpoint: Checkpoint, numbers: np.ndarray) -> list[str]:
    """Where the map of a model has pinned each of the test digits in use, `numbers` (B,)."""
    return to_codes(checkpoint, codes(checkpoint, numbers))


def to_codes(checkpoint: Checkpoint, points: np.ndarray) -> list[str]:
    """Where the map of a model has pinned each of the codes `points` (B, D)."""
    return [
        f"./?{urlencode({'model': checkpoint.name, 'z': format_code(code)}, safe=',')}"
        for code in points
    ]


def to_reconstruction(checkpoint: Checkpoint, number: int) -> str:
    """Where test digit `number` is put first."""
    return f"./reconstruct?{urlencode({'model': checkpoint.name, DIGIT: number})}"


def codes(checkpoint: Checkpoint, numbers: np.ndarray) -> np.ndarray:
    """Codes (B, D) float32 of test digits in use: the map's own dots where they have one."""
    from aecore.models.inference import encode

    digits = datasets.test_set()
    if digits.matches(checkpoint.card):
        return checkpoint.codes[numbers].astype(np.float32)
    return encode(checkpoint_cache.load_model(checkpoint), digits.images[numbers])
