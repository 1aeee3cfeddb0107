"""`/train`: change a preset, train, watch the latent space form, save the model."""

from __future__ import annotations

import streamlit as st

from aecore.jobs import queue
from aecore.system.environment import is_public
from aecore.ui import navigation, scaffold
from aecore.ui.pages.train import challenges, form, library, run_view, sweep_card

_EXPLANATION = (
    "Take on a **challenge**, or change **one setting** and press **Train**; then watch the error "
    "fall and the latent space form. PCA's error at the same D is the baseline to beat. Training "
    "continues in the background: you can leave the page and come back."
)


def render() -> None:
    scaffold.draw_title("Train")
    with scaffold.intro():
        st.markdown(_EXPLANATION)
    if not queue.training_allowed():
        why = "" if is_public() else " (`AECORE_TRAINING=off`)"
        st.info(
            f"Training and changes to saved models are disabled on this server{why}. To train, run "
            "the app on your own machine; the README has the command.",
            icon=":material/lock:",
        )
    if not is_public():
        navigation.warn_of_upload()
        challenges.show(run_view.attempt)
        form.show()
        run_view.show()
        sweep_card.show()
    library.show()
    scaffold.close_page()
