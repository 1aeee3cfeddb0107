"""Models compared: their error over the latent dimensions, and over their training.

Streamlit's theme supplies the fonts and the background of Plotly's figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from aecore.charts.palette import PCA_COLOR, SERIES_COLORS, plotly_line

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")
_LONGEST = 17  # letters of a name in a legend: two columns fit a phone
_ERROR_AXIS = {"type": "log", "dtick": "D2", "tickformat": ".2~g"}  # ticks at 1, 2 and 5
_ERROR = "test error (MSE per pixel)"


def error_by_dimension(
    models: Mapping[str, tuple[int, float]], pca: Mapping[int, float], *, whole: bool
) -> go.Figure:
    """Draw the error over the latent dimensions, of models and of PCA; both axes logarithmic.

    Parameters
    ----------
    models : mapping of str to (int, float)
        D and mean squared error by name.
    pca : mapping of int to float
        Mean squared error by D, ascending.
    whole : bool
        Whether PCA's errors are a whole curve, or single points that are not joined.
    """
    pca_trace = _trace(
        "PCA",
        list(pca),
        list(pca.values()),
        "D = %{x}",
        mode="lines" if whole else "markers",
        line={"color": PCA_COLOR, "width": 2},
        marker={"symbol": "line-ew-open", "size": 14, "color": PCA_COLOR, "line": {"width": 3}},
    )
    marks = [
        _trace(
            name,
            [dim],
            [error],
            "D = %{x}",
            mode="markers",
            marker={
                "color": SERIES_COLORS[index % len(SERIES_COLORS)],
                "symbol": _SYMBOLS[index % len(_SYMBOLS)],
                "size": 12,
                "line": {"width": 1, "color": "#ffffff"},  # marks may lie on each other
            },
        )
        for index, (name, (dim, error)) in enumerate(models.items())
    ]
    widest = max(dim for dim, _ in models.values())
    seen = [error for _, error in models.values()]
    seen += [error for dim, error in pca.items() if dim <= widest]
    # PCA ends at 0 errors, which a logarithmic axis cannot reach: it is cut below the models.
    low, high = min(error for error in seen if error > 0), max(seen)
    figure = error_figure([pca_trace, *marks], "latent dimensions D")
    figure.update_xaxes(type="log", dtick=np.log10(2), tick0=0, tickformat="d")
    return figure.update_yaxes(range=[np.log10(low / 1.5), np.log10(high * 1.5)])


def training_curves(
    histories: Mapping[str, tuple[Sequence[float], Sequence[float]]], x_name: str
) -> go.Figure:
    """Draw training curves over each other, the error on a logarithmic axis.

    Parameters
    ----------
    histories : mapping of str to (x, errors)
        Errors are mean squared errors per pixel.
    x_name : str
        With its unit.
    """
    traces = []
    for index, (name, (x, errors)) in enumerate(histories.items()):
        mode = "lines" if len(x) > 1 else "markers"
        line = plotly_line(index)
        traces.append(_trace(name, x, errors, "%{x:.4~g}", mode=mode, line=line))
    return error_figure(traces, x_name)


def _trace(
    name: str, x: Sequence[float], y: Sequence[float], hover: str, **style: Any
) -> go.Scatter:
    """Return errors by x, named in full by the hover label and shortened in the legend."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    template = f"{hover}: %{{y:.5f}}<extra>{name}</extra>"
    return go.Scatter(x=x, y=y, name=short, hovertemplate=template, **style)


def error_figure(traces: list[go.Scatter], x_name: str) -> go.Figure:
    """Return a figure with room for the chart's own tools, which keeps the zoom on new values."""
    return go.Figure(
        traces,
        {
            "xaxis": {"title": {"text": x_name}, "zeroline": False},
            "yaxis": {"title": {"text": _ERROR}, "zeroline": False, **_ERROR_AXIS},
            "height": 440,
            "margin": {"l": 0, "r": 36, "t": 8, "b": 0},
            "modebar": {"orientation": "v"},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "hoverlabel": {"namelength": -1},
            "uirevision": "keep",
        },
    )
