"""Plotly figures with an alternative text and a download as PNG."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a figure with buttons that zoom and that save it as `key`.png."""
    st.plotly_chart(
        figure,
        key=key,
        alt=alt,
        config={
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
            "toImageButtonOptions": {"format": "png", "filename": key, "scale": 2},
        },
    )
