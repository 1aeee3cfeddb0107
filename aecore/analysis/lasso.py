"""Some of the test digits: those within an outline on the map, and what they have in common."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aecore.errors import ConfigError

MAX_CORNERS = 2_000


def check_outline(values: Any) -> np.ndarray:
    """An outline from outside, a list of pairs of numbers, as an array (V, 2) float64.

    Raises
    ------
    ConfigError
        If it is something else, has fewer than 3 or too many corners, or one is not finite.
    """
    if not isinstance(values, list) or not 3 <= len(values) <= MAX_CORNERS:
        raise ConfigError(f"An outline needs a list of 3 to {MAX_CORNERS} corners.")
    return np.array([_corner(value) for value in values])


def _corner(value: Any) -> tuple[float, float]:
    numbers = value if isinstance(value, list) and len(value) == 2 else []
    if not numbers or not all(
        isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x)
        for x in numbers
    ):
        raise ConfigError("A corner of an outline needs two finite numbers.")
    return float(numbers[0]), float(numbers[1])


def inside(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Whether points lie within a closed outline; where it crosses itself, by the even-odd rule.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
    outline : ndarray of shape (V, 2)
        Its corners in order; the last is joined to the first.

    Returns
    -------
    ndarray of shape (N,), bool
    """
    x, y = points.astype(np.float64).T
    within = np.zeros(len(points), dtype=bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y0 == y1:
            continue  # a level edge crosses no level ray
        crosses = (y0 > y) != (y1 > y)
        within ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return within


def selected(points: np.ndarray, labels: np.ndarray, outline: np.ndarray, shown: Any) -> np.ndarray:
    """Which digits an outline from outside selects on the map.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
        Where they lie.
    labels : ndarray of shape (N,)
    outline : ndarray of shape (V, 2)
    shown : list of int
        Only digits with these labels; what is none counts for nothing.

    Returns
    -------
    ndarray of shape (M,), int
        Their positions, ascending.
    """
    wanted = [label for label in range(10) if isinstance(shown, list) and label in shown]
    return np.flatnonzero(inside(points, outline) & np.isin(labels, wanted))


@dataclass(frozen=True, eq=False)
class Subset:
    """Some digits of an atlas."""

    numbers: np.ndarray
    """(M,) int: rows of the atlas, ascending."""
    labels: np.ndarray
    """(M,) uint8."""
    codes: np.ndarray
    """(M, D)."""
    errors: np.ndarray
    """(M,): mean squared error of each digit's reconstruction."""

    @classmethod
    def of(
        cls, numbers: np.ndarray, codes: np.ndarray, labels: np.ndarray, errors: np.ndarray
    ) -> Self:
        """The digits `numbers` (M,) of an atlas: codes (N, D), labels (N,), errors (N,)."""
        return cls(
            numbers=numbers, labels=labels[numbers], codes=codes[numbers], errors=errors[numbers]
        )

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def counts(self) -> np.ndarray:
        """How many there are of each label, (10,) int."""
        return np.bincount(self.labels, minlength=10)

    @property
    def mean_code(self) -> np.ndarray:
        """(D,) float32."""
        return self.codes.mean(axis=0, dtype=np.float64).astype(np.float32)

    def mean_digit(self, images: np.ndarray) -> np.ndarray:
        """The mean (1, 784) of the digits' pixels, among those of the whole atlas (N, 784)."""
        return images[self.numbers].mean(axis=0, dtype=np.float64, keepdims=True)

    @property
    def mean_error(self) -> float:
        """Mean squared error per pixel over these digits."""
        return float(self.errors.mean(dtype=np.float64))

    def to_csv(self) -> str:
        """A row for each digit: number, label, mse, z1, z2, ...; shortest exact numbers."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        names = [f"z{i + 1}" for i in range(self.codes.shape[1])]
        writer.writerow(["number", "label", "mse", *names])
        for number, label, error, code in zip(
            self.numbers, self.labels, self.errors, self.codes, strict=True
        ):
            writer.writerow([number, label, str(error), *map(str, code)])
        return file.getvalue()

    def to_npz(self) -> bytes:
        """A NumPy archive with `numbers`, `labels`, `errors` and `codes`."""
        file = io.BytesIO()
        np.savez_compressed(
            file, numbers=self.numbers, labels=self.labels, errors=self.errors, codes=self.codes
        )
        return file.getvalue()
