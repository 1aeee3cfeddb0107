"""Frames to an animated GIF."""

from __future__ import annotations

import io

import numpy as np
from PIL import GifImagePlugin, Image

from aecore.errors import ShapeError
from aecore.imaging.levels import to_levels


def to_gif(frames: np.ndarray, *, scale: int = 8, milliseconds: int = 60) -> bytes:
    """Return an endless animation, with the gray levels of `aecore.imaging.png.to_png`.

    The frames are put together from Pillow's parts: its own saving joins frames that are equal,
    and then the n-th frame of the file is no longer the n-th of the path.

    Parameters
    ----------
    frames : ndarray of shape (S, H, W), in 0..1, S at least 1
        Values outside are clipped, as a decoder's may lie there.
    scale : int
        Each pixel becomes a square of this size.
    milliseconds : int
        How long a frame stays; GIF counts in hundredths of a second.

    Raises
    ------
    ShapeError
        If `frames` has another shape or holds no frame.
    """
    if frames.ndim != 3 or 0 in frames.shape:
        raise ShapeError(f"An animation needs frames of shape (S, H, W), found {frames.shape}.")
    levels = to_levels(frames).repeat(scale, axis=1).repeat(scale, axis=2)
    pictures = [Image.fromarray(frame) for frame in levels]
    header, _ = GifImagePlugin.getheader(pictures[0].copy(), info={"loop": 0})
    file = io.BytesIO()
    file.writelines(header)
    for picture in pictures:
        file.writelines(GifImagePlugin.getdata(picture, duration=milliseconds))
    file.write(b";")  # the trailer
    return file.getvalue()
