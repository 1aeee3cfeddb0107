"""The code of Streamlit's charts, which the browser runs while the server imports the pages."""

from __future__ import annotations

import functools
from pathlib import Path

import streamlit as st

_ADAPTER = Path(__file__).resolve().parent / "adapters" / "charts.html"
_SCRIPTS = Path(st.__file__).resolve().parent / "static" / "static" / "js"


def fetch() -> None:
    """Let the browser fetch and run it, where a visit begins on the map."""
    if script := _script():
        st.html(script, unsafe_allow_javascript=True)


@functools.cache
def _script() -> str:
    """Return the script; empty where Streamlit's code is not where this version has it."""
    found = [path.name for path in _SCRIPTS.glob("PlotlyChart.*.js")]
    return _ADAPTER.read_text(encoding="utf-8").replace("CODE", found[0]) if found else ""
