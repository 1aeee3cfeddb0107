"""`/filters`: the rows of the first encoder matrix as pictures, beside PCA's components."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import figures
from aecore.ui import shell

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
    units = figures.strongest_first(filters) if order == _ORDERS[0] else np.arange(len(filters))

    gallery, baseline = st.columns([3, 2], gap="medium")
    with gallery:
        st.subheader(f"{len(filters)} encoder filters", anchor=False)
        st.plotly_chart(
            figures.gallery(filters[units], [f"unit {unit}" for unit in units]),
            key="filter_gallery",
            alt=f"The {len(filters)} encoder filters of {found.name} as 28 by 28 pictures, {order}",
        )
    with baseline:
        components = found.pca.components
        st.subheader(f"{len(components)} PCA components", anchor=False)
        st.plotly_chart(
            figures.gallery(components, [f"component {i + 1}" for i in range(len(components))]),
            key="filters_pca",
            alt=f"The {len(components)} strongest principal components of the training digits",
        )
    st.caption(
        "Weights per pixel; white is 0. Each gallery has one symmetric scale for all its pictures, "
        "with the largest 0.5% of the weights cut; PCA's components have length 1, so the two "
        "scales differ."
    )
    shell.close_page()
