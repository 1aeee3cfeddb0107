"""A test split for pictures that come without one."""

from __future__ import annotations

import numpy as np

TEST_SHARE = 0.2
MAX_TEST = 10_000
SEED = 0


def hold_out(labels: np.ndarray) -> np.ndarray:
    """Choose the pictures for testing: at random with a fixed seed, the same share of each class.

    Parameters
    ----------
    labels : ndarray of shape (N,), int

    Returns
    -------
    ndarray of shape (N,), bool
        True for a fifth of the pictures, 10,000 at most.
    """
    n_test = min(round(TEST_SHARE * len(labels)), MAX_TEST)
    order = np.random.default_rng(SEED).permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    # Evenly spaced places in the list of all, class by class, are the same share of each.
    chosen = by_class[((np.arange(n_test) + 0.5) * len(labels) / n_test).astype(np.intp)]
    held_out = np.zeros(len(labels), bool)
    held_out[chosen] = True
    return held_out


def sample(count: int, most: int, *, seed: int = SEED) -> np.ndarray:
    """Choose rows of `count` at random, `most` of them at most, ascending."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
