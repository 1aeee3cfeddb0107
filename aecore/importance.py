"""What each number of a code counts for: the error with that number fixed at its mean."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

import numpy as np

from aecore import metrics
from aecore.checks import as_codes
from aecore.errors import ConfigError
from aecore.selection import spread

MEASURED = 1_000
"""Digits that are measured, evenly spread over the test set: each dimension decodes them anew."""
ALL = metrics.N_LABELS
"""Column of the mean over all digits, after those of the ten labels."""
COLUMNS = (*map(str, range(metrics.N_LABELS)), "all")

Decode = Callable[[np.ndarray], np.ndarray]


def measured(count: int) -> np.ndarray:
    """Positions of the digits that are measured, among `count`."""
    return spread(count, MEASURED)


def error_table(images: np.ndarray, output: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean squared error per pixel of each label and of all: (11,), NaN where a label is absent.

    Parameters
    ----------
    images, output : ndarray of shape (B, 784), floating
    labels : ndarray of shape (B,)
    """
    errors = metrics.mse(images, output)
    return np.append(metrics.mse_by_label(errors, labels), errors.mean())


def fixed_errors(
    decode: Decode,
    codes: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray,
    dimensions: Iterable[int],
) -> np.ndarray:
    """Errors with one dimension of every code at its mean over these codes.

    Parameters
    ----------
    decode : callable
        Codes (B, D) to digits (B, 784).
    codes : ndarray of shape (B, D)
    images : ndarray of shape (B, 784), floating in 0..1
    labels : ndarray of shape (B,)
    dimensions : iterable of K int in 0..D-1
        Which to fix, one at a time.

    Returns
    -------
    ndarray of shape (K, 11), float64
        As from `error_table`, a row for each dimension.

    Raises
    ------
    ShapeError
        If the arrays do not fit together.
    ConfigError
        If there is no such dimension.
    """
    as_codes("codes", codes)
    means = codes.mean(axis=0, dtype=np.float64)
    rows = []
    for dimension in dimensions:
        if not 0 <= dimension < codes.shape[1]:
            raise ConfigError(f"There are {codes.shape[1]} dimensions, none of number {dimension}.")
        fixed = codes.copy()
        fixed[:, dimension] = means[dimension]
        rows.append(error_table(images, decode(fixed), labels))
    return np.reshape(rows, (-1, len(COLUMNS)))


def blocks(dim: int, *, most: int = 16) -> list[tuple[int, int]]:
    """The dimensions 0..dim-1 as at most `most` ranges (start, stop): the steps of a progress."""
    size = -(-dim // most)
    return [(start, min(start + size, dim)) for start in range(0, dim, size)]


def to_csv(table: np.ndarray, whole: np.ndarray) -> str:
    """The errors as text: a row for the whole code, then one for each dimension.

    Parameters
    ----------
    table : ndarray of shape (D, 11)
        As from `fixed_errors`.
    whole : ndarray of shape (11,)
        Of the code as it is.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["fixed", *(f"mse_{column}" for column in COLUMNS)])
    writer.writerow(["nothing", *whole.tolist()])
    for dimension, row in enumerate(table.tolist(), 1):
        writer.writerow([f"z{dimension}", *row])
    return file.getvalue()
