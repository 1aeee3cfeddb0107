"""`/generate`: digits decoded from a single code, or along a path between two codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.latent.codes import check_code
from aecore.ui import inputs, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.components import downloads
from aecore.ui.components.live_model import mount_live_model
from aecore.ui.pages.generate import interpolation
from aecore.ui.text.formats import escape

_EXPLANATION = (
    "The decoder turns **any** code into an image, not only the codes that the encoder produces. "
    "Move a slider and watch the digit change; **outside the data** it stops looking like a digit, "
    "because the decoder was never trained there."
)
_SINGLE, _INTERPOLATE = "Single code", "Interpolate"


def render() -> None:
    checkpoint = scaffold.open_page("Generate digits", _EXPLANATION, flush=False)
    task = inputs.segments(
        "Task", (_SINGLE, _INTERPOLATE), key="generate_task", label_visibility="collapsed"
    )
    show = _single_code if task == _SINGLE else interpolation.show
    show(checkpoint)
    scaffold.close_page()


@scaffold.fragment
def _single_code(checkpoint: Checkpoint) -> None:
    sliders = checkpoint_cache.sliders(checkpoint)
    _load_code(checkpoint, sliders.mean)
    mount_live_model(
        checkpoint,
        mode="generate",
        settings={
            "revision": st.session_state["generate_revision"],
            "z": st.session_state["generate_code"].tolist(),
            "names": sliders.names,
            "limits": sliders.limits.tolist(),
            "along_axes": sliders.along_axes,
        },
        on_release=lambda message: _release(checkpoint, message),
    )
    downloads.offer_digit(checkpoint, st.session_state["generate_code"])


def _load_code(checkpoint: Checkpoint, mean: np.ndarray) -> None:
    """Start from the URL's code, else from the one shown last, else from the mean code (D,)."""
    asked = url_state.get("z")
    digest, shown = st.session_state.get("generate_at", (None, None))
    if digest == checkpoint.digest and asked == shown:
        return
    code = None
    if digest == checkpoint.digest and asked is None:  # back from another page
        code = st.session_state["generate_code"]
    try:
        code = code if asked is None else url_state.load_code(len(mean))
    except ConfigError as error:
        st.warning(f"{escape(error)} Showing the mean code instead.")
    _store_code(checkpoint, mean if code is None else code)
    st.session_state["generate_revision"] = st.session_state.get("generate_revision", 0) + 1


def _store_code(checkpoint: Checkpoint, code: np.ndarray) -> None:
    st.session_state["generate_code"] = code.astype(np.float32)
    st.session_state["generate_at"] = (checkpoint.digest, url_state.store_code(code))


def _release(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    """Keep the code that the visitor has set in the browser."""
    if message.get("hash") != checkpoint.digest:
        return  # sent before another model was picked
    try:
        _store_code(checkpoint, check_code(message.get("z"), checkpoint.card.model.latent_dim))
    except ConfigError:
        return  # not from our own script
