"""The test digits within an outline drawn on the map, and their statistics."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from aecore.analysis.metrics import N_LABELS
from aecore.errors import ConfigError
from aecore.system.csv_text import to_csv

MAX_CORNERS = 2_000
_LARGEST = float(np.finfo(np.float64).max)  # JSON holds whole numbers of any length


def check_outline(values: Any) -> np.ndarray:
    """Return an outline from outside, a list of pairs of numbers, as an array (V, 2) float64.

    Raises
    ------
    ConfigError
        If it is something else, has fewer than 3 or too many corners, or one is not finite.
    """
    if not isinstance(values, list) or not 3 <= len(values) <= MAX_CORNERS:
        raise ConfigError(f"An outline needs a list of 3 to {MAX_CORNERS} corners.")
    for corner in values:
        is_pair = isinstance(corner, list) and len(corner) == 2
        if not is_pair or not all(type(x) in (int, float) and abs(x) <= _LARGEST for x in corner):
            raise ConfigError("A corner of an outline needs two finite numbers.")
    return np.array(values, dtype=np.float64)


def format_outline(outline: np.ndarray) -> str:
    """Write an outline (V, 2) as `parse_outline` reads it, to six significant digits."""
    return "_".join(f"{value:.6g}" for value in outline.ravel())


def parse_outline(text: str) -> np.ndarray:
    """Read an outline written as `x_y_x_y_...`, as an array (V, 2) float64.

    Underscores, as a URL writes them as they are.

    Raises
    ------
    ConfigError
        If a part is no number, they are no pairs, or `check_outline` refuses the corners.
    """
    try:
        values = [float(part) for part in text.split("_")]
    except ValueError:
        raise ConfigError("An outline needs numbers with underscores between them.") from None
    if len(values) % 2:
        raise ConfigError("A corner of an outline needs two numbers.")
    return check_outline([list(pair) for pair in zip(values[::2], values[1::2], strict=True)])


def inside(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Test which points lie within a closed outline; where it crosses itself, by the even-odd rule.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
    outline : ndarray of shape (V, 2)
        Its corners in order; the last is joined to the first.

    Returns
    -------
    ndarray of shape (N,), bool
    """
    from skimage.measure import points_in_poly

    return points_in_poly(points, outline)


def select_inside(
    points: np.ndarray, labels: np.ndarray, outline: np.ndarray, shown: Any
) -> np.ndarray:
    """Select the digits within an outline on the map whose labels are shown.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
    labels : ndarray of shape (N,)
    outline : ndarray of shape (V, 2)
    shown : list of int
        Labels, as the browser sends them; whatever is not a label is ignored.

    Returns
    -------
    ndarray of shape (M,), int
        Positions of the digits, ascending.
    """
    wanted = [label for label in range(N_LABELS) if isinstance(shown, list) and label in shown]
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
        """Take the digits `numbers` (M,) of an atlas: codes (N, D), labels (N,), errors (N,)."""
        return cls(numbers, labels[numbers], codes[numbers], errors[numbers])

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def counts(self) -> np.ndarray:
        """Number of digits of each label, (10,) int."""
        return np.bincount(self.labels, minlength=N_LABELS)

    @property
    def mean_code(self) -> np.ndarray:
        """(D,) float32."""
        return self.codes.mean(axis=0, dtype=np.float64).astype(np.float32)

    @property
    def mean_error(self) -> float:
        """Mean squared error per pixel over these digits."""
        return float(self.errors.mean(dtype=np.float64))

    def mean_digit(self, images: np.ndarray) -> np.ndarray:
        """Return the mean (1, 784) of these digits among the atlas's images (N, 784)."""
        return images[self.numbers].mean(axis=0, dtype=np.float64, keepdims=True)

    def to_csv(self) -> str:
        """Write a row for each digit: number, label, mse, z1, z2, ...; shortest exact numbers."""
        names = [f"z{i + 1}" for i in range(self.codes.shape[1])]
        rows = zip(self.numbers, self.labels, self.errors, *self.codes.T, strict=True)
        return to_csv(["number", "label", "mse", *names], (map(str, row) for row in rows))

    def to_npz(self) -> bytes:
        """Write a NumPy archive with `numbers`, `labels`, `errors` and `codes`."""
        file = io.BytesIO()
        np.savez_compressed(file, **vars(self))
        return file.getvalue()
