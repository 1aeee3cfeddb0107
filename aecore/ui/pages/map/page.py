"""`/`: the latent space, with the codes of all test digits."""

from __future__ import annotations

import streamlit as st

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.latent.projection import views
from aecore.ui import inputs, scaffold
from aecore.ui.pages.map import probe, scatter, selection

_EXPLANATION = (
    "An autoencoder compresses the 784 pixels of a digit into a few numbers, its **latent code**, "
    "and reconstructs the digit from the code alone. Each dot is the code of a test digit that the "
    "model has not seen in training. **Move the pointer** over the latent space, and your browser "
    "decodes the point under it, between the dots too; **click** to pin a dot or any other point; "
    "**Box** and **Lasso** select digits."
)


def render() -> None:
    checkpoint = scaffold.open_page("The latent space", _EXPLANATION, flush=False)
    view = _pick_view(checkpoint)
    chart, panel = st.columns([2, 1], gap="medium")
    with chart:
        scatter.show(checkpoint, view)
        _accuracy(checkpoint.card)
    with panel:
        probe.show(checkpoint, view)
    if view in scatter.FLAT_VIEWS:
        selection.show(checkpoint, view)
    else:
        flat = next(each for each in _views(checkpoint) if each in scatter.FLAT_VIEWS)
        st.caption(f"Box and lasso need a 2-D view: choose *{flat}* above to select digits.")
    scaffold.close_page()


def _views(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Return the views that the visitor's browser can draw."""
    choices = views(checkpoint.card.model.latent_dim)
    return tuple(each for each in choices if scatter.has_webgl() or each in scatter.FLAT_VIEWS)


def _pick_view(checkpoint: Checkpoint) -> str:
    choices = _views(checkpoint)
    if len(choices) == 1:
        return choices[0]
    return inputs.segments("View", choices, key="map_view")


def _accuracy(card: Card) -> None:
    """Draw how well the codes separate the classes, compared with PCA of the same size."""
    accuracy, pca = (card.metrics.get(name) for name in ("knn5_accuracy", "pca_knn5_accuracy"))
    if accuracy is not None and pca is not None:
        st.markdown(
            f"A 5-nearest-neighbor classifier on the latent codes is right for **{accuracy:.1%}** "
            f"of the test digits (PCA: **{pca:.1%}**)."
        )
