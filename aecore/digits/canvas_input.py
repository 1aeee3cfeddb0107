"""Read the digit that a visitor has drawn, as the browser sends it and as a link holds it."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import numpy as np

from aecore.config import N_PIXELS
from aecore.errors import PictureError
from aecore.imaging.levels import to_unit

_RAW = -zlib.MAX_WBITS
"""Deflate without header and checksum."""


def pack_drawing(levels: str) -> str:
    """Compress a drawing, as `parse_drawing` takes it, to text for a URL.

    MNIST's digits take 200 to 500 characters; noise, which does not compress, takes 1,053.
    """
    packed = zlib.compress(base64.b64decode(levels), level=9, wbits=_RAW)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def unpack_drawing(text: str) -> str:
    """Return the drawing that `pack_drawing` has compressed.

    Raises
    ------
    PictureError
        If it is something else; it comes from outside.
    """
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        pixels = zlib.decompressobj(_RAW).decompress(packed, N_PIXELS + 1)
    except (ValueError, zlib.error):
        raise PictureError("The drawing in the link is damaged.") from None
    levels = base64.b64encode(pixels).decode()
    parse_drawing(levels)
    return levels


def parse_drawing(levels: Any) -> np.ndarray:
    """Check and decode the gray levels of a drawn digit.

    Parameters
    ----------
    levels : any
        784 bytes in base64: the digit's pixels row by row, 0 black and 255 white. It comes from
        outside and may be anything.

    Returns
    -------
    ndarray of shape (784,), float32 in 0..1

    Raises
    ------
    PictureError
        If it is something else, or all black.
    """
    try:
        pixels = np.frombuffer(base64.b64decode(levels, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError, TypeError):
        raise PictureError("The drawn digit is not valid base64.") from None
    if len(pixels) != N_PIXELS:
        raise PictureError(f"A drawn digit has {N_PIXELS} pixels, not {len(pixels)}.")
    if not pixels.any():
        raise PictureError("The canvas is empty: draw a digit.")
    return to_unit(pixels)
