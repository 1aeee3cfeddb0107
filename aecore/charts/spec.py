"""What a chart shows, as plain data: lines over a number, bars in groups, a heat map, ways.

A browser draws these in a few milliseconds, where a Plotly figure takes some 20 to build here and
70 to be drawn there; a chart that answers a control is one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """One line, or the bars of one color."""

    name: str
    values: np.ndarray
    """(N,); what is not finite leaves a gap."""
    color: str
    """As CSS writes it; to be seen on white and on black."""
    spread: np.ndarray | None = None
    """(N, 2), low and high around each of the values."""
    is_shaded: bool = False
    """Whether the spread is drawn as a band; it is told beside the value in any case."""
    dash: str = ""
    """Lengths of dashes and gaps, as SVG writes them; none is a whole line."""
    is_yardstick: bool = False
    """Bars of what others are measured by are hatched."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mark:
    """A thin line across the chart."""

    at: float
    text: str = ""
    axis: Literal["x", "y"] = "x"
    """The axis that `at` lies on."""
    is_dotted: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Plot:
    """Lines over a number, or groups of bars over names."""

    title: str
    alt: str
    file: str
    """Name of the PNG, without its ending."""
    x: Sequence[float] | Sequence[str]
    """(N,): ascending numbers for lines, names for groups of bars."""
    series: Sequence[Series]
    x_name: str
    y_name: str
    """With the unit, as `x_name`."""
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
class Heat:
    """Signed values in a table, as colors from -limit (blue) to limit (red)."""

    title: str
    alt: str
    file: str
    """Name of the PNG, without its ending."""
    table: np.ndarray
    """(R, C)."""
    rows: Sequence[str]
    columns: Sequence[str]
    x_name: str
    y_name: str
    value_name: str
    """With its unit."""
    limit: float
    kind: Literal["heat"] = "heat"


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """Ways over a map of labeled dots, each with a cross at its end."""

    title: str
    alt: str
    file: str
    """Name of the PNG, without its ending."""
    dots: np.ndarray
    """(M, 2)."""
    labels: np.ndarray
    """(M,) in 0..9."""
    ways: np.ndarray
    """(N, B, 2): where each of B ways is after each of N steps."""
    names: Sequence[str]
    """Of the ways, (B,)."""
    colors: Sequence[str]
    """Of the labels, (10,)."""
    x_name: str
    y_name: str
    kind: Literal["ways"] = "ways"
