"""`/generate`: pick a code, get a digit; or travel from one digit to another."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.latent.codes import check_code
from aecore.latent.sliders import Sliders
from aecore.ui import scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.components import downloads
from aecore.ui.components.live_model import live_decoder
from aecore.ui.pages.generate import interpolation
from aecore.ui.text.formats import escape

_EXPLANATION = (
    "The decoder draws a digit for **any** code, not only for those that the encoder makes. Move "
    "a slider and watch the digit change; move far from the data and watch it fall apart, because "
    "nothing taught the decoder what to draw **off the map**."
)
_ONE, _TWO = "One code", "From one digit to another"


def render() -> None:
    checkpoint = scaffold.open_page("Pick a code, get a digit", _EXPLANATION, flush=False)
    task = st.segmented_control(
        "Task",
        (_ONE, _TWO),
        default=_ONE,
        required=True,
        key="generate_task",
        label_visibility="collapsed",
        persist_state="session",
    )
    if task == _ONE:
        _workbench(checkpoint)
    else:
        interpolation.show(checkpoint)
    scaffold.close_page()


@scaffold.fragment
def _workbench(checkpoint: Checkpoint) -> None:
    sliders = checkpoint_cache.sliders(checkpoint)
    _enter(checkpoint, sliders)
    live_decoder(
        checkpoint,
        mode="generate",
        settings={
            "revision": st.session_state["generate_revision"],
            "z": st.session_state["generate_code"].tolist(),
            "names": sliders.names,
            "limits": sliders.limits.tolist(),
            "along_axes": sliders.along_axes,
        },
        on_release=lambda message: _released(checkpoint, message),
    )
    downloads.offer_digit(checkpoint, st.session_state["generate_code"])


def _enter(checkpoint: Checkpoint, sliders: Sliders) -> None:
    """Start from the address's code, else from the one shown last, else from the mean."""
    asked = url_state.get("z")
    digest, shown = st.session_state.get("generate_at", (None, None))
    if digest == checkpoint.digest and asked == shown:
        return
    code = None
    if digest == checkpoint.digest and asked is None:  # back from another page
        code = st.session_state["generate_code"]
    try:
        code = code if asked is None else url_state.load_code(len(sliders.mean))
    except ConfigError as error:
        st.warning(f"{escape(error)} Showing the mean code instead.")
    _set(checkpoint, sliders.mean if code is None else code)
    st.session_state["generate_revision"] = st.session_state.get("generate_revision", 0) + 1


def _set(checkpoint: Checkpoint, code: np.ndarray) -> None:
    """Make `code` the one on show; the address follows."""
    st.session_state["generate_code"] = code.astype(np.float32)
    st.session_state["generate_at"] = (checkpoint.digest, url_state.store_code(code))


def _released(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    """The visitor let go in the browser."""
    if message.get("hash") != checkpoint.digest:
        return  # sent before another model was picked
    try:
        _set(checkpoint, check_code(message.get("z"), checkpoint.card.model.latent_dim))
    except ConfigError:
        return  # not from our script: nobody to tell
