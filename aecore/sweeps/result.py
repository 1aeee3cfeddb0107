"""What a point of a sweep gave: one small record, and the table of all."""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from aecore.config import Serializable
from aecore.errors import ConfigError
from aecore.sweeps.grid import SETTINGS
from aecore.system import csv_text

_LATER = {"activation": "relu"}
"""Settings that earlier sweeps do not name, and what they had."""
_NUMBERS = ("test_mse", "pca_test_mse", "knn5_accuracy", "seconds")


@dataclass(frozen=True, kw_only=True)
class Result(Serializable):
    """One trained point, or why there is none."""

    key: str
    preset: str
    settings: Mapping[str, Any]
    """All but the seed, by field; see `Point.settings`."""
    seed: int
    test_mse: float | None = None
    """Mean squared error per pixel of the model's task; None where training failed."""
    pca_test_mse: float | None = None
    """Of PCA with as many dimensions, at the same task."""
    knn5_accuracy: float | None = None
    """Of a 5-nearest-neighbor classifier on the latent codes."""
    seconds: float | None = None
    """Of training."""
    threads: int | None = None
    """Of the processor, for PyTorch and BLAS; the errors depend on it, bit for bit."""
    device: str | None = None
    worker: str | None = None
    """Name of the machine that trained it."""
    error: str | None = None
    """Why there is no model."""
    is_final: bool = True
    """False where another attempt may go better: a worker died or ran out of memory."""

    def __post_init__(self) -> None:
        for name in _NUMBERS:
            value = getattr(self, name)
            is_number = isinstance(value, (int, float)) and abs(value) <= sys.float_info.max
            if value is not None and not is_number:
                raise ConfigError(f"{name} must be a finite number, not {value!r}.")
        if not isinstance(self.settings, Mapping) or "latent_dim" not in self.settings:
            raise ConfigError("settings must hold every setting by name.")
        given = _LATER | dict(self.settings)
        own = {name: given.pop(name) for name in SETTINGS if name in given}
        object.__setattr__(self, "settings", own | given)
        if self.test_mse is None and not self.error:
            raise ConfigError("a result has an error to measure or one to tell.")

    @property
    def combination(self) -> tuple[tuple[str, Any], ...]:
        """All settings but the seed, as a key for results that differ in the seed alone."""
        return tuple(self.settings.items())

    @property
    def error_or_infinity(self) -> float:
        """The test MSE to rank by: infinite where there is no model."""
        return math.inf if self.test_mse is None else self.test_mse

    def row(self) -> dict[str, Any]:
        """Return the result as a row of the table, by column."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        del values["settings"], values["is_final"], values["key"], values["preset"]
        return {"preset": self.preset, **self.settings, **values, "key": self.key}


def to_csv(results: Iterable[Result]) -> str:
    """Return the table of all results, one a line; what a failed one lacks is an empty field."""
    rows = [result.row() for result in results]
    return csv_text.to_csv(rows[0], (row.values() for row in rows)) if rows else ""


def from_csv(text: str) -> list[Result]:
    """Read a table that `to_csv` wrote.

    Raises
    ------
    ConfigError
        If it is none.
    """
    results = []
    try:
        for row in csv.DictReader(io.StringIO(text)):
            values = {name: _plain(cell) for name, cell in row.items()}
            settings = {name: values.pop(name) for name in SETTINGS if name not in _LATER}
            settings |= {name: values.pop(name, usual) for name, usual in _LATER.items()}
            results.append(Result(**values, settings=settings))
    except (csv.Error, KeyError, TypeError):
        raise ConfigError("The table lacks columns that every sweep's table has.") from None
    return results


def _plain(cell: str) -> Any:
    """Return a cell's value: a number where it reads as one, None where it is empty."""
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell or None


def varied(results: Sequence[Result]) -> list[str]:
    """Return the settings in which results differ, in their order."""
    if not results:
        return []
    return [
        name
        for name, first in results[0].settings.items()
        if any(result.settings.get(name) != first for result in results)
    ]
