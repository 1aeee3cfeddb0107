"""Which label a code has, by the test digits near it.

The ten nearest vote, and nine of them settle it. Where they are divided, their labels, at most the
three most frequent, are tried: the one whose 30 nearest digits can be mixed into what comes closest
to the code wins. A mix follows the ways in which digits of one label differ, as by slant or pen,
which a distance to single digits takes for strangeness.

Measured with the shipped models of D = 30 to 128 without dropout, on digits of 8 x 8 pixels by
other hands (scikit-learn's last 597, on which nothing was chosen): 84 to 86% are voted right, 79 to
82% by the ten alone; of MNIST's test digits, each left out of the map, 98%, not 95 to 96%. Of the
same 597 a small convolutional network trained on MNIST tells 93%.

Tried and left out, as they gained less: all distances in a metric that whitens what digits of one
label differ by (D=32: up to 1 in a hundred; D=128: far worse), cosines, votes pooled over slants
and pens. Trying the digit in other shapes as well gains 3 more, and takes nine times the work:
`aecore.recognition.shape_augmentation` does so where a picture has few pixels.
"""

from __future__ import annotations

import numpy as np

from aecore.errors import ShapeError
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote

NEIGHBORS = 10
AGREED = 9
"""So many of them settle it."""
TRIED = 3
"""How many of their labels are tried at most; a fourth gains nothing."""
FAMILY = 30
"""How many digits of a label are mixed; all of them where there are fewer."""
STIFFNESS = 0.5
"""What it costs to leave their middle: the squared weights of a mix count this times the digits'
mean squared distance from it. Chosen, as is `FAMILY`, on one half of scikit-learn's digits."""
CHUNK = 256
"""Codes that are compared with all others at once."""


def label_vote(
    index: NeighborIndex, labels: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The label of each point, and its nearest codes.

    Parameters
    ----------
    index : NeighborIndex
        To N codes.
    labels : ndarray of shape (N,), int
        Theirs.
    z : ndarray of shape (B, D)

    Returns
    -------
    votes : ndarray of shape (B,)
    neighbors : ndarray of shape (B, 10), int
        Rows of the codes, nearest first.

    Raises
    ------
    ShapeError
        If `z` has another D or a value is not finite, or there are not N labels.
    ConfigError
        If there are fewer than 10 codes.
    """
    if labels.shape != (len(index.codes),):
        raise ShapeError(f"There are {len(index.codes)} codes, but labels {labels.shape}.")
    neighbors, _ = index.neighbors(z, NEIGHBORS)
    near = labels[neighbors]
    votes = nearest_label_vote(near)
    divided = np.flatnonzero((near == votes[:, None]).sum(axis=1) < AGREED)
    rows = {label: np.flatnonzero(labels == label) for label in np.unique(near[divided])}
    sizes = np.square(index.codes).sum(axis=1)
    for at in np.split(divided, range(CHUNK, len(divided), CHUNK)):
        points = np.asarray(z[at], dtype=np.float64)
        # What the point itself adds to each squared distance changes no order.
        squares = sizes - 2 * points @ index.codes.T
        for place, point, square in zip(at, points, squares, strict=True):
            tried = _most_frequent(near[place])
            gaps = [gap(point, index.codes[nearest(rows[one], square)]) for one in tried]
            votes[place] = tried[int(np.argmin(gaps))]
    return votes, neighbors


def _most_frequent(labels: np.ndarray) -> np.ndarray:
    """At most `TRIED` of the labels, the most frequent first; of equals, the nearest digit's."""
    names, firsts, counts = np.unique(labels, return_index=True, return_counts=True)
    return names[np.lexsort((firsts, -counts))][:TRIED]


def nearest(rows: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Those of the rows that have the `FAMILY` smallest squares."""
    if len(rows) <= FAMILY:
        return rows
    return rows[np.argpartition(squares[rows], FAMILY - 1)[:FAMILY]]


def gap(point: np.ndarray, family: np.ndarray) -> float:
    """What the best mix of a family (n, D) leaves of a point (D,), squared, and costs.

    The least of |r - a F|^2 + c |a|^2 over the weights a: ridge regression of the point on the
    family, both counted from its middle.
    """
    middle = family.mean(axis=0)
    spread, rest = family - middle, point - middle
    gram = spread @ spread.T  # (n, n)
    cost = STIFFNESS * np.trace(gram) / len(family)
    if cost == 0:  # all of them on one spot
        return float(rest @ rest)
    shares = spread @ rest
    mix = np.linalg.solve(gram + cost * np.eye(len(family)), shares)
    return float(rest @ rest - shares @ mix)
