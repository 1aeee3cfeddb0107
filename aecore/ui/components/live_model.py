"""The model in the browser: a digit for every movement, without a word to the server.

The JavaScript module of a mode is `core.js` and the scripts of its own. A checkpoint's
arrays travel once a session; afterwards only a small header names them, and a browser that
lacks them (a lost message, too many models since) asks for them again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.ui.components.registry import component
from aecore.viewer import message

Mode = Literal["map", "generate", "path", "draw"]
# Two components of one page need two keys, or the second is mounted into the first one's element.
_KEYS: dict[Mode, str] = {
    "map": "live_decoder",
    "generate": "live_decoder",
    "path": "live_path",
    "draw": "digit_canvas",
}
_ENCODING = ("draw",)
"""The modes that also encode: only they are sent the encoder, several times a decoder's size."""
_SENT = "live_sent"
_SCRIPTS: dict[Mode, tuple[str, str]] = {
    "map": ("widgets/latent_map/latent_map", "latentMap"),
    "generate": ("widgets/generate/sliders", "generate"),
    "path": ("widgets/generate/interpolation", "journey"),
    "draw": ("widgets/canvas/canvas", "draw"),
}


def live_decoder(
    checkpoint: Checkpoint,
    *,
    mode: Mode,
    settings: dict[str, Any],
    on_release: Callable[[dict[str, Any]], None],
    on_no_webgl: Callable[[], None] = lambda: None,
) -> None:
    """Mount the browser's decoder of a checkpoint, and its encoder where the mode needs it.

    Parameters
    ----------
    checkpoint : Checkpoint
    mode : {"map", "generate", "path", "draw"}
        Which scripts run.
    settings : dict
        What JSON can hold; the script finds it as `header.settings`.
    on_release : callable
        Called, before the page runs again, with what the script sent as "release" when the
        visitor let go. It comes from the browser: check it.
    on_no_webgl : callable
        Called likewise if the browser cannot draw with WebGL.
    """
    sent = st.session_state.setdefault(_SENT, set())
    encoding = mode in _ENCODING
    name = f"{checkpoint.digest}+encoder" if encoding else checkpoint.digest
    arrays = None
    if name not in sent:
        sent.add(name)
        arrays = message.decoder_arrays(checkpoint)
        if encoding:
            arrays |= message.encoder_arrays(checkpoint)
    header = {
        "hash": name,
        "name": checkpoint.name,
        "variational": checkpoint.card.model.variational,
        "logistic": checkpoint.card.model.output == "logistic",
        "settings": settings,
    }
    key = _KEYS[mode]
    component(mode, *_SCRIPTS[mode])(
        key=key,
        data=message.pack(header, arrays),
        on_release_change=lambda: _pass_on(key, on_release),
        on_need_change=lambda: _forget(key),
        on_no_webgl_change=on_no_webgl,
    )


def paste_target() -> None:
    """Mount what hands a pasted picture to the page's file uploader `digit_upload`."""
    component("paste", "widgets/canvas/paste", "paste")(key="digit_paste")


def _pass_on(key: str, callback: Callable[[dict[str, Any]], None]) -> None:
    released = st.session_state[key].get("release")
    if isinstance(released, dict):
        callback(released)


def _forget(key: str) -> None:
    """The browser lacks arrays that it was sent: send them again."""
    st.session_state[_SENT].discard(st.session_state[key].get("need"))
