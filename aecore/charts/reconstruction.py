"""Charts of the reconstruction laboratory."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aecore.analysis.dimension_importance import COLUMNS
from aecore.analysis.perturbation import OUTSIDE, SIGMAS
from aecore.charts.latent_map import DIGIT_COLORS
from aecore.charts.spec import Heat, Mark, Plot, Series

_MODEL, _PCA = "#3f90da", "#94a4a2"
_ERROR = "mean squared error per pixel"


def errors_by_label(series: Mapping[str, tuple[np.ndarray, bool]]) -> Plot:
    """A group of bars for each label and one for all digits.

    Parameters
    ----------
    series : mapping of str to (ndarray of shape (11,), bool)
        Errors as from `importance.error_row`, and whether these are a yardstick's: hatched.
    """
    colors = itertools.cycle(color for color in DIGIT_COLORS if color != _PCA)
    return Plot(
        kind="groups",
        title="Error by label",
        alt="Bars: mean squared error for each label and for all, by " + ", ".join(series),
        file="errors-by-label",
        x=COLUMNS,
        series=[
            Series(
                name=name,
                values=values,
                color=_PCA if is_yardstick else next(colors),
                is_yardstick=is_yardstick,
            )
            for name, (values, is_yardstick) in series.items()
        ],
        x_name="label",
        y_name=_ERROR,
    )


def by_rank(name: str, own: np.ndarray, linear: np.ndarray) -> Plot:
    """What each dimension counts for, the one that counts most first, of a model and of PCA.

    Parameters
    ----------
    name : str
        The model's.
    own, linear : ndarray of shape (D,)
        Increase of the error with one dimension fixed.
    """
    ranked = (np.sort(values)[::-1] for values in (own, linear))
    return Plot(
        title="What the dimensions count for",
        alt=f"Lines: increase of the error with one dimension fixed, by rank, of {name} and of PCA",
        file="dimensions",
        x=range(1, len(own) + 1),
        series=[
            Series(name=title, values=values, color=color)
            for title, values, color in zip((name, "PCA"), ranked, (_MODEL, _PCA), strict=True)
        ],
        x_name="rank of the dimension",
        y_name="increase of the error (MSE)",
        from_zero=True,
    )


def effects(table: np.ndarray, dimensions: np.ndarray, limit: float) -> Heat:
    """A heat map: what fixing each dimension adds to each label's error.

    Parameters
    ----------
    table : ndarray of shape (K, 11)
        Increase of the error, a row for each of `dimensions` (K,).
    limit : float
        Where the symmetric color scale ends.
    """
    return Heat(
        title="What the dimensions count for, by label",
        alt=f"Heat map: increase of the error for each label with one of {len(dimensions)} "
        "dimensions fixed",
        file="dimensions-by-label",
        table=table,
        rows=[f"z{dimension + 1}" for dimension in dimensions],
        columns=COLUMNS,
        x_name="label",
        y_name="dimension fixed at its mean",
        value_name="increase (MSE)",
        limit=limit,
    )


def _over_sigma(
    series: Mapping[str, tuple[np.ndarray, str]], shown: float, marks: Sequence[Mark], **named: Any
) -> Plot:
    """Medians over the noise level with bands from 10% to 90% of the draws, each (S, DRAWS)."""
    lines = []
    for name, (values, color) in series.items():
        low, middle, high = np.percentile(values, (10, 50, 90), axis=1)
        spread = np.stack([low, high], axis=1)
        lines.append(Series(name=name, values=middle, color=color, spread=spread, is_shaded=True))
    return Plot(
        x=SIGMAS,
        series=lines,
        x_name="noise σ, in standard deviations of each dimension",
        marks=[Mark(at=shown, text="shown", is_dotted=True), *marks],
        spread_name="10% to 90% of the draws",
        **named,
    )


def distances_over_sigma(percentiles: np.ndarray, *, shown: float) -> Plot:
    """How far off the map a code gets: percentiles (S, DRAWS), with the level `shown` marked."""
    return _over_sigma(
        {"distance to the map": (percentiles, _MODEL)},
        shown,
        [Mark(at=OUTSIDE, text="off the map", axis="y")],
        title="How far off the map",
        alt="Line: how far off the map the noised code lies, over the level of the noise",
        file="noise-distances",
        y_name="farther out than so many % of the test digits",
        y_range=(0.0, 115.0),  # room for the words above the line
    )


def errors_over_sigma(
    errors: np.ndarray, linear: np.ndarray, names: Sequence[str], *, shown: float
) -> Plot:
    """Errors (S, DRAWS) of a model and of PCA, called `names`, with the level `shown` marked."""
    return _over_sigma(
        {names[0]: (errors, _MODEL), names[1]: (linear, _PCA)},
        shown,
        [],
        title="Error of the decoded digit",
        alt="Lines: error of the decoded digit over the level of the noise, of the model and of "
        "PCA",
        file="noise-errors",
        y_name=_ERROR,
        from_zero=True,
    )
