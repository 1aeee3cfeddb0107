"""`/generate`: pick a code, get a digit; or travel from one digit to another."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from aecore.checkpoint import Checkpoint
from aecore.codes import check_code
from aecore.controls import Controls
from aecore.errors import ConfigError
from aecore.ui import address, exports, journey, resources, shell
from aecore.ui.live import live_decoder

_EXPLANATION = (
    "The decoder draws a digit for **any** code, not only for those that the encoder makes. Move "
    "a slider and watch the digit change; move far from the data and watch it fall apart, because "
    "nothing taught the decoder what to draw **off the map**."
)
_ONE, _TWO = "One code", "From one digit to another"


def render() -> None:
    found = shell.open_page("Pick a code, get a digit", _EXPLANATION, more=True)
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
        _workbench(found)
    else:
        journey.show(found)
    shell.close_page()


@st.fragment
@shell.guarded
def _workbench(found: Checkpoint) -> None:
    controls = resources.controls(found)
    _enter(found, controls)
    live_decoder(
        found,
        mode="generate",
        settings={
            "revision": st.session_state["generate_revision"],
            "z": st.session_state["generate_code"].tolist(),
            "names": controls.names,
            "limits": controls.limits.tolist(),
            "along_axes": controls.along_axes,
        },
        on_release=lambda message: _released(found, message),
    )
    exports.offer_digit(found, st.session_state["generate_code"])


def _enter(found: Checkpoint, controls: Controls) -> None:
    """Start from the address's code, else from the one shown last, else from the mean."""
    asked = address.get("z")
    digest, shown = st.session_state.get("generate_at", (None, None))
    if digest == found.digest and asked == shown:
        return
    code = None
    if digest == found.digest and asked is None:  # back from another page
        code = st.session_state["generate_code"]
    try:
        code = code if asked is None else address.requested_code(len(controls.mean))
    except ConfigError as error:
        st.warning(f"{shell.plain(error)} Showing the mean code instead.")
    _set(found, controls.mean if code is None else code)
    st.session_state["generate_revision"] = st.session_state.get("generate_revision", 0) + 1


def _set(found: Checkpoint, code: np.ndarray) -> None:
    """Make `code` the one on show; the address follows."""
    st.session_state["generate_code"] = code.astype(np.float32)
    st.session_state["generate_at"] = (found.digest, address.set_code(code))


def _released(found: Checkpoint, message: dict[str, Any]) -> None:
    """The visitor let go in the browser."""
    if message.get("hash") != found.digest:
        return  # sent before another model was picked
    try:
        _set(found, check_code(message.get("z"), found.card.model.latent_dim))
    except ConfigError:
        return  # not from our script: nobody to tell
