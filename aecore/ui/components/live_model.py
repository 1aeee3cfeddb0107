"""A model in the browser, which decodes every movement without asking the server.

A checkpoint's arrays are sent once a session, those of the encoder when they are first needed;
afterwards only a small header names them, and a browser that lacks them (a lost message, too many
models since) asks for them again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.ui import page_data
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.components.registry import Preview, is_first_time, mount, send_again
from aecore.ui.text import models as model_text
from aecore.viewer.message import pack
from aecore.viewer.model_arrays import model_facts

Mode = Literal["map", "generate", "path", "draw"]
# Two components of one page need two keys, or the second is mounted into the first one's element.
_KEYS: dict[Mode, str] = {
    "map": "live_decoder",
    "generate": "live_decoder",
    "path": "live_path",
    "draw": "digit_canvas",
}
_WIDGETS: dict[Mode, str] = {
    "map": "Digits decoded under the pointer",
    "generate": "Sliders that decode in the browser",
    "path": "Interpolations decoded in the browser",
    "draw": "Drawings reconstructed in the browser",
}
"""What a page lacks without the widget, in the plural."""
_ENCODING = ("draw",)
"""The modes that also encode: only they are sent the encoder."""
_ENCODER = "+encoder"


def mount_live_model(
    checkpoint: Checkpoint,
    *,
    mode: Mode,
    settings: dict[str, Any],
    preview: Preview | None = None,
    on_release: Callable[[dict[str, Any]], None] = lambda report: None,
    on_grid: Callable[[bool], None] = lambda is_shown: None,
    on_no_webgl: Callable[[], None] = lambda: None,
) -> None:
    """Mount a widget with a checkpoint's decoder, and its encoder where the mode needs it.

    A model that browsers cannot compute gets a line that says so instead.

    Parameters
    ----------
    checkpoint : Checkpoint
    mode : {"map", "generate", "path", "draw"}
        Which widget.
    settings : dict
        Anything that JSON can hold; the widget reads it as `header.settings`.
    preview : Preview, optional
        When the browser shows the same again.
    on_release : callable
        Called, before the page runs again, with what the widget reports when the visitor lets go.
        It comes from the browser: check it.
    on_grid : callable
        Called likewise when the visitor shows or hides the decoded grid.
    on_no_webgl : callable
        Called likewise if the browser cannot draw with WebGL.
    """
    note = model_text.browser_only(checkpoint.card, _WIDGETS[mode])
    if note:
        st.info(note)
        return
    mount(
        mode,
        _KEYS[mode],
        _message(checkpoint, settings, encodes=mode in _ENCODING, preview=preview),
        release=lambda report: on_release(report) if isinstance(report, dict) else None,
        need=_send_again,
        grid=lambda report: on_grid(report is True),
        no_webgl=lambda report: on_no_webgl(),
    )


def mount_judge(checkpoint: Checkpoint) -> None:
    """Mount the model that judges drawings, for the canvas above; it shows nothing itself."""
    mount("judge", "digit_judge", _message(checkpoint, {}, encodes=True), need=_send_again)


def encoding_name(checkpoint: Checkpoint) -> str:
    """Return by which name the browser keeps a checkpoint with its encoder."""
    return f"{checkpoint.digest}{_ENCODER}"


def _send_again(name: Any) -> None:
    """The browser lacks a model: send all of it once more, also what was sent by its other name."""
    digest = str(name).removesuffix(_ENCODER)
    send_again(digest)
    send_again(f"{digest}{_ENCODER}")


def _message(
    checkpoint: Checkpoint,
    settings: dict[str, Any],
    *,
    encodes: bool,
    preview: Preview | None = None,
) -> bytes:
    """Return a checkpoint as a message, with those of its arrays that the browser was not sent."""
    name = encoding_name(checkpoint) if encodes else checkpoint.digest
    arrays: dict[str, np.ndarray] = {}
    if is_first_time(checkpoint.digest):
        arrays |= checkpoint_cache.decoder_arrays(checkpoint)
    if encodes and is_first_time(name):
        arrays |= checkpoint_cache.encoder_arrays(checkpoint)
    header = {
        "hash": name,
        "decoder": checkpoint.digest,
        **model_facts(checkpoint),
        "settings": settings,
        "preview": None if preview is None else asdict(preview),
        "picture": page_data.message(checkpoint.card.model.input_shape),
    }
    return pack(header, arrays)


def mount_paste() -> None:
    """Mount the button that hands a pasted picture to the file uploader `digit_upload`."""
    mount("paste", "digit_paste", {})
