"""Bytes, gray values and signed values to one another."""

from __future__ import annotations

import functools

import numpy as np

# The ends, quarters and middle of ColorBrewer's RdBu, which the Plotly figures use too.
_DIVERGING = ((5, 48, 97), (67, 147, 195), (247, 247, 247), (214, 96, 77), (103, 0, 31))


def to_unit(images: np.ndarray) -> np.ndarray:
    """Gray levels uint8 in 0..255 -> float32 in 0..1, of the same shape."""
    return np.divide(images, 255, dtype=np.float32)


def to_levels(gray: np.ndarray) -> np.ndarray:
    """Gray in 0..1, of any shape, as levels of 0..255 (uint8); values outside are clipped."""
    return np.rint(np.clip(gray, 0.0, 1.0) * 255).astype(np.uint8)


def color_limit(filters: np.ndarray) -> float:
    """Where a symmetric color scale for filters (K, 784) ends: the 99.5th percentile in size.

    A few weights are far larger than the rest; one pixel must not bleach all the others.
    """
    return float(np.percentile(np.abs(filters), 99.5)) or 1.0


@functools.cache
def signed_shades() -> np.ndarray:
    """Colors of -1..1, (1025, 3) uint8: a table is quicker than three interpolations."""
    return np.rint(_colors(np.linspace(-1.0, 1.0, 1025))).astype(np.uint8)


def _colors(shares: np.ndarray) -> np.ndarray:
    """Colors (..., 3) in 0..255 of values in -1..1."""
    stops = np.linspace(-1.0, 1.0, len(_DIVERGING))
    channels = [np.interp(shares, stops, channel) for channel in np.transpose(_DIVERGING)]
    return np.stack(channels, axis=-1)


def to_signed_levels(values: np.ndarray, *, limit: float) -> np.ndarray:
    """Signed values, of any shape, as rows of `signed_palette` (uint8); zero is row 127."""
    return np.rint(127 * (1 + np.clip(values / limit, -1.0, 1.0))).astype(np.uint8)


def signed_palette() -> np.ndarray:
    """The colors of signed values, (255, 3) uint8, from the deepest blue to the deepest red."""
    return np.rint(_colors(np.linspace(-1.0, 1.0, 255))).astype(np.uint8)
