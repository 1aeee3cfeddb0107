"""Predict the label of a code from the test digits near it.

The ten nearest vote. If at least nine agree, their label wins. Otherwise their labels, at most the
three most frequent, are candidates: for each, the 30 nearest codes of that label are combined so
that they approximate the code as well as possible (ridge regression), and the label with the
smallest residual wins. A combination follows the directions in which digits of one label vary, such
as slant or stroke width, which the distance to single digits counts as strangeness.

Measured with the shipped models of D = 30 to 128 without dropout, on digits of 8x8 pixels by other
writers (scikit-learn's last 597, on which nothing was chosen): 84 to 86% are predicted right, 79 to
82% by the ten neighbors alone; of MNIST's test digits, each left out of the map, 98% rather than 95
to 96%. A small convolutional network trained on MNIST predicts 93% of the same 597.

Tried and left out, because they gained less: all distances in a metric that whitens the variation
within a label (D=32: up to 1 percentage point; D=128: far worse), cosine similarity, votes pooled
over slants and stroke widths. Augmenting the digit as well gains 3 more points at nine times the
cost: `aecore.recognition.shape_augmentation` does so where a picture has few pixels.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aecore.errors import ShapeError
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote

N_NEIGHBORS = 10
MIN_AGREEING = 9
"""If this many of them agree, they decide."""
MAX_CANDIDATES = 3
"""How many of their labels are compared at most; a fourth gains nothing."""
N_COMBINED = 30
"""How many digits of a label are combined; all of them where there are fewer."""
RIDGE = 0.5
"""Penalty on leaving their mean: the squared weights of a combination count this times the digits'
mean squared distance from it. Chosen, as is `N_COMBINED`, on one half of scikit-learn's digits."""
CHUNK = 256
"""Codes that are compared with all others at once."""


def predict_labels(
    index: NeighborIndex, labels: np.ndarray, z: np.ndarray, *, own: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the label of each point, and return its nearest codes.

    Parameters
    ----------
    index : NeighborIndex
        To N codes.
    labels : ndarray of shape (N,), int
        Theirs.
    z : ndarray of shape (B, D)
    own : ndarray of shape (B,), int, optional
        For points that are among the codes: their rows, each left out of its own neighbors.

    Returns
    -------
    votes : ndarray of shape (B,)
    neighbors : ndarray of shape (B, 10), int
        Rows of the codes, nearest first; N where there are fewer codes.

    Raises
    ------
    ShapeError
        If `z` has another D or a value is not finite, or there are not N labels.
    """
    if labels.shape != (len(index.codes),):
        raise ShapeError(f"There are {len(index.codes)} codes, but labels {labels.shape}.")
    neighbors, _ = index.neighbors(z, min(N_NEIGHBORS, len(labels)), own=own)
    near = labels[neighbors]
    votes = nearest_label_vote(near)
    divided = np.flatnonzero((near == votes[:, None]).sum(axis=1) < MIN_AGREEING)
    rows = {label: np.flatnonzero(labels == label) for label in np.unique(near[divided])}
    for at, point, square in _squares(index, z, own, divided):
        candidates = by_frequency(near[at])[0][:MAX_CANDIDATES]
        residuals = [
            residual(point, index.codes[nearest_rows(rows[label], square)]) for label in candidates
        ]
        votes[at] = candidates[int(np.argmin(residuals))]
    return votes, neighbors


def label_residuals(
    index: NeighborIndex,
    labels: np.ndarray,
    z: np.ndarray,
    votes: np.ndarray,
    *,
    own: np.ndarray | None = None,
) -> np.ndarray:
    """Measure how well the nearest codes of its label approximate each point.

    Parameters
    ----------
    index, labels, z, own
        As for `predict_labels`.
    votes : ndarray of shape (B,)
        The label of each point.

    Returns
    -------
    ndarray of shape (B,), float64
        The residual of the best combination, relative to the square of the distance that half of
        the codes keep from their 10th-nearest one. This distance must not be 0.
    """
    rows = {label: np.flatnonzero(labels == label) for label in np.unique(votes)}
    residuals = np.empty(len(z))
    for at, point, square in _squares(index, z, own, np.arange(len(z))):
        residuals[at] = residual(point, index.codes[nearest_rows(rows[votes[at]], square)])
    return residuals / index.own_distances[len(index.codes) // 2] ** 2


def _squares(
    index: NeighborIndex, z: np.ndarray, own: np.ndarray | None, chosen: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield each chosen point's number, itself (D,) and the order of its squared distances (N,)."""
    if not len(chosen):
        return
    codes = np.asarray(index.codes, dtype=np.float64)
    sizes = np.square(codes).sum(axis=1)
    for chunk in np.split(chosen, range(CHUNK, len(chosen), CHUNK)):
        points = np.asarray(z[chunk], dtype=np.float64)
        # What the point itself adds to each squared distance does not change their order.
        squares = sizes - 2 * points @ codes.T
        if own is not None:
            squares[np.arange(len(chunk)), own[chunk]] = np.inf
        yield from zip(chunk, points, squares, strict=True)


def by_frequency(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels and how many there are, the most frequent or else the nearest first."""
    names, firsts, counts = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((firsts, -counts))
    return names[order], counts[order]


def nearest_rows(rows: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Return those of the rows that have the `N_COMBINED` smallest squared distances."""
    if len(rows) <= N_COMBINED:
        return rows
    return rows[np.argpartition(squares[rows], N_COMBINED - 1)[:N_COMBINED]]


def residual(point: np.ndarray, digits: np.ndarray) -> float:
    """Return the squared residual and penalty of the best combination of digits (n, D).

    The least of |r - a X|^2 + c |a|^2 over the weights a: ridge regression of the point (D,) on
    the digits, both relative to the digits' mean.
    """
    digits = np.asarray(digits, dtype=np.float64)
    mean = digits.mean(axis=0)
    spread, rest = digits - mean, point - mean
    gram = spread @ spread.T  # (n, n)
    penalty = RIDGE * np.trace(gram) / len(digits)
    if penalty == 0:  # all of them on one spot
        return float(rest @ rest)
    products = spread @ rest
    weights = np.linalg.solve(gram + penalty * np.eye(len(digits)), products)
    return float(rest @ rest - products @ weights)
