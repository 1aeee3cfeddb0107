"""Where the labels of groups are written in a scatter plot."""

from __future__ import annotations

import numpy as np

_CELLS = 60  # each way, in which the digits of a label are counted
_LABEL_SIZE = (0.045, 0.06)  # width and height of a written label, as shares of a map
_OVERLAPS = ((1.0, 0.5), (0.6, 0.1), (0.0, 0.0))
"""Share of the label size kept free of other labels, and of the best score that is enough then."""


def label_positions(points: np.ndarray, labels: np.ndarray) -> dict[int, tuple[float, float]]:
    """Find where to write each label: where it is densest and purest, without overlap.

    Where that leaves a label only places among others, it moves closer to those written before,
    and at worst on top of them.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
    labels : ndarray of shape (N,)
    """
    low, high = np.percentile(points, (0.5, 99.5), axis=0)  # (2,) each
    edges = np.linspace(low, high, _CELLS + 1).T  # (2, cells + 1)
    middles = (edges[:, 1:] + edges[:, :-1]) / 2
    places = np.stack(np.meshgrid(*middles, indexing="ij"), axis=-1)  # (cells, cells, 2)
    present = np.unique(labels)
    groups = (points[labels == label] for label in present)
    counts = np.stack([np.histogramdd(group, bins=list(edges))[0] for group in groups])
    counts = _sum_3x3(_sum_3x3(counts))
    among = counts.sum(axis=0)
    scores = counts * (counts / np.maximum(among + among.mean(), 1e-9)) ** 2
    best = scores.max(axis=(1, 2), keepdims=True)
    room = np.ptp(points, axis=0) * _LABEL_SIZE
    positions: dict[int, tuple[float, float]] = {}
    for index in np.argsort((scores > best / 2).sum(axis=(1, 2)), kind="stable"):
        for share, enough in _OVERLAPS:
            free = scores[index].copy()
            for position in positions.values():
                free[(np.abs(places - position) < share * room).all(axis=-1)] = -1.0
            if free.max() >= enough * best[index].item():
                break
        x, y = places[np.unravel_index(free.argmax(), free.shape)]
        positions[int(present[index])] = (float(x), float(y))
    return positions


def _sum_3x3(tables: np.ndarray) -> np.ndarray:
    """Return each value (..., R, C) with its eight neighbors added."""
    rows, columns = tables.shape[-2:]
    padded = np.pad(tables, ((0, 0), (1, 1), (1, 1)))
    shifted = [padded[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.sum(shifted, axis=0)
