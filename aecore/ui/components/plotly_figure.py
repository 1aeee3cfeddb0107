"""Plotly figures with an alternative text and a download as PNG."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a figure, with one tool: save it as `key`.png."""
    st.plotly_chart(
        figure,
        key=key,
        alt=alt,
        config={
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"format": "png", "filename": key, "scale": 2},
        },
    )
