"""`/train`: change a preset, press Train, watch the map form, keep the result."""

from __future__ import annotations

import streamlit as st

from aecore.jobs import queue
from aecore.ui import scaffold
from aecore.ui.pages.train import form, library, run_view

_EXPLANATION = (
    "Change **one thing** (the size of the code, the hidden layers, dropout, noise), press "
    "**Train**, and watch the errors fall and the map form. PCA's error at the same D is the line "
    "to beat. Training goes on in the background: leave the page, reload, come back."
)


def render() -> None:
    st.title("Train", anchor=False)
    st.markdown(_EXPLANATION)
    if not queue.training_allowed():
        st.info(
            "Training is switched off on this server (`AECORE_TRAINING=off`), and so are changes "
            "to its models. Run the app on a machine of your own to train: one command, as its "
            "README says.",
            icon=":material/lock:",
        )
    form.show()
    run_view.show()
    library.show()
    scaffold.close_page()
