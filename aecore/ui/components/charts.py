"""Charts that the browser draws as SVG, quicker than Plotly: all of `aecore.charts.spec`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from aecore.charts.spec import Chart, HeatMap, LabelChart, LineChart, Series, Trajectories
from aecore.imaging.levels import signed_palette, to_signed_levels
from aecore.ui import page_data
from aecore.ui.components.registry import Preview, mount

_SHADES = 25  # of a heat map's color scale


def draw_charts(
    key: str,
    series: Sequence[Chart],
    *,
    note: str = "",
    preview: Preview | None = None,
) -> None:
    """Draw charts, each with a button that saves it as a PNG.

    Charts by label stand one below the other, the others side by side where they fit. A note stands
    below them all, `**what matters**` in bold. `preview` names their model and view.
    """
    message = {
        "charts": [_message(chart) for chart in series],
        "note": page_data.words(note),
        "preview": None if preview is None else asdict(preview),
    }
    mount("charts", key, message)


def _message(chart: Chart) -> dict[str, Any]:
    """Return a chart as the browser gets it."""
    message = {each.name: getattr(chart, each.name) for each in fields(chart)}
    message |= {
        name: page_data.words(text)
        for name, text in message.items()
        if isinstance(text, str) and name != "file"
    }
    match chart:
        case LabelChart():
            count = min(len(chart.values), len(page_data.names()))
            labels = [page_data.name(label) for label in range(count)]
            message |= {"labels": labels, "values": _listed(chart.values[:count])}
        case HeatMap():
            shades = np.linspace(-chart.limit, chart.limit, _SHADES)
            message |= {
                "table": _listed(chart.table),
                "colors": [_colors(row, chart.limit) for row in chart.table],
                "scale": _colors(shades, chart.limit),
            }
        case Trajectories():
            points = {"dots": chart.dots, "labels": chart.labels, "paths": chart.paths}
            message |= {
                name: array.astype(float).round(4).tolist() for name, array in points.items()
            }
        case LineChart():
            message |= {
                "x": np.asarray(chart.x).tolist(),
                "series": [_series(each) for each in chart.series],
                "marks": [asdict(mark) for mark in chart.marks],
            }
    return message


def _series(series: Series) -> dict[str, Any]:
    spread = None if series.spread is None else _listed(series.spread)
    return asdict(series) | {"values": _listed(series.values), "spread": spread}


def _listed(values: np.ndarray) -> list[Any]:
    """Return nested lists, with None for values that are not finite."""
    return np.where(np.isfinite(values), values, np.array(None)).tolist()


def _colors(values: np.ndarray, limit: float) -> list[str]:
    """Return signed values as CSS colors, gray where they are not finite."""
    rows = signed_palette()[to_signed_levels(np.nan_to_num(values), limit=limit)]
    known = np.isfinite(values)
    return [
        f"rgb{tuple(row)}" if there else "#8888"
        for row, there in zip(rows.tolist(), known, strict=True)
    ]
