"""URLs that lead from one page to another, to a single digit."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np

from aecore.checkpoints.file import Checkpoint
from aecore.latent.codes import format_code
from aecore.ui.cache import reconstruction as reconstruction_cache

DIGIT = "reconstruct_digit"
"""Parameter of the URL, and key of the input, of the digit that `/reconstruct` shows first."""


def to_map(checkpoint: Checkpoint, numbers: np.ndarray) -> list[str]:
    """Return where a model's latent space has each of the test digits in use pinned, (B,)."""
    return to_codes(checkpoint, reconstruction_cache.codes(checkpoint, numbers))


def to_codes(checkpoint: Checkpoint, codes: np.ndarray) -> list[str]:
    """Return where a model's latent space has each of the codes (B, D) pinned."""
    return [
        f"./?{urlencode({'model': checkpoint.name, 'z': format_code(code)}, safe=',')}"
        for code in codes
    ]


def to_reconstruction(checkpoint: Checkpoint, number: int) -> str:
    """Return where a test digit is the first of the reconstructions."""
    return f"./reconstruct?{urlencode({'model': checkpoint.name, DIGIT: number})}"
