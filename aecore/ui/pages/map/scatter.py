"""The scatter plot of all codes, on the page of the latent space."""

from __future__ import annotations

import streamlit as st

from aecore.analysis.sampling import evenly_spaced
from aecore.charts import latent_map
from aecore.checkpoints.file import Checkpoint
from aecore.latent.projection import LINE, PLANE, PRINCIPAL_PLANE
from aecore.ui.cache import checkpoints as checkpoint_cache

FLAT_VIEWS = {LINE: "line", PLANE: "plane", PRINCIPAL_PLANE: "principal"}
"""What the browser's scripts call the 2-D views."""
_SVG_POINTS = 2_000
"""Dots that a browser without WebGL still draws quickly."""


def has_webgl() -> bool:
    """Return whether the visitor's browser can draw with WebGL, as far as is known."""
    return st.session_state.get("app_webgl", True)


def show(checkpoint: Checkpoint, view: str) -> None:
    """Draw the scatter plot, which depends on the model and the view alone: pins leave it as is."""
    points = checkpoint_cache.points(checkpoint, view)
    numbers = evenly_spaced(len(points), len(points) if has_webgl() else _SVG_POINTS)
    image = {"format": "png", "filename": f"{checkpoint.name}-map", "scale": 2}
    st.plotly_chart(
        latent_map.latent_map(
            points[numbers],
            checkpoint.labels[numbers],
            checkpoint_cache.projection(checkpoint, view).axis_names,
            numbers=numbers,
            probed=True,
            webgl=has_webgl(),
        ),
        key="latent_map",
        config={"scrollZoom": True, "displaylogo": False, "toImageButtonOptions": image},
        alt=f"Scatter plot of the latent codes of {len(numbers):,} test digits by "
        f"{checkpoint.name}, one color for each digit from 0 to 9",
    )
    if not has_webgl():
        st.caption(
            f"This browser has no WebGL: {len(numbers):,} of the {len(points):,} test digits are "
            "drawn, and there is no 3-D view."
        )
