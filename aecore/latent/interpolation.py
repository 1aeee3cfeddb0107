"""From one code to another: in a straight line, and along the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.latent.axes import MapDistance
from aecore.latent.paths import path_along_data, resample_path, straight_path

STEPS = 61
"""Codes of a path: every sixth makes a strip of 11."""


@dataclass(frozen=True, eq=False)
class Path:
    """A way through the space of codes."""

    name: str
    codes: np.ndarray
    """(S, D) float32, both ends included."""
    percentiles: np.ndarray
    """(S,): how far each code lies off the map; see `MapDistance.percentile`."""
    stops: int
    """How many codes of the data it touches, the ends included."""


def between(distance: MapDistance, start: int, end: int, *, steps: int = STEPS) -> tuple[Path, ...]:
    """The straight and the data's way between two codes of the data.

    Parameters
    ----------
    distance : MapDistance
        Holds the codes of the data (N, D).
    start, end : int in 0..N-1
        Which codes to join.
    steps : int, at least 2
        Codes of each path, at even distances along it.

    Raises
    ------
    ConfigError
        If `start`, `end` or `steps` is out of range.
    """
    rows = path_along_data(distance.codes, start, end)
    along = resample_path(distance.codes[rows], steps)
    straight = straight_path(distance.codes[start], distance.codes[end], steps)
    return (
        _path("straight line", straight, distance, stops=2),
        _path("along the data", along, distance, stops=len(rows)),
    )


def _path(name: str, codes: np.ndarray, distance: MapDistance, *, stops: int) -> Path:
    codes = codes.astype(np.float32)
    return Path(name=name, codes=codes, percentiles=distance.percentile(codes), stops=stops)
