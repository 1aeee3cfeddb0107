"""`/your-digit`: draw, photograph or upload a digit, and see what the models make of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.charts import latent_map
from aecore.checkpoints.file import Checkpoint
from aecore.digits.canvas_input import digit_of
from aecore.errors import PictureError
from aecore.ui import scaffold
from aecore.ui.components.live_model import live_decoder
from aecore.ui.pages.your_digit import upload

_EXPLANATION = (
    "**Draw a digit.** While you draw, your browser squeezes it into the model's few numbers, "
    "draws it again from them alone and shows where it lands on the map. Or photograph one, or "
    "upload any picture."
)
_WAY, _LEVELS = "your_digit_way", "your_digit_levels"


def render() -> None:
    checkpoint = scaffold.open_page("Your digit", _EXPLANATION)
    ways = {"Draw": _draw, "Upload": upload.upload, "Camera": upload.photograph}
    st.session_state.setdefault(_WAY, "Draw")  # a default beside what `_chosen` sets is warned of
    way = st.segmented_control(
        "Where the digit comes from",
        ways,
        required=True,
        key=_WAY,
        label_visibility="collapsed",
        persist_state="session",
    )
    ways[way](checkpoint)
    scaffold.close_page()


@scaffold.fragment
def _draw(checkpoint: Checkpoint) -> None:
    levels = st.session_state.get(_LEVELS)
    live_decoder(
        checkpoint,
        mode="draw",
        settings={"colors": latent_map.DIGIT_COLORS, "levels": levels},
        on_release=_released,
    )
    upload.choose(on_change=_chosen)
    if st.session_state[_WAY] != "Draw":
        st.rerun()
    if levels is not None:
        from aecore.ui.pages.your_digit import (
            interpretation,  # needs torch, over a second: after the first screen
        )

        interpretation.show(checkpoint, digit_of(levels), on_map=False)


def _released(message: dict[str, Any]) -> None:
    """The pen is up, or the paper has been cleared; it comes from the browser."""
    levels = message.get("levels")
    try:
        if levels is not None:
            digit_of(levels)
    except PictureError:
        return  # not from our script: nobody to tell
    st.session_state[_LEVELS] = levels


def _chosen() -> None:
    """A picture has come in while the paper was on show: turn to it."""
    if st.session_state["digit_upload"] is not None:
        st.session_state[_WAY] = "Upload"
