"""`/`: the latent space, with the codes of all test digits."""

from __future__ import annotations

import time
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.analysis.sampling import evenly_spaced
from aecore.charts.latent_map import latent_map
from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.latent.projection import (
    DIMENSIONS,
    LINE,
    PLANE,
    PRINCIPAL_PLANE,
    PRINCIPAL_SPACE,
    views,
)
from aecore.ui import inputs, page_data, presentation, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache.datasets import TestSet
from aecore.ui.cache.shared import shared
from aecore.ui.pages.map import explorer_file, probe, selection, start_card
from aecore.ui.text import formats
from aecore.ui.theme import theme
from aecore.viewer.model_arrays import FLAT_VIEWS, view_kind

_EXPLANATION = (
    "An autoencoder compresses the 784 pixels of a digit into a few numbers, its **latent code**, "
    "and reconstructs the digit from the code alone. Each dot is the code of a test digit that the "
    "model has not seen in training. **Move the pointer** over the latent space, and your browser "
    "decodes what is under it; **click** to pin it."
)
_VIEWS = {
    LINE: "line",
    PLANE: "plane",
    PRINCIPAL_PLANE: "principal",
    PRINCIPAL_SPACE: "principal-3d",
    DIMENSIONS: "first-3d",
}
"""The views as the URL writes them."""
_KEPT = {"grid": "aecore-grid"}
"""See `scaffold.open_page`; the name is that of `latent_map/panel.js`."""
_SVG_POINTS = 2_000
"""Dots that a browser without WebGL still draws quickly."""
_HEAD_START = 0.1
"""Seconds that a browser has for another model's digits, before the chart keeps it busy."""
_FIGURES_KEPT = 24  # 0.5 MB each


def render() -> None:
    top = st.container(key="start")
    checkpoint = scaffold.open_page("The latent space", _EXPLANATION, flush=False, kept=_KEPT)
    with top:
        start_card.show(checkpoint)
    choices = views(checkpoint.card.model.latent_dim)
    flat = [each for each in choices if each in FLAT_VIEWS]
    if not probe.has_webgl():
        choices = tuple(flat)
    with st.container():  # where there is one view alone, the parts below keep their places
        if len(choices) > 1:
            view = inputs.segments(
                "View", choices, key="map_view", name="view", written=_VIEWS.__getitem__
            )
        else:
            view = choices[0]
            url_state.set("view", None)
    chart, panel = st.columns([2, 1], gap="medium")
    is_opening, is_other = url_state.is_opening(), probe.is_of_other_model(checkpoint)
    if is_opening:
        _show_chart(chart, checkpoint, view)
    _show_panel(panel, checkpoint, view)
    if view in flat:
        selection.show(checkpoint, view)
    else:
        selection.follow_legend(checkpoint, view)
        explorer_file.note(outline=None)
        st.caption(
            page_data.words(
                f"Box and lasso need a 2-D view: choose *{flat[0]}* above to select digits."
            )
        )
    explorer_file.offer(checkpoint, view)
    scaffold.close_page()
    if not is_opening:  # last: a browser that draws it shows nothing else meanwhile
        if is_other:
            time.sleep(_HEAD_START)
        _show_chart(chart, checkpoint, view)


def prepare(checkpoint: Checkpoint, digits: TestSet) -> None:
    """Compute what the page shows first of a model."""
    checkpoint_cache.decoder_arrays(checkpoint)
    checkpoint_cache.points(checkpoint, views(checkpoint.card.model.latent_dim)[0])


def _show_chart(place: DeltaGenerator, checkpoint: Checkpoint, view: str) -> None:
    with place:
        with st.container(key="map_chart"):
            _scatter(checkpoint, view, webgl=probe.has_webgl())
        _accuracy(checkpoint.card)


def _show_panel(place: DeltaGenerator, checkpoint: Checkpoint, view: str) -> None:
    with place:
        probe.show(checkpoint, view)


def _scatter(checkpoint: Checkpoint, view: str, *, webgl: bool) -> None:
    """Draw the codes, which depend on the model and the view alone: pins leave them as they are."""
    total = len(checkpoint.codes)
    drawn = total if webgl else min(total, _SVG_POINTS)
    image = {"format": "png", "filename": f"{checkpoint.name}-map", "scale": 2}
    st.plotly_chart(
        _figure(
            checkpoint,
            view,
            drawn,
            webgl=webgl,
            theme=theme(),
            large=presentation.is_on(),
            names=page_data.names(),
            noun=page_data.spec().noun,
            hidden=tuple(map(int, selection.hidden_classes(checkpoint))),
            legend_revision=selection.legend_revision(),
        ),
        key="latent_map",
        height="stretch",
        config={
            "scrollZoom": True,
            "displaylogo": False,
            "showTips": False,  # they cover the model picker
            "toImageButtonOptions": image,
        },
        alt=page_data.words(
            f"Scatter plot of the latent codes of {drawn:,} test digits by {checkpoint.name}, "
            + formats.colors_text(page_data.names(), is_digits=page_data.spec().shows_digits)
        ),
    )
    if not webgl:
        st.caption(
            page_data.words(
                f"This browser has no WebGL: {drawn:,} of the {total:,} test digits are drawn, and "
                "there is no 3-D view."
            )
        )


@shared(kept=_FIGURES_KEPT)
def _figure(checkpoint: Checkpoint, view: str, drawn: int, **look: Any) -> go.Figure:
    """Return the chart of so many codes; `look` is that of `latent_map`."""
    points = checkpoint_cache.points(checkpoint, view)
    numbers = evenly_spaced(len(points), drawn)
    figure = latent_map(
        points[numbers],
        checkpoint.labels[numbers],
        checkpoint_cache.projection(checkpoint, view).axis_names,
        numbers=numbers,
        probed=True,
        **look,
    )
    # By which the panel knows the chart of its own model from that of another.
    return figure.update_layout(meta=f"{checkpoint.digest} {view_kind(view)}")


def _accuracy(card: Card) -> None:
    """Draw how well the codes separate the classes, compared with PCA of the same size."""
    accuracy, pca = (card.metrics.get(name) for name in ("knn5_accuracy", "pca_knn5_accuracy"))
    if accuracy is not None and pca is not None:
        st.markdown(
            page_data.words(
                "A 5-nearest-neighbor classifier on the latent codes is right for "
                f"**{accuracy:.1%}** "
                f"of the test digits (PCA: **{pca:.1%}**)."
            )
        )
