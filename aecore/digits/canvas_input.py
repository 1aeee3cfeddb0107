"""Read the digit that a visitor has drawn, as the browser sends it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from aecore.config import N_PIXELS
from aecore.errors import PictureError
from aecore.imaging.levels import to_unit


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
