"""Charts as plain data: lines, groups of bars, heat maps, trajectories, and bars or boxes by label.

A browser draws these in a few milliseconds, where a Plotly figure takes some 20 to build here and
70 to be drawn there; a chart that answers a control is one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from aecore.charts.palette import digit_colors


@dataclass(frozen=True, kw_only=True, eq=False)
class Chart:
    """What all charts have in common."""

    title: str
    alt: str
    """Alternative text."""
    file: str
    """Name of the PNG, without its ending."""
    y_name: str
    """With the unit, as `x_name`."""
    x_name: str = "label"


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelChart(Chart):
    """One value, or five percentiles, for each of K labels."""

    kind: Literal["bars", "boxes"]
    values: np.ndarray
    """(K,) for bars, (K, 5) for boxes: the 5th, 25th, 50th, 75th and 95th percentile. NaN leaves
    a gap."""
    unit: str = ""
    """Written after every value."""
    least: float = 0.0
    """Smallest range of the axis, so that small differences look small."""
    notes: tuple[str, ...] | None = None
    """Written below the labels."""
    colors: tuple[str, ...] | None = None
    """Of each bar; None: all alike."""
    counted: bool = False
    """Whether the value of each bar is written above it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One line, or the bars of one color."""

    name: str
    values: np.ndarray
    """(N,); what is not finite leaves a gap."""
    color: str
    """As CSS writes it; visible on white and on black."""
    spread: np.ndarray | None = None
    """(N, 2), low and high around each of the values."""
    is_shaded: bool = False
    """Whether the spread is drawn as a band; it is shown beside the value in any case."""
    dash: str = ""
    """Lengths of dashes and gaps, as SVG writes them; empty for a solid line."""
    is_baseline: bool = False
    """Whether these are the bars of a baseline, which are hatched."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mark:
    """A thin line across the chart."""

    at: float
    text: str = ""
    axis: Literal["x", "y"] = "x"
    """The axis that `at` lies on."""
    is_dotted: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class LineChart(Chart):
    """Lines over a number, or groups of bars over names."""

    x: Sequence[float] | Sequence[str]
    """(N,): ascending numbers for lines, names for groups of bars."""
    series: Sequence[Series]
    kind: Literal["lines", "groups"] = "lines"
    y_range: tuple[float, float] | None = None
    """Default: what the values need."""
    from_zero: bool = False
    """Whether the default begins at 0."""
    log: Literal["", "y", "xy"] = ""
    """The axes that are logarithmic; their values are above 0."""
    marks: Sequence[Mark] = field(default=())
    spread_name: str = ""
    """What the series' spreads are, in a few words."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HeatMap(Chart):
    """Signed values in a table, as colors from -limit (blue) to limit (red)."""

    table: np.ndarray
    """(R, C)."""
    rows: Sequence[str]
    columns: Sequence[str]
    value_name: str
    """With its unit."""
    limit: float
    kind: Literal["heat"] = "heat"


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectories(Chart):
    """Paths over a map of labeled dots, each with a cross at its end."""

    dots: np.ndarray
    """(M, 2)."""
    labels: np.ndarray
    """(M,) in 0..9."""
    paths: np.ndarray
    """(N, B, 2): where each of B paths is after each of N steps."""
    names: Sequence[str]
    """Of the paths, (B,)."""
    colors: Sequence[str] = digit_colors()
    """Of the labels, (10,)."""
    kind: Literal["paths"] = "paths"
