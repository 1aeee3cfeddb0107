"""Conversion between gray values, signed values, bytes and colors."""

from __future__ import annotations

import functools

import numpy as np

# The ends, quarters and middle of ColorBrewer's RdBu, which the Plotly figures use too.
_DIVERGING = ((5, 48, 97), (67, 147, 195), (247, 247, 247), (214, 96, 77), (103, 0, 31))


def to_unit(images: np.ndarray) -> np.ndarray:
    """Scale gray levels, uint8 in 0..255, to float32 in 0..1, of the same shape."""
    return np.divide(images, 255, dtype=np.float32)


def to_levels(gray: np.ndarray) -> np.ndarray:
    """Scale gray in 0..1, of any shape, to levels of 0..255 (uint8); values outside are clipped."""
    return np.rint(np.clip(gray, 0.0, 1.0) * 255).astype(np.uint8)


def color_limit(filters: np.ndarray) -> float:
    """Return the end of a symmetric color scale for filters (K, 784): a percentile of the sizes.

    A few weights are far larger than the rest; one pixel must not bleach all the others.
    """
    return float(np.percentile(np.abs(filters), 99.5)) or 1.0


@functools.cache
def signed_shades() -> np.ndarray:
    """Return colors of -1..1, (1025, 3) uint8: a table is quicker than three interpolations."""
    return np.rint(_colors(np.linspace(-1.0, 1.0, 1025))).astype(np.uint8)


def _colors(shares: np.ndarray) -> np.ndarray:
    """Return colors (..., 3) in 0..255 of values in -1..1."""
    stops = np.linspace(-1.0, 1.0, len(_DIVERGING))
    channels = [np.interp(shares, stops, channel) for channel in np.transpose(_DIVERGING)]
    return np.stack(channels, axis=-1)


def to_signed_levels(values: np.ndarray, *, limit: float) -> np.ndarray:
    """Scale signed values, of any shape, to rows of `signed_palette` (uint8); zero is row 127."""
    return np.rint(127 * (1 + np.clip(values / limit, -1.0, 1.0))).astype(np.uint8)


def signed_palette() -> np.ndarray:
    """Return the colors of signed values, (255, 3) uint8, from deep blue to deep red."""
    return np.rint(_colors(np.linspace(-1.0, 1.0, 255))).astype(np.uint8)
