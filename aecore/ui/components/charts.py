"""Charts that the browser draws as SVG, quicker than Plotly: by label, and all of `aecore.charts.spec`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import numpy as np

from aecore.charts.spec import Heat, Plot, Ways
from aecore.imaging.levels import signed_palette, to_signed_levels
from aecore.ui.components.registry import Foresight, component

_SHADES = 25  # of a heat map's color scale


@dataclass(frozen=True, kw_only=True, eq=False)
class Chart:
    """One value, or five percentiles, for each of ten labels."""

    kind: Literal["bars", "boxes"]
    title: str
    alt: str
    file: str
    """Name of the PNG, without its ending."""
    values: np.ndarray
    """(10,) for bars, (10, 5) for boxes: the 5th, 25th, 50th, 75th and 95th percentile. NaN leaves
    a gap."""
    y_name: str
    x_name: str = "label"
    unit: str = ""
    """Written behind every value."""
    least: float = 0.0
    """How much the axis spans at least, so that next to nothing looks like it."""
    notes: tuple[str, ...] | None = None
    """Written below the labels."""
    colors: tuple[str, ...] | None = None
    """Of each bar; None: all alike."""
    counted: bool = False
    """Whether the value of each bar is written above it."""


def charts(
    key: str,
    series: Sequence[Chart | Plot | Heat | Ways],
    *,
    note: str = "",
    foresight: Foresight | None = None,
) -> None:
    """Draw charts, each with a button that saves it as a PNG.

    Charts by label stand one below the other; those of `aecore.charts.spec` side by side where they fit.
    A note stands below them all, `**what matters**` in bold. `foresight` says of whom they are, and
    in which scene.
    """
    message = {
        "charts": [_message(chart) for chart in series],
        "note": note,
        "foresight": None if foresight is None else asdict(foresight),
    }
    component("charts", "widgets/charts/label_charts", "charts")(key=key, data=message)


def _message(chart: Chart | Plot | Heat | Ways) -> dict[str, Any]:
    """A chart as the browser gets it."""
    if isinstance(chart, Chart):
        labels = [str(label) for label in range(len(chart.values))]
        return asdict(chart) | {"labels": labels, "values": _listed(chart.values)}
    if isinstance(chart, Heat):
        shades = np.linspace(-chart.limit, chart.limit, _SHADES)
        return asdict(chart) | {
            "table": _listed(chart.table),
            "colors": [_colors(row, chart.limit) for row in chart.table],
            "scale": _colors(shades, chart.limit),
        }
    if isinstance(chart, Ways):
        points = {"dots": chart.dots, "labels": chart.labels, "ways": chart.ways}
        plain = {name: values.astype(float).round(4).tolist() for name, values in points.items()}
        return {field.name: getattr(chart, field.name) for field in fields(chart)} | plain
    series = [
        asdict(each)
        | {
            "values": _listed(each.values),
            "spread": None if each.spread is None else _listed(each.spread),
        }
        for each in chart.series
    ]
    marks = [asdict(mark) for mark in chart.marks]
    x = np.asarray(chart.x).tolist()
    return asdict(replace(chart, series=(), marks=())) | {"x": x, "series": series, "marks": marks}


def _listed(values: np.ndarray) -> list[Any]:
    """Nested lists, None for what is not finite."""
    return np.where(np.isfinite(values), values, None).tolist()


def _colors(values: np.ndarray, limit: float) -> list[str]:
    """Signed values as CSS writes colors; gray for what is not finite."""
    rows = signed_palette()[to_signed_levels(np.nan_to_num(values), limit=limit)]
    known = np.isfinite(values)
    return [
        f"rgb{tuple(row)}" if there else "#8888"
        for row, there in zip(rows.tolist(), known, strict=True)
    ]
