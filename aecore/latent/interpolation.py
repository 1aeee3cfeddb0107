"""Paths from one code to another: in a straight line, and along the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.errors import ShapeError
from aecore.latent.neighbors import NeighborIndex
from aecore.validation import as_codes, require_whole

STEPS = 61
"""Codes of a path: every sixth makes a strip of 11."""


@dataclass(frozen=True, eq=False)
class CodePath:
    """A path through the latent space."""

    name: str
    codes: np.ndarray
    """(S, D) float32, both ends included."""
    percentiles: np.ndarray
    """(S,): the isolation of each code; see `NeighborIndex.isolation`."""
    stops: int
    """How many codes of the data it passes through, the ends included."""


def interpolate_straight(
    index: NeighborIndex, start: int, end: int, *, steps: int = STEPS
) -> CodePath:
    """Return the straight path between two codes of the data.

    Parameters
    ----------
    index : NeighborIndex
        Of the codes of the data (N, D).
    start, end : int in 0..N-1
        Which codes to join.
    steps : int, at least 2
        Codes of the path, evenly spaced along it.

    Raises
    ------
    ConfigError
        If `start`, `end` or `steps` is out of range.
    """
    _require_rows(index, start, end)
    codes = straight_path(index.codes[start], index.codes[end], steps)
    return _code_path(index, "straight line", codes, 2)


def interpolate_along_data(
    index: NeighborIndex, start: int, end: int, *, steps: int = STEPS
) -> CodePath:
    """Return the path between two codes along the data; see `interpolate_straight`.

    It is the shortest path of the graph that joins each code to its nearest neighbors, which takes
    seconds to build for the first one.
    """
    _require_rows(index, start, end)
    rows = index.graph.shortest_path(start, end)
    codes = resample_path(index.codes[rows], steps)
    return _code_path(index, "along the data", codes, len(rows))


def _require_rows(index: NeighborIndex, *rows: int) -> None:
    for row in rows:
        require_whole("a code's index", row, 0, len(index.codes) - 1)


def _code_path(index: NeighborIndex, name: str, codes: np.ndarray, stops: int) -> CodePath:
    codes = codes.astype(np.float32)
    return CodePath(name, codes, percentiles=index.isolation(codes), stops=stops)


def straight_path(a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """Return evenly spaced codes (steps, D) from a (D,) to b (D,), both included.

    Raises
    ------
    ShapeError
        If `a` and `b` differ in shape or a value is not finite.
    ConfigError
        If `steps` is not a whole number from 2.
    """
    require_whole("steps", steps, 2)
    if np.ndim(a) != 1 or np.shape(a) != np.shape(b):
        raise ShapeError(f"A path needs two codes of one size, not {np.shape(a)}, {np.shape(b)}.")
    start, end = as_codes("the path's ends", np.stack([a, b]))
    return np.linspace(start, end, steps)


def resample_path(points: np.ndarray, steps: int) -> np.ndarray:
    """Return evenly spaced codes along the polyline through `points`.

    Parameters
    ----------
    points : ndarray of shape (M, D)
    steps : int, at least 2

    Returns
    -------
    ndarray of shape (steps, D), float64
        The first and last points included.

    Raises
    ------
    ShapeError
        If `points` is not a table of finite numbers.
    ConfigError
        If `steps` is not a whole number from 2.
    """
    points = as_codes("points", points)
    require_whole("steps", steps, 2)
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    traveled = np.concatenate([[0.0], np.cumsum(lengths)])  # (M,)
    positions = np.linspace(0.0, traveled[-1], steps)
    return np.stack([np.interp(positions, traveled, column) for column in points.T], axis=1)
