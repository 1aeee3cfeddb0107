"""At most ten groups of classes, as many as charts can tell apart by color."""

from __future__ import annotations

import numpy as np

MOST_GROUPS = 10
OTHER = "other"
UNLABELED = "all"


def group_classes(
    labels: np.ndarray, classes: tuple[str, ...]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return labels as numbers of groups, and the names of these.

    Parameters
    ----------
    labels : ndarray of shape (N,)
    classes : tuple of str

    Returns
    -------
    labels : ndarray of shape (N,)
        Themselves, of at most ten classes; of more, uint8.
    names : tuple of str
        Of more than ten classes the nine most frequent, and "other"; of pictures without labels,
        "all".
    """
    if len(classes) <= MOST_GROUPS:
        return labels, classes or (UNLABELED,)
    counts = np.bincount(labels, minlength=len(classes))
    named = np.sort(np.argsort(-counts, kind="stable")[: MOST_GROUPS - 1])
    groups = np.full(len(classes), MOST_GROUPS - 1, np.uint8)
    groups[named] = np.arange(MOST_GROUPS - 1)
    return groups[labels], (*(classes[label] for label in named), OTHER)
