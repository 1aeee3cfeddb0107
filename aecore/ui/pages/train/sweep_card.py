"""The way from one training on `/train` to many."""

from __future__ import annotations

import streamlit as st

from aecore.jobs import queue
from aecore.ui import navigation


def show() -> None:
    """Draw the card that leads to `/sweeps`, where models may be trained."""
    if not queue.training_allowed():
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="sweep_card"):
        st.markdown(
            "**Sweep**: what does a larger code buy, and is a difference more than the seed? Train "
            "a preset with many settings and seeds.",
            width="stretch",
        )
        navigation.link("sweeps", "Start a sweep")
