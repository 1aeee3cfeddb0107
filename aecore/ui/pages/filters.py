"""`/filters`: the rows of the first encoder matrix as pictures, beside PCA's components."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.selection import colour_limit, strongest_first
from aecore.ui import markup, shell

_EXPLANATION = (
    "Each unit of the first layer looks at a digit through one **filter**: it adds up the pixels, "
    "red ones counted positively and blue ones negatively, and passes the sum on if it is above "
    "zero. PCA's components are the same idea for the best *linear* code: compare which of them "
    "look like strokes."
)
_ORDERS = ("strongest first", "as in the model")


def render() -> None:
    found = shell.open_page("Filters", _EXPLANATION)
    order = st.segmented_control(
        "Order",
        _ORDERS,
        default=_ORDERS[0],
        required=True,
        key="filters_order",
        persist_state="session",
    )
    filters = found.weights["encoder.layers.0.weight"]  # (hidden, 784)
    units = strongest_first(filters) if order == _ORDERS[0] else np.arange(len(filters))
    components = found.pca.components

    encoder, baseline = st.columns([3, 2], gap="medium")
    with encoder, st.container(key="filter_gallery"):
        st.subheader(f"{len(filters)} encoder filters", anchor=False)
        _gallery(filters[units], [f"unit {unit}" for unit in units])
    with baseline:
        st.subheader(f"{len(components)} PCA components", anchor=False)
        _gallery(components, [f"component {i + 1}" for i in range(len(components))])
    st.caption(
        "Each gallery has one symmetric scale for all its pictures, with the largest 0.5% of the "
        "weights cut. PCA's components have length 1, so the two scales differ."
    )
    shell.close_page()


def _gallery(filters: np.ndarray, names: list[str]) -> None:
    limit = colour_limit(filters)
    norms = np.linalg.norm(filters, axis=1)
    pictures = [
        markup.picture(weights, f"{name}, norm {norm:.2f}", limit=limit)
        for weights, name, norm in zip(filters, names, norms, strict=True)
    ]
    st.html(markup.colour_bar(limit, "weight") + markup.gallery(pictures))
