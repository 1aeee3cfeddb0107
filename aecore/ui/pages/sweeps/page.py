"""`/sweeps`: vary some settings and the seed, watch the curve fill in, read what it says."""

from __future__ import annotations

import streamlit as st

from aecore.sweeps import launcher
from aecore.ui import navigation, scaffold
from aecore.ui.pages.sweeps import form, results

_EXPLANATION = (
    "Train a preset many times: with several **latent dimensions**, several **seeds**, and values "
    "of another setting. The curve fills in as the trainings end, beside PCA's error for every D. "
    "A sweep continues in the background; one from the command line is listed here too."
)


def render() -> None:
    scaffold.draw_title("Sweeps")
    with scaffold.intro():
        st.markdown(_EXPLANATION)
    if launcher.is_installed():
        navigation.warn_of_upload()
        form.show()
    else:
        st.info(
            "To start a sweep, install one more package: `pip install 'aecore[sweep]'`.",
            icon=":material/download:",
        )
    results.show()
    scaffold.close_page()
