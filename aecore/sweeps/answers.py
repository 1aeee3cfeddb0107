"""What a sweep says: means over the seeds, and which differences are more than their noise."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aecore.sweeps.result import Result, varied

RESAMPLES = 10_000
LEVEL = 0.95
"""Of the intervals."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """The results of one combination of settings: they differ in the seed."""

    settings: dict[str, Any]
    """Those that the sweep varies, by field."""
    errors: np.ndarray
    """Test MSE of each seed that gave a model, (n,) float64."""
    pca_test_mse: float | None
    knn5_accuracy: float | None
    """Mean over the seeds."""
    failed: int
    """Seeds that gave no model."""

    @property
    def mean(self) -> float:
        """Mean test MSE; NaN where no seed gave a model."""
        return float(self.errors.mean()) if len(self.errors) else math.nan

    @property
    def name(self) -> str:
        """The settings in words, as in `latent_dim = 8, optimizer = adam`."""
        named = [f"{_short(name)} = {value}" for name, value in self.settings.items()]
        return ", ".join(named) or "all seeds"


def _short(name: str) -> str:
    return {"latent_dim": "D"}.get(name, name.replace("_", " "))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The test error of one group minus that of another."""

    first: Group
    second: Group
    mean: float
    """Mean of the second minus mean of the first."""
    low: float
    high: float
    """Ends of the bootstrap interval; NaN where a group has a single seed."""

    @property
    def is_noise(self) -> bool:
        """Return whether the seeds alone may make such a difference."""
        return not (self.low > 0 or self.high < 0)

    @property
    def text(self) -> str:
        """The difference in a sentence."""
        pair = f"{self.first.name} and {self.second.name}"
        if math.isnan(self.low):
            return f"{pair}: {self.mean:+.5f}; one seed tells nothing of the noise."
        interval = f"{self.mean:+.5f} ({LEVEL:.0%} interval {self.low:+.5f} to {self.high:+.5f})"
        return f"{pair}: {interval}{', within the noise of the seeds' * self.is_noise}."


def group(results: Sequence[Result]) -> list[Group]:
    """Return the combinations of settings in the order of the results."""
    names = varied(results)
    by_settings: dict[tuple, list[Result]] = {}
    for result in results:
        by_settings.setdefault(result.combination, []).append(result)
    return [_group(each, names) for each in by_settings.values()]


def _group(results: Sequence[Result], names: Sequence[str]) -> Group:
    good = [result for result in results if result.test_mse is not None]
    accuracies = [each.knn5_accuracy for each in good if each.knn5_accuracy is not None]
    return Group(
        settings={name: results[0].settings[name] for name in names},
        errors=np.array([result.test_mse for result in good], dtype=np.float64),
        pca_test_mse=good[0].pca_test_mse if good else None,
        knn5_accuracy=float(np.mean(accuracies)) if accuracies else None,
        failed=len(results) - len(good),
    )


def differences(groups: Sequence[Group]) -> list[Difference]:
    """Compare each pair of the groups in which at least one seed gave a model."""
    usable = [each for each in groups if len(each.errors)]
    rng = np.random.default_rng(0)
    return [compare(first, second, rng=rng) for first, second in itertools.combinations(usable, 2)]


def compare(first: Group, second: Group, *, rng: np.random.Generator) -> Difference:
    """Return the difference of two means with a percentile bootstrap interval over the seeds.

    Each group is resampled on its own. Its deviations are first widened by sqrt(n / (n - 1)), as
    the interval of few values is too narrow otherwise: T. Hesterberg, "What Teachers Should Know
    About the Bootstrap", The American Statistician 69 (2015), section 4.1.

    Parameters
    ----------
    first, second : Group
        With at least one error each.
    rng : numpy.random.Generator
    """
    low = high = math.nan
    if min(len(first.errors), len(second.errors)) > 1:
        means = [_resampled_means(each.errors, rng) for each in (first, second)]
        tail = (1 - LEVEL) / 2
        low, high = np.quantile(means[1] - means[0], (tail, 1 - tail)).tolist()
    mean = second.mean - first.mean
    return Difference(first=first, second=second, mean=mean, low=low, high=high)


def _resampled_means(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = len(values)
    rows = rng.integers(n, size=(RESAMPLES, n))
    return (widened(values)[rows]).mean(axis=1)


def widened(values: np.ndarray) -> np.ndarray:
    """Return values with the same mean and sqrt(n / (n - 1)) times the deviations."""
    mean = values.mean()
    return mean + (values - mean) * math.sqrt(len(values) / (len(values) - 1))
