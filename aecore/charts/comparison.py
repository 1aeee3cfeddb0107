"""Models compared: their error over the latent dimensions, and over their training.

Streamlit's theme supplies the fonts and the background of Plotly's figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from aecore.charts.labels import place_labels
from aecore.charts.palette import PCA_COLOR, SERIES_COLORS, plotly_line

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")
_LONGEST = 17  # letters of a name in a legend: two columns fit a phone
_NARROWEST = 280.0, 380.0
"""Width and height of the axes on a phone, px."""
_ERROR_AXIS = {"type": "log", "dtick": "D2", "tickformat": ".2~g"}  # ticks at 1, 2 and 5
_ERROR = "test error (MSE per pixel)"


def error_by_dimension(
    models: Mapping[str, tuple[int, float]], pca: Mapping[int, float], *, whole: bool
) -> go.Figure:
    """Draw the error over the latent dimensions, of models and of PCA; both axes logarithmic.

    Each point has its name beside it, and so has PCA's curve.

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
    y_range = np.log10([min(error for error in seen if error > 0) / 1.5, max(seen) * 1.5])
    x_range = np.log10([0.8, 4 * widest])  # with room for names
    figure = error_figure([pca_trace, *marks], "latent dimensions D").update_layout(
        showlegend=False
    )
    figure.update_xaxes(type="log", dtick=np.log10(2), tick0=0, tickformat="d", range=x_range)
    figure.update_yaxes(range=y_range)
    named = {name: point for name, point in models.items() if point[1] > 0}
    start = next(((dim, error) for dim, error in pca.items() if error > 0), None)
    if start is not None:
        named = {"PCA": start, **named}
    return _label(figure, named, x_range, y_range, pca if whole else {})


def _joined(curve: Mapping[int, float]) -> np.ndarray:
    """Return logarithms (N, 2) of D and error along a curve, a px or two from one to the next."""
    logs = np.log10([point for point in curve.items() if point[1] > 0]).reshape(-1, 2)
    if not len(logs):
        return logs
    along = np.linspace(logs[0, 0], logs[-1, 0], 2 * int(_NARROWEST[0]))
    return np.stack([along, np.interp(along, *logs.T)], axis=1)


def _label(
    figure: go.Figure,
    named: Mapping[str, tuple[int, float]],
    x_range: np.ndarray,
    y_range: np.ndarray,
    curve: Mapping[int, float],
) -> go.Figure:
    """Write names beside points and off a curve; on a phone they still lie clear."""
    where = np.log10(list(named.values()))

    def to_pixels(logs: np.ndarray) -> list[tuple[float, float]]:
        """Return where logarithms of D and error lie in the narrowest plot."""
        x, y = ((logs - [x_range[0], y_range[0]]) / [np.ptp(x_range), np.ptp(y_range)]).T
        return list(zip(x * _NARROWEST[0], (1 - y) * _NARROWEST[1], strict=True))

    texts = [_short(name) for name in named]
    for place, text, (x, y) in zip(
        place_labels(to_pixels(where), texts, _NARROWEST, to_pixels(_joined(curve))),
        texts,
        where.tolist(),
        strict=True,
    ):
        if place is not None:
            figure.add_annotation(
                {"x": x, "y": y, "text": text, "ax": place.right, "ay": place.below},
                xanchor="right" if place.is_left else "left",
                font_size=12,
                arrowhead=0,
                arrowwidth=1,
                standoff=7,
                opacity=0.9,
            )
    return figure


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
    template = f"{hover}: %{{y:.5f}}<extra>{name}</extra>"
    return go.Scatter(x=x, y=y, name=_short(name), hovertemplate=template, **style)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def error_figure(traces: list[go.Scatter], x_name: str) -> go.Figure:
    """Return a figure with room for the chart's own tools, which keeps the zoom on new values.

    The wheel and a finger scroll the page: dragging does nothing.
    """
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
            "dragmode": False,
        },
    )
