"""Importance of each latent dimension: the error with that dimension fixed at its mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aecore.analysis import metrics
from aecore.analysis.sampling import evenly_spaced
from aecore.errors import ConfigError
from aecore.system import csv_text
from aecore.validation import as_codes

MEASURED = 1_000
"""Digits measured, evenly spaced over the test set: they are decoded once for each dimension."""
ALL = metrics.N_LABELS
"""Column of the mean over all digits, after those of the ten labels."""
_ALL_NAME = "all"
COLUMNS = (*map(str, range(metrics.N_LABELS)), _ALL_NAME)
_OF_DIGITS = {name: number for number, name in enumerate(COLUMNS)}

Decode = Callable[[np.ndarray], np.ndarray]


def measured_digits(count: int) -> np.ndarray:
    """Return the positions of the digits that are measured, among `count`."""
    return evenly_spaced(count, MEASURED)


def error_row(errors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean of errors (B,) for each label and for all: (11,), NaN for an absent one."""
    return np.append(metrics.mse_by_label(errors, labels), errors.mean(dtype=np.float64))


def named_columns(names: Sequence[str]) -> dict[str, int]:
    """Return the columns of an `error_row` by their names, given those of at most ten labels."""
    return {name: label for label, name in enumerate(names)} | {_ALL_NAME: ALL}


def fixed_errors(
    decode: Decode,
    codes: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray,
    dimensions: Iterable[int],
) -> np.ndarray:
    """Measure the errors with one dimension of every code at its mean over these codes.

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
        As from `error_row`, one for each dimension.

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
        rows.append(error_row(metrics.mse(images, decode(fixed)), labels))
    return np.reshape(rows, (-1, len(COLUMNS)))


def dimension_ranges(dim: int, *, most: int = 16) -> list[tuple[int, int]]:
    """Split the dimensions 0..dim-1 into at most `most` ranges (start, stop), to show progress."""
    size = -(-dim // most)
    return [(start, min(start + size, dim)) for start in range(0, dim, size)]


@dataclass(frozen=True, eq=False)
class Importance:
    """Importance of each latent dimension."""

    baseline: np.ndarray
    """(11,), as from `error_row`: errors of the unchanged codes."""
    fixed: np.ndarray
    """(D, 11), as from `fixed_errors`."""
    pca_increase: np.ndarray
    """(D,): increase in PCA's error over all digits with each of its components fixed."""

    @property
    def increase(self) -> np.ndarray:
        """(D, 11): increase in the errors; below 0 where fixing a dimension helps."""
        return self.fixed - self.baseline

    @property
    def order(self) -> np.ndarray:
        """(D,) int: the dimensions, the most important over all digits first."""
        return np.argsort(-self.increase[:, ALL], kind="stable")

    @property
    def n_unused(self) -> int:
        """Number of dimensions with less than a hundredth of the largest increase."""
        total = self.increase[:, ALL]
        return int((total < total.max() / 100).sum())

    def to_csv(self, columns: Mapping[str, int] = _OF_DIGITS) -> str:
        """Write the errors as CSV: a row for the unchanged codes, then one for each dimension.

        `columns` are those that are written, as from `named_columns`.
        """
        named = {f"z{i}": row for i, row in enumerate(self.fixed, 1)}
        return to_csv("fixed", {"nothing": self.baseline} | named, columns)


def pca_increase(codes: np.ndarray, n_pixels: int) -> np.ndarray:
    """Return what fixing each component of PCA at its mean adds to the error: (B, D) -> (D,).

    Its components are orthonormal and its residual is orthogonal to all of them, so the squared
    error grows by the component's own variance, shared among all pixels.
    """
    return codes.var(axis=0, dtype=np.float64) / n_pixels


def to_csv(heading: str, rows: Mapping[str, np.ndarray], columns: Mapping[str, int]) -> str:
    """Write errors as CSV: `heading` and the columns' names, then named rows (11,) of errors.

    `columns` are those that are written, as from `named_columns`.
    """
    header = [heading, *(f"mse_{column}" for column in columns)]
    chosen = list(columns.values())
    return csv_text.to_csv(header, ([name, *row[chosen].tolist()] for name, row in rows.items()))
