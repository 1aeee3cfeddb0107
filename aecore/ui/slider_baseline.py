"""The same decoder behind an `st.slider`: what `bench decode` compares the browser with.

Run by the bench alone: `streamlit run aecore/ui/slider_baseline.py`, the model in the address.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.inference import decode
from aecore.pictures import to_png
from aecore.ui import address, resources

found = resources.load_checkpoint(address.get("model"))
model = resources.load_model(found)
mean = found.codes.astype(np.float32).mean(axis=0)


@st.fragment
def _slider() -> None:
    code = mean.copy()  # (D,)
    code[0] += st.slider("z1", -5.0, 5.0, 0.0, 0.01, key="slider")
    digit = decode(model, code[None]).reshape(28, 28)
    st.image(to_png(digit, scale=12), width=336, alt="digit")


_slider()
