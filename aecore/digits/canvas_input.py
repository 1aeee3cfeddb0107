"""Read the picture that a visitor has drawn, as the browser sends it and as a link holds it."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any, Literal

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


def unpack_drawing(text: str, n_values: int = N_PIXELS) -> str:
    """Return the drawing of so many values that `pack_drawing` has compressed.

    Raises
    ------
    PictureError
        If it is something else; it comes from outside.
    """
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        pixels = zlib.decompressobj(_RAW).decompress(packed, n_values + 1)
    except (ValueError, zlib.error):
        raise PictureError("The drawing in the link is damaged.") from None
    levels = base64.b64encode(pixels).decode()
    parse_drawing(levels, n_values)
    return levels


def parse_drawing(levels: Any, n_values: int = N_PIXELS) -> np.ndarray:
    """Check and decode the levels of a drawn digit, or of another picture.

    Parameters
    ----------
    levels : any
        A byte for each value in base64: the pixels row by row, 0 black and 255 white, or red,
        green and blue of each. It comes from outside and may be anything.
    n_values : int
        How many there must be.

    Returns
    -------
    ndarray of shape (n_values,), float32 in 0..1

    Raises
    ------
    PictureError
        If it is something else, or all black.
    """
    try:
        pixels = np.frombuffer(base64.b64decode(levels, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError, TypeError):
        raise PictureError("The drawing is not valid base64.") from None
    if len(pixels) != n_values:
        raise PictureError(f"The drawing has {len(pixels)} values, not {n_values}.")
    if not pixels.any():
        raise PictureError("The canvas is empty: draw on it.")
    return to_unit(pixels)


def paper_for(mean: np.ndarray, shape: tuple[int, ...]) -> Literal["dark", "light"]:
    """Return which paper is like a data set's pictures: as bright as these are along their edge.

    Parameters
    ----------
    mean : ndarray of shape (P,), in 0..1
        Of the pictures.
    shape : (H, W) or (H, W, 3)
    """
    picture = mean.reshape(shape)
    edge = [picture[0], picture[-1], picture[:, 0], picture[:, -1]]
    return "light" if np.concatenate(edge).mean() > 0.5 else "dark"
