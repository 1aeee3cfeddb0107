"""Arrays of bytes that may be larger than memory."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator

import numpy as np

from aecore.data.cache import cache_dir
from aecore.data.limits import Shape

MAPPED_ABOVE = 500_000_000
"""Bytes from which an array lies in a file instead of in memory."""
CHUNK_BYTES = 16_000_000
"""Of one step of a conversion."""


def new_array(shape: Shape) -> np.ndarray:
    """Return a new array of bytes: in memory, or in an unnamed file where it is large.

    Raises
    ------
    OSError
        If the disk is full.
    """
    if (size := math.prod(shape)) <= MAPPED_ABOVE:
        return np.empty(shape, np.uint8)
    cache_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=cache_dir()) as file:
        os.posix_fallocate(file.fileno(), 0, size)  # writing beyond a full disk would be a crash
        return np.memmap(file, np.uint8, "w+", shape=shape)


def chunks(count: int, item_bytes: int) -> Iterator[slice]:
    """Yield the slices of `count` items of so many bytes that are converted at a time."""
    step = max(1, CHUNK_BYTES // max(1, item_bytes))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def take(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return `images[rows]`, of bytes, as a new array."""
    taken = new_array((len(rows), *images.shape[1:]))
    for part in chunks(len(rows), math.prod(images.shape[1:])):
        taken[part] = images[rows[part]]
    return taken
