"""`/your-digit`: draw, photograph or upload a digit, and see what the models make of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.digits.canvas_input import pack_drawing, parse_drawing, unpack_drawing
from aecore.errors import CheckpointError, PictureError
from aecore.ui import scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.live_model import encoding_name, mount_judge, mount_live_model
from aecore.ui.pages.your_digit import own_picture, upload
from aecore.ui.theme import class_colors

_EXPLANATION = (
    "**Draw a digit.** While you draw, your browser encodes it, reconstructs it from its latent "
    "code alone and shows where it lands in the latent space. Or take a photo of a digit, or "
    "upload any picture."
)
_NOT_IN_LINK = "A link does not hold an uploaded picture or a photo."
_INPUT, _LEVELS = "your_digit_way", "your_digit_levels"
_DRAWING = "drawing"
"""Parameter of the URL: what is on the canvas."""
_SHARED, _ASKED = "your_digit_shared", "your_digit_asked"
"""What the URL was told of the drawing; how often it asked for another one."""


def render() -> None:
    if not datasets.shows_digits():
        checkpoint = scaffold.open_page("Your picture", own_picture.EXPLANATION)
        own_picture.show(checkpoint)
        scaffold.close_page()
        return
    inputs = {"Draw": _draw, "Upload": upload.upload, "Camera": upload.photograph}
    url_state.load("input", _INPUT, list(inputs), "Draw")
    left_out = "" if st.session_state[_INPUT] == "Draw" else _NOT_IN_LINK
    checkpoint = scaffold.open_page("Your digit", _explanation, left_out=left_out, flush=False)
    if not checkpoint.card.data.shows_digits:
        own_picture.show(checkpoint)
        scaffold.close_page()
        return
    _follow_url()
    chosen = st.segmented_control(
        "Input",
        inputs,
        required=True,
        key=_INPUT,
        label_visibility="collapsed",
        persist_state="session",
    )
    url_state.store("input", _INPUT, chosen, "Draw")
    _share(chosen == "Draw")
    inputs[chosen or "Draw"](checkpoint)
    scaffold.close_page()
    if chosen == "Draw" and (judge := _judge()):
        mount_judge(judge)  # after the first screen: it is 2.5 MB


def _explanation(card: Card) -> str:
    return _EXPLANATION if card.data.shows_digits else own_picture.EXPLANATION


def _judge() -> Checkpoint | None:
    """Return the model that judges drawings; None where it cannot be had, as the result says."""
    try:
        return checkpoint_cache.telling_checkpoint()
    except CheckpointError:
        return None


def _follow_url() -> None:
    """Take the drawing that a changed URL asks for, or take it away.

    A step of a lesson that brings none goes on with the one that is there.
    """
    text = url_state.get(_DRAWING)
    if text == st.session_state.get(_SHARED) or (text is None and url_state.get("lesson")):
        return
    try:
        levels = unpack_drawing(text) if text else None
    except PictureError as error:
        st.warning(f"{error} Ask for the link again, or draw the digit.")
        levels = None
    st.session_state[_LEVELS] = levels
    st.session_state[_ASKED] = st.session_state.get(_ASKED, 0) + 1


def _share(shown: bool) -> None:
    """Write what is on the canvas to the URL, if that is what is shown."""
    levels = st.session_state.get(_LEVELS)
    text = st.session_state[_SHARED] = pack_drawing(levels) if shown and levels else None
    url_state.set(_DRAWING, text)


@scaffold.fragment
def _draw(checkpoint: Checkpoint) -> None:
    levels, judge = st.session_state.get(_LEVELS), _judge()
    by = judge and {"hash": encoding_name(judge), "name": judge.name}
    mount_live_model(
        checkpoint,
        mode="draw",
        settings={
            "colors": class_colors(),
            "levels": levels,
            "asked": st.session_state.get(_ASKED, 0),
            "judge": by,
        },
        on_release=_released,
    )
    upload.choose(on_change=_chosen)
    if st.session_state[_INPUT] != "Draw":
        st.rerun()
    if levels is not None:
        # It needs torch, over a second: after the first screen.
        from aecore.ui.pages.your_digit import interpretation

        interpretation.show(checkpoint, parse_drawing(levels))


def _released(message: dict[str, Any]) -> None:
    """Remember what is on the canvas once the pen is up, or that it was cleared."""
    levels = message.get("levels")
    try:
        if levels is not None:
            parse_drawing(levels)
    except PictureError:
        return  # not from our script
    st.session_state[_LEVELS] = levels
    _share(True)


def _chosen() -> None:
    """Switch from the canvas to a picture that has come in."""
    if st.session_state["digit_upload"] is not None:
        st.session_state[_INPUT] = "Upload"
