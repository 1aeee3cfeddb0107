"""Charts of the reconstruction experiments."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aecore.analysis.dimension_importance import COLUMNS
from aecore.analysis.perturbation import OUTSIDE, SIGMAS
from aecore.charts.palette import MODEL_COLOR, PCA_COLOR, SERIES_COLORS
from aecore.charts.spec import HeatMap, LineChart, Mark, Series

_ERROR = "mean squared error per pixel"


def errors_by_label(
    series: Mapping[str, tuple[np.ndarray, bool]], columns: Sequence[str] = COLUMNS
) -> LineChart:
    """Draw a group of bars for each label and one for all digits.

    Parameters
    ----------
    series : mapping of str to (ndarray of shape (C,), bool)
        Errors as from `dimension_importance.error_row`, and whether these are a baseline's. Of
        several baselines, each has the color of the model before it.
    columns : sequence of C str
    """
    colors = itertools.cycle(color for color in SERIES_COLORS if color != PCA_COLOR)
    single = sum(is_baseline for _, is_baseline in series.values()) == 1
    bars, color = [], PCA_COLOR
    for name, (values, is_baseline) in series.items():
        color = color if is_baseline else next(colors)
        fill = PCA_COLOR if is_baseline and single else color
        bars.append(Series(name=name, values=values, color=fill, is_baseline=is_baseline))
    return LineChart(
        kind="groups",
        title="Error by label",
        alt="Bars: mean squared error for each label and for all, by " + ", ".join(series),
        file="errors-by-label",
        x=columns,
        series=bars,
        y_name=_ERROR,
    )


def importance_by_rank(name: str, model: np.ndarray, pca: np.ndarray) -> LineChart:
    """Draw the importance of each dimension, the most important first, of a model and of PCA.

    Parameters
    ----------
    name : str
        The model's.
    model, pca : ndarray of shape (D,)
        Increase in the error with one dimension fixed.
    """
    series = {name: (model, MODEL_COLOR), "PCA": (pca, PCA_COLOR)}
    return LineChart(
        title="Importance of the latent dimensions",
        alt=f"Lines: increase in the error with one dimension fixed, by rank, of {name} and of PCA",
        file="dimensions",
        x=range(1, len(model) + 1),
        series=[
            Series(name=title, values=np.sort(values)[::-1], color=color)
            for title, (values, color) in series.items()
        ],
        x_name="rank of the dimension",
        y_name="increase in error (MSE)",
        from_zero=True,
    )


def importance_by_label(
    table: np.ndarray, dimensions: np.ndarray, limit: float, columns: Sequence[str] = COLUMNS
) -> HeatMap:
    """Draw a heat map of what fixing each dimension adds to each label's error.

    Parameters
    ----------
    table : ndarray of shape (K, C)
        Increase in the error, a row for each of `dimensions` (K,).
    limit : float
        Where the symmetric color scale ends.
    columns : sequence of C str
    """
    return HeatMap(
        title="Importance by label",
        alt=f"Heat map: increase in the error for each label with one of {len(dimensions)} "
        "dimensions fixed",
        file="dimensions-by-label",
        table=table,
        rows=[f"z{dimension + 1}" for dimension in dimensions],
        columns=columns,
        y_name="dimension fixed at its mean",
        value_name="increase (MSE)",
        limit=limit,
    )


def isolation_by_noise(percentiles: np.ndarray, *, shown: float) -> LineChart:
    """Draw the isolation (S, NOISE_SAMPLES) of noisy codes, with the level `shown` marked."""
    return _by_noise(
        {"isolation": (percentiles, MODEL_COLOR)},
        shown,
        [Mark(at=OUTSIDE, text="outside the data", axis="y")],
        title="Isolation of the code",
        alt="Line: how isolated the noisy code is, over the noise level",
        file="noise-distances",
        y_name="more isolated than % of the test digits",
        y_range=(0.0, 115.0),  # room for the words above the line
    )


def errors_by_noise(
    model: np.ndarray, pca: np.ndarray, names: Sequence[str], *, shown: float
) -> LineChart:
    """Draw the errors (S, NOISE_SAMPLES) of a model and of PCA, with the level `shown` marked."""
    return _by_noise(
        {names[0]: (model, MODEL_COLOR), names[1]: (pca, PCA_COLOR)},
        shown,
        [],
        title="Error of the decoded digit",
        alt="Lines: error of the decoded digit over the noise level, of the model and of PCA",
        file="noise-errors",
        y_name=_ERROR,
        from_zero=True,
    )


def _by_noise(
    series: Mapping[str, tuple[np.ndarray, str]],
    shown: float,
    marks: Sequence[Mark],
    **options: Any,
) -> LineChart:
    """Draw medians over the noise level with bands from 10% to 90% of the samples."""
    lines = []
    for name, (values, color) in series.items():
        low, median, high = np.percentile(values, (10, 50, 90), axis=1)
        spread = np.stack([low, high], axis=1)
        lines.append(Series(name=name, values=median, color=color, spread=spread, is_shaded=True))
    return LineChart(
        x=SIGMAS,
        series=lines,
        x_name="noise σ, in standard deviations of each dimension",
        marks=[Mark(at=shown, text="shown", is_dotted=True), *marks],
        spread_name="10% to 90% of the samples",
        **options,
    )
