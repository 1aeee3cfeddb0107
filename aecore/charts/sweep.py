"""Sweeps: the error of each setting over the latent dimensions, and all settings at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from aecore.charts.comparison import error_figure
from aecore.charts.palette import PCA_COLOR, plotly_line

_HEIGHT = 440
_COLORS = "Viridis"


def error_by_dimension(
    series: Mapping[str, Mapping[int, Sequence[float]]], pca: Mapping[int, float]
) -> go.Figure:
    """Draw the mean error over the latent dimensions, its range over the seeds, and PCA's error.

    Parameters
    ----------
    series : mapping of str to mapping of int to sequence of float
        By name and D, the errors of the seeds: mean squared errors per pixel.
    pca : mapping of int to float
        Mean squared error by D, ascending.
    """
    lines = [_line(index, name, errors) for index, (name, errors) in enumerate(series.items())]
    seen = [error for line in series.values() for errors in line.values() for error in errors]
    widest = max((dim for line in series.values() for dim in line), default=max(pca, default=1))
    near = {dim: error for dim, error in pca.items() if error > 0 and dim <= 2 * widest}
    baseline = go.Scatter(
        x=list(near),
        y=list(near.values()),
        name="PCA",
        mode="lines" if len(near) > 1 else "markers",
        line={"color": PCA_COLOR, "width": 2},
        hovertemplate="D = %{x}: %{y:.5f}<extra>PCA</extra>",
    )
    figure = error_figure([baseline, *lines], "latent dimensions D")
    figure.update_xaxes(type="log", dtick=np.log10(2), tick0=0, tickformat="d")
    seen += [error for dim, error in near.items() if dim <= widest]
    low, high = min(seen), max(seen)
    return figure.update_yaxes(range=[np.log10(low / 1.3), np.log10(high * 1.3)])


def _line(index: int, name: str, errors: Mapping[int, Sequence[float]]) -> go.Scatter:
    """Return the means, with bars from the lowest to the highest error."""
    dims = sorted(errors)
    means = [float(np.mean(errors[dim])) for dim in dims]
    bars = {
        "type": "data",
        "symmetric": False,
        "array": [max(errors[dim]) - mean for dim, mean in zip(dims, means, strict=True)],
        "arrayminus": [mean - min(errors[dim]) for dim, mean in zip(dims, means, strict=True)],
    }
    counts = [len(errors[dim]) for dim in dims]
    return go.Scatter(
        x=dims,
        y=means,
        error_y=bars,
        customdata=counts,
        name=name,
        mode="lines+markers",
        line=plotly_line(index),
        marker={"size": 8},
        hovertemplate="D = %{x}: mean %{y:.5f} of %{customdata} seeds<extra>" + name + "</extra>",
    )


def parallel_coordinates(
    columns: Mapping[str, Sequence[Any]], errors: Sequence[float]
) -> go.Figure:
    """Draw each training as a line through its settings to its error.

    Parameters
    ----------
    columns : mapping of str to sequence
        The values of each setting that varies, (N,), by its label.
    errors : sequence of float
        (N,) mean squared errors per pixel.
    """
    dimensions = [_axis(label, values) for label, values in columns.items()]
    dimensions.append({"label": "test MSE", "values": list(errors)})
    lines = go.Parcoords(
        dimensions=dimensions,
        line={"color": list(errors), "colorscale": _COLORS, "reversescale": True},
        labelside="bottom",
    )
    margin = {"l": 60, "r": 60, "t": 24, "b": 48}
    return go.Figure(lines, {"height": _HEIGHT, "margin": margin, "uirevision": "keep"})


def _axis(label: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return an axis with a tick for each value, evenly spaced."""
    kinds = list(dict.fromkeys(values))
    if all(isinstance(kind, (int, float)) for kind in kinds):
        kinds.sort()
    return {
        "label": label,
        "values": [kinds.index(value) for value in values],
        "tickvals": list(range(len(kinds))),
        "ticktext": [str(kind) for kind in kinds],
    }
