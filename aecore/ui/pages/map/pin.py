"""The pinned point of the latent space, kept in the URL and in the session."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.latent.codes import Pin, check_code
from aecore.ui import url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.text.formats import escape


def current(checkpoint: Checkpoint) -> Pin:
    """Return the pin of the URL, else the session's, else the first test digit."""
    asked = url_state.get("z")
    digest, z = st.session_state.get("map_at", (None, None))
    if digest != checkpoint.digest or asked not in (None, z):
        _open(checkpoint, asked)
    elif asked is None and z is not None:  # back from another page
        url_state.set("z", z)
    if warning := st.session_state["map_warning"]:
        st.warning(warning)
    return st.session_state["map_pin"]


def _open(checkpoint: Checkpoint, asked: str | None) -> None:
    """Pin the URL's code, or keep a warning that says why that cannot be."""
    pin, warning = Pin.of_digit(checkpoint.codes, 0), None
    try:
        code = url_state.load_code(checkpoint.card.model.latent_dim)
        if code is not None:
            pin = Pin.at(code, checkpoint_cache.neighbor_index(checkpoint))
    except ConfigError as error:
        warning = f"{escape(error)} Showing test digit no. 0 instead."
    st.session_state.update(map_at=(checkpoint.digest, asked), map_pin=pin, map_warning=warning)


def _set(checkpoint: Checkpoint, pin: Pin) -> None:
    z = url_state.store_code(pin.code)
    st.session_state.update(map_at=(checkpoint.digest, z), map_pin=pin, map_warning=None)


def pick(checkpoint: Checkpoint, number: int | None) -> None:
    """Pin a test digit; None, as of an emptied input, changes nothing."""
    if number is not None:
        _set(checkpoint, Pin.of_digit(checkpoint.codes, number))


def release(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    """Pin what the visitor has clicked, as the browser reports it: {z, number, serial}."""
    number, serial = message.get("number"), message.get("serial")
    try:
        code = check_code(message.get("z"), checkpoint.card.model.latent_dim)
    except ConfigError:
        return  # not from our own script
    if isinstance(number, int) and 0 <= number < len(checkpoint.codes):
        pick(checkpoint, number)
    else:
        _set(checkpoint, Pin(code=code, number=None))
    st.session_state["map_serial"] = serial if isinstance(serial, int) else 0


def serial() -> int:
    """Return the browser's number of its latest pin: it ignores the echo of an older one."""
    return st.session_state.get("map_serial", 0)
