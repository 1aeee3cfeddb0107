"""Figures of the reconstruction laboratory and of selections on the map.

As in `figures`, Streamlit's theme supplies fonts and background, light or dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from aecore.figures import DIGIT_COLOURS, finish
from aecore.importance import COLUMNS
from aecore.perturbation import OFF_THE_MAP, SIGMAS

_MODEL, _PCA, _MARK = "#3f90da", "#94a4a2", "#e8196a"
_ERROR = "mean squared error per pixel"


def errors_by_label(series: Mapping[str, tuple[np.ndarray, bool]]) -> go.Figure:
    """A group of bars for each label and one for all digits.

    Parameters
    ----------
    series : mapping of str to (ndarray of shape (11,), bool)
        Errors as from `importance.error_table`, and whether these are a yardstick's: hatched.
    """
    colours = [colour for colour in DIGIT_COLOURS if colour != _PCA]
    figure = go.Figure()
    drawn = 0
    for name, (values, yardstick) in series.items():
        colour = _PCA if yardstick else colours[drawn % len(colours)]
        drawn += not yardstick
        figure.add_trace(
            go.Bar(
                x=list(COLUMNS),
                y=values,
                name=name,
                marker={"color": colour, "pattern": {"shape": "/" if yardstick else ""}},
                hovertemplate="label %{x}: %{y:.5f}<extra>" + name + "</extra>",
            )
        )
    figure.update_xaxes(type="category")
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(barmode="group")
    return finish(figure, "label", _ERROR)


def by_rank(series: Mapping[str, np.ndarray]) -> go.Figure:
    """What each dimension counts for, the one that counts most first; the second is PCA's.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (D,)
        Increase of the error with one dimension fixed.
    """
    figure = go.Figure()
    for (name, values), colour in zip(series.items(), (_MODEL, _PCA), strict=True):
        figure.add_trace(
            go.Scatter(
                x=np.arange(1, len(values) + 1),
                y=np.sort(values)[::-1],
                name=name,
                mode="lines+markers",
                marker={"color": colour, "size": 5},
                line={"color": colour},
                hovertemplate="rank %{x}: +%{y:.5f}<extra>" + name + "</extra>",
            )
        )
    if len(values) <= 10:
        figure.update_xaxes(dtick=1)
    figure.update_yaxes(rangemode="tozero")
    return finish(figure, "rank of the dimension", "increase of the error (MSE)")


def effects(table: np.ndarray, dimensions: np.ndarray, limit: float) -> go.Figure:
    """A heat map: what fixing each dimension adds to each label's error.

    Parameters
    ----------
    table : ndarray of shape (K, 11)
        Increase of the error, a row for each of `dimensions` (K,).
    limit : float
        Where the symmetric colour scale ends.
    """
    figure = go.Figure(
        go.Heatmap(
            x=list(COLUMNS),
            y=[f"z{dimension + 1}" for dimension in dimensions],
            z=table,
            zmin=-limit,
            zmax=limit,
            colorscale="RdBu_r",
            colorbar={"title": {"text": "increase (MSE)", "side": "right"}, "thickness": 12},
            hovertemplate="%{y} fixed, label %{x}: %{z:+.5f}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, dtick=1)
    height = 90 + 20 * len(table)
    return finish(figure, "label", "dimension fixed at its mean", height=max(height, 260))


def _over_sigma(series: Mapping[str, tuple[np.ndarray, str]], y_name: str) -> go.Figure:
    """Medians over the noise level with bands from 10% to 90% of the draws, each (S, DRAWS)."""
    figure = go.Figure()
    for name, (values, colour) in series.items():
        low, middle, high = np.percentile(values, (10, 50, 90), axis=1)
        figure.add_trace(
            go.Scatter(
                x=[*SIGMAS, *SIGMAS[::-1]],
                y=[*low, *high[::-1]],
                fill="toself",
                fillcolor=colour,
                opacity=0.25,
                line={"width": 0},
                name=f"{name}, 10% to 90% of the draws",
                showlegend=False,
                hoverinfo="skip",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=SIGMAS,
                y=middle,
                name=name,
                line={"color": colour},
                hovertemplate="σ = %{x:.3g}: %{y:.4g}<extra>" + name + "</extra>",
            )
        )
    return finish(figure, "noise σ, in standard deviations of each dimension", y_name)


def _at(figure: go.Figure, sigma: float) -> go.Figure:
    figure.add_vline(x=sigma, line={"color": _MARK, "dash": "dot"})
    return figure


def distances_over_sigma(percentiles: np.ndarray, *, shown: float) -> go.Figure:
    """How far off the map a code gets: percentiles (S, DRAWS), with the level `shown` marked."""
    name = "farther out than so many % of the test digits"
    figure = _over_sigma({"distance to the map": (percentiles, _MODEL)}, name)
    figure.add_hline(
        y=OFF_THE_MAP,
        line={"dash": "dash", "color": _PCA},
        annotation={"text": "off the map", "yanchor": "top"},
    )
    figure.update_yaxes(range=[0, 102])
    return _at(figure, shown)


def errors_over_sigma(
    errors: np.ndarray, linear: np.ndarray, names: Sequence[str], *, shown: float
) -> go.Figure:
    """Errors (S, DRAWS) of a model and of PCA, called `names`, with the level `shown` marked."""
    series = {names[0]: (errors, _MODEL), names[1]: (linear, _PCA)}
    figure = _over_sigma(series, _ERROR)
    figure.update_yaxes(rangemode="tozero")
    return _at(figure, shown)
