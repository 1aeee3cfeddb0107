"""Small charts by label, drawn by the browser as SVG, quicker than Plotly draws its own."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st

_FOLDER = Path(__file__).resolve().parent


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
    colours: tuple[str, ...] | None = None
    """Of each bar; None: all alike."""
    counted: bool = False
    """Whether the value of each bar is written above it."""


@functools.cache
def _component():
    """The registered component."""
    return st.components.v2.component(
        "aecore_charts",
        js=(_FOLDER / "charts.js").read_text("utf-8"),
        css=(_FOLDER / "charts.css").read_text("utf-8"),
    )


def charts(key: str, series: Sequence[Chart]) -> None:
    """Draw charts, one below the other, each with a button that saves it as a PNG."""
    drawn = [
        asdict(chart)
        | {
            "labels": [str(label) for label in range(len(chart.values))],
            "values": np.where(np.isnan(chart.values), None, chart.values).tolist(),
        }
        for chart in series
    ]
    _component()(key=key, data={"charts": drawn})
