"""Limits on a data set."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aecore.config import MAX_SIDE
from aecore.errors import DataError

MIN_PICTURES = 10
MAX_PICTURES = 1_000_000
MAX_CLASSES = 1_000
MAX_BYTES = 4_000_000_000
"""Of all pictures, one byte a value."""
PUBLIC_UPLOAD_MB = 20
"""Of an upload to a public server."""
_max_bytes: ContextVar[int] = ContextVar("max_bytes", default=MAX_BYTES)

Shape = tuple[int, ...]


def size_words(shape: Shape) -> str:
    """Return the shape of a picture (H, W) or (H, W, 3) in words, as in `28 x 28`."""
    return f"{shape[0]} x {shape[1]}{' RGB' if len(shape) == 3 else ''}"


def max_bytes() -> int:
    """Return how many bytes all pictures may have: `MAX_BYTES`, or fewer, see `lowered`."""
    return _max_bytes.get()


@contextmanager
def lowered(most: int) -> Iterator[None]:
    """Allow fewer bytes of pictures than `MAX_BYTES` within this block."""
    token = _max_bytes.set(most)
    try:
        yield
    finally:
        _max_bytes.reset(token)


def check_count(where: str, count: int) -> None:
    """Raise a DataError if an array claims no items, or more than there may be."""
    if not 1 <= count <= MAX_PICTURES:
        raise DataError(
            f"{where} claims {count:,} items; 1 to {MAX_PICTURES:,} can be used. "
            "Fetch the file again, or use fewer."
        )


def check_pictures(where: str, count: int, shape: Shape) -> None:
    """Check the size of an array of pictures, before anything of that size is allocated.

    Parameters
    ----------
    where : str
        The file, at the beginning of the message.
    count : int
    shape : (H, W) or (H, W, 3)

    Raises
    ------
    DataError
        If there are too many pictures, or they are too large.
    """
    if min(shape) < 2 or max(shape[:2]) > MAX_SIDE:
        raise DataError(
            f"{where}: its pictures are {size_words(shape)} pixels; 2 x 2 to {MAX_SIDE} x "
            f"{MAX_SIDE} can be used. Save them in another size."
        )
    check_count(where, count)
    if (size := count * math.prod(shape)) > max_bytes():
        raise DataError(
            f"{where}: {count:,} pictures of {size_words(shape)} pixels are {size / 1e9:.1f} GB; "
            f"at most {max_bytes() / 1e9:g} GB can be used. Use fewer, or save them smaller."
        )
