"""Choosing a few digits out of many."""

from __future__ import annotations

from typing import Literal

import numpy as np

Which = Literal["random", "worst", "median", "best"]


def select(
    errors: np.ndarray,
    labels: np.ndarray,
    *,
    which: Which,
    label: int | None = None,
    count: int = 10,
    seed: int = 0,
) -> np.ndarray:
    """Choose digits by their error.

    Parameters
    ----------
    errors : ndarray of shape (N,)
    labels : ndarray of shape (N,)
    which : {"random", "worst", "median", "best"}
        Median: the `count` digits around the middle of the errors.
    label : int, optional
        Only digits with this label.
    count : int
        How many; fewer where there are fewer.
    seed : int
        Of the random choice.

    Returns
    -------
    ndarray of shape (M,), M <= count
        Their positions; the worst and the best in order.
    """
    among = np.arange(len(labels)) if label is None else np.flatnonzero(labels == label)
    count = min(count, len(among))
    if which == "random":
        return np.sort(np.random.default_rng(seed).choice(among, count, replace=False))
    ascending = among[np.argsort(errors[among], kind="stable")]
    start = {"best": 0, "median": (len(among) - count) // 2, "worst": len(among) - count}[which]
    chosen = ascending[start : start + count]
    return chosen[::-1] if which == "worst" else chosen


def typical(errors: np.ndarray) -> int:
    """Return the position of a digit whose error (N,) is below those of three quarters."""
    return int(np.argsort(errors, kind="stable")[len(errors) // 4])


def first_of_each_label(labels: np.ndarray) -> np.ndarray:
    """Return the position of the first digit of every label, in the labels' order."""
    return np.unique(labels, return_index=True)[1]


def evenly_spaced(count: int, most: int) -> np.ndarray:
    """Return at most `most` of the positions 0..count-1, evenly spaced and ascending."""
    most = min(count, most)
    return np.arange(most) * count // max(most, 1)


def put_first(number: int | None, chosen: np.ndarray) -> np.ndarray:
    """Return as many positions as `chosen` (M,) has, `number` first where one is given."""
    if number is None:
        return chosen
    return np.append(number, chosen[chosen != number])[: max(len(chosen), 1)]
