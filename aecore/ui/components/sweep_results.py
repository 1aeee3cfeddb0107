"""The results of a sweep: error over D, all settings at once, and answers about pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from aecore.charts import sweep as sweep_charts
from aecore.sweeps import answers
from aecore.sweeps.answers import Difference
from aecore.sweeps.grid import SETTINGS
from aecore.sweeps.result import Result, varied
from aecore.ui.cache.shared import shared
from aecore.ui.components import plotly_figure
from aecore.ui.text.formats import escape

_MOST_IN_FULL = 60
"""Pairs of settings: the table of more scrolls."""


def draw_errors(
    results: Sequence[Result],
    pca: Mapping[int, float],
    *,
    key: str,
    other: tuple[str, Sequence[Result]] = ("", ()),
) -> None:
    """Draw the error over the latent dimensions, with the seeds' spread and PCA's error.

    Parameters
    ----------
    results : sequence of Result
    pca : mapping of int to float
        Test MSE by D.
    key : str
    other : (str, sequence of Result)
        Another sweep to compare with, and what its lines are called.
    """
    series = _series(results) | _series(other[1], prefix=other[0])
    if not series:
        st.info("No point has a model yet.")
        return
    alt = "Test error over latent dimensions: the mean and the range over seeds, and PCA's error"
    plotly_figure.show(sweep_charts.error_by_dimension(series, pca), key=key, alt=alt)


def _series(results: Sequence[Result], prefix: str = "") -> dict[str, dict[int, list[float]]]:
    """Return the errors of the seeds by D, a series for each combination of other settings."""
    others = [name for name in varied(results) if name != "latent_dim"]
    series: dict[str, dict[int, list[float]]] = {}
    for result in results:
        if result.test_mse is not None:
            words = [f"{label(name)} {result.settings[name]}" for name in others]
            name = ", ".join(filter(None, [prefix, *words])) or "Autoencoder"
            by_dim = series.setdefault(name, {})
            by_dim.setdefault(result.settings["latent_dim"], []).append(result.test_mse)
    return series


def draw_settings(results: Sequence[Result], *, key: str) -> None:
    """Draw parallel coordinates where more than one setting varies."""
    good = [result for result in results if result.test_mse is not None]
    names = varied(good)
    if len(names) < 2:
        return
    columns = {label(name): [result.settings[name] for result in good] for name in names}
    errors = [result.error_or_infinity for result in good]
    alt = "Parallel coordinates: a line for each training, through its settings to its test error"
    st.plotly_chart(sweep_charts.parallel_coordinates(columns, errors), key=key, alt=alt)


def draw_answers(results: Sequence[Result]) -> None:
    """List the differences between the settings, each with its interval."""
    pairs = _differences(tuple((each.key, each.test_mse) for each in results), results)
    if not pairs:
        st.caption("Two settings with a model are needed.")
        return
    st.dataframe(
        [_row(pair) for pair in pairs],
        hide_index=True,
        height="auto" if len(pairs) > _MOST_IN_FULL else "content",
        alt="One row for each pair of settings: the difference of their errors and its interval",
    )
    st.caption(
        f"Mean test MSE of the second minus the first, with a {answers.LEVEL:.0%} bootstrap "
        "interval over the seeds."
    )


@shared(kept=16)
def _differences(
    known: tuple[tuple[str, float | None], ...], _results: Sequence[Result]
) -> list[Difference]:
    """Compare all pairs of settings; `known` stands for the results, which cannot be hashed."""
    return answers.differences(answers.group(_results))


def _row(pair: Difference) -> dict[str, object]:
    return {
        "first": pair.first.name,
        "second": pair.second.name,
        "difference": pair.mean,
        "from": pair.low,
        "to": pair.high,
        "verdict": _verdict(pair),
    }


def _verdict(pair: Difference) -> str:
    if math.isnan(pair.low):
        return "one seed: unknown"
    if pair.is_noise:
        return "within the noise of the seeds"
    return "lower error" if pair.mean < 0 else "higher error"


def pca_points(results: Sequence[Result]) -> dict[int, float]:
    """Return PCA's error by D as the results hold it."""
    found = {
        result.settings["latent_dim"]: result.pca_test_mse
        for result in results
        if result.pca_test_mse is not None
    }
    return dict(sorted(found.items()))


def label(name: str) -> str:
    """Return what a setting is called."""
    return "D" if name == "latent_dim" else escape(SETTINGS[name].label)
