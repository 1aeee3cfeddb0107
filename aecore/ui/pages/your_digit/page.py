"""`/your-digit`: draw, photograph or upload a picture, and see what the models make of it."""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.digits.canvas_input import pack_drawing, paper_for, parse_drawing, unpack_drawing
from aecore.errors import CheckpointError, PictureError
from aecore.ui import inputs, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.live_model import encoding_name, mount_judge, mount_live_model
from aecore.ui.pages.your_digit import interpretation, own_picture, upload
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
_LONGEST = 4_000
"""Characters of it; a link with more is cut off by some programs."""
_TOO_LONG = "This drawing does not fit into a link: it has too many colors or pixels."
_SHARED, _ASKED = "your_digit_shared", "your_digit_asked"
"""What the URL was told of the drawing; how often it asked for another one."""


def render() -> None:
    ways = ("Draw", "Upload", "Camera")
    url_state.load("input", _INPUT, ways, "Draw")
    left_out = "" if st.session_state[_INPUT] == "Draw" else _NOT_IN_LINK
    title = "Your digit" if datasets.shows_digits() else "Your picture"
    checkpoint = scaffold.open_page(title, _explanation, left_out=left_out, flush=False)
    _follow_url(checkpoint)
    chosen = inputs.segments("Input", ways, key=_INPUT, name="input", label_visibility="collapsed")
    _share(_drawn(checkpoint) if chosen == "Draw" else None)
    source = upload if _takes_digits(checkpoint.card) else own_picture
    draws = {"Upload": source.upload, "Camera": source.photograph}
    draws.get(chosen, _draw)(checkpoint)
    scaffold.close_page()
    if chosen == "Draw" and (judge := _judge(checkpoint)):
        mount_judge(judge)  # after the first screen: it is 2.5 MB


def _explanation(card: Card) -> str:
    return _EXPLANATION if _takes_digits(card) else own_picture.EXPLANATION


def _takes_digits(card: Card) -> bool:
    """Return whether pictures are read as handwritten digits; all others are only resized."""
    return card.data.shows_digits and datasets.shows_digits()


def _judge(checkpoint: Checkpoint) -> Checkpoint | None:
    """Return the model that judges drawn digits; None where there is none, as the result says."""
    if not _takes_digits(checkpoint.card):
        return None
    try:
        return checkpoint_cache.judge_checkpoint()
    except CheckpointError:
        return None


def _follow_url(checkpoint: Checkpoint) -> None:
    """Take the drawing that a changed URL asks for, or take it away.

    A step of a lesson that brings none goes on with the one that is there.
    """
    text = url_state.get(_DRAWING)
    if text == st.session_state.get(_SHARED) or (text is None and url_state.get("lesson")):
        return
    try:
        levels = unpack_drawing(text, checkpoint.card.data.n_pixels) if text else None
    except PictureError as error:
        st.warning(f"{error} Ask for the link again, or draw it anew.")
        levels = None
    st.session_state[_LEVELS] = levels
    st.session_state[_ASKED] = st.session_state.get(_ASKED, 0) + 1


def _share(levels: str | None) -> None:
    """Write a drawing to the URL, if there is one and it is short enough."""
    text = pack_drawing(levels) if levels else None
    if text is not None and len(text) > _LONGEST:
        text = None
    st.session_state[_SHARED] = text
    url_state.set(_DRAWING, text)


def _drawn(checkpoint: Checkpoint) -> str | None:
    """Return what is on the canvas, unless it was drawn for a model of other pictures."""
    levels = st.session_state.get(_LEVELS)
    try:
        parse_drawing(levels, checkpoint.card.data.n_pixels)
    except PictureError:
        return None
    return levels


@scaffold.fragment
def _draw(checkpoint: Checkpoint) -> None:
    levels, judge = _drawn(checkpoint), _judge(checkpoint)
    by = judge and {"hash": encoding_name(judge), "name": judge.name}
    data, takes_digits = checkpoint.card.data, _takes_digits(checkpoint.card)
    mount_live_model(
        checkpoint,
        mode="draw",
        settings={
            "colors": class_colors(),
            "levels": levels,
            "asked": st.session_state.get(_ASKED, 0),
            "judge": by,
            "paper": None if takes_digits else paper_for(checkpoint.pca.mean, data.shape),
        },
        on_release=functools.partial(_released, checkpoint),
    )
    if levels is not None and st.session_state[_SHARED] is None:
        st.caption(_TOO_LONG)
    upload.choose(upload.LABEL if takes_digits else own_picture.LABEL, on_change=_chosen)
    if st.session_state[_INPUT] != "Draw":
        st.rerun()
    if levels is None:
        return
    picture = parse_drawing(levels, data.n_pixels)
    if not takes_digits:
        own_picture.show(checkpoint, picture)
        return
    interpretation.show(checkpoint, picture)


def _released(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    """Remember what is on the canvas once the pen is up, or that it was cleared."""
    before = st.session_state.get(_LEVELS)
    st.session_state[_LEVELS] = message.get("levels")
    if st.session_state[_LEVELS] is not None and _drawn(checkpoint) is None:
        st.session_state[_LEVELS] = before  # not from our script
        return
    _share(st.session_state[_LEVELS])


def _chosen() -> None:
    """Switch from the canvas to a picture that has come in."""
    if st.session_state["digit_upload"] is not None:
        st.session_state[_INPUT] = "Upload"
