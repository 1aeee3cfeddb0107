"""The same decoder behind an `st.slider`, with which `bench decode` compares the browser.

Run by the benchmark alone, the model in the address: `streamlit run server_slider.py`.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.config import SHAPE
from aecore.imaging.png import to_png
from aecore.models.inference import decode
from aecore.ui import url_state
from aecore.ui.cache import checkpoints as checkpoint_cache

checkpoint = checkpoint_cache.load(url_state.get("model") or "")
model = checkpoint_cache.load_model(checkpoint)
mean = checkpoint.codes.astype(np.float32).mean(axis=0)


@st.fragment
def _slider() -> None:
    code = mean.copy()  # (D,)
    code[0] += st.slider("z1", -5.0, 5.0, 0.0, 0.01, key="slider")
    digit = decode(model, code[None]).reshape(SHAPE)
    st.image(to_png(digit, scale=12), width=336, alt="digit")


_slider()
