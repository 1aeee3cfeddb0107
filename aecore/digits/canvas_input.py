"""The digit that a visitor has drawn, as the browser sends it."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from aecore.config import N_PIXELS
from aecore.errors import PictureError
from aecore.imaging.levels import to_unit

_LENGTH = 4 * -(-N_PIXELS // 3)  # of that many bytes in base 64


def digit_of(levels: object) -> np.ndarray:
    """Check what should be the gray levels of a drawn digit.

    Parameters
    ----------
    levels : object
        784 bytes in base 64: the digit's pixels row by row, 0 black and 255 white. It comes from
        outside and may be anything.

    Returns
    -------
    ndarray of shape (784,), float32 in 0..1

    Raises
    ------
    PictureError
        If it is something else, or all black.
    """
    if not isinstance(levels, str) or len(levels) != _LENGTH:
        raise PictureError(f"A drawn digit comes as {_LENGTH} letters of base 64.")
    try:
        pixels = np.frombuffer(base64.b64decode(levels, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError):
        raise PictureError("The drawn digit is no base 64.") from None
    if len(pixels) != N_PIXELS:
        raise PictureError(f"A drawn digit has {N_PIXELS} pixels, not {len(pixels)}.")
    if not pixels.any():
        raise PictureError("The paper is empty: draw a digit.")
    return to_unit(pixels)
