"""What this visit has pinned on the map: the page's address names it, the session remembers it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.checkpoint import Checkpoint
from aecore.codes import check_code
from aecore.errors import ConfigError
from aecore.pin import Pin
from aecore.ui import address, resources, shell


def current(found: Checkpoint) -> Pin:
    """What is pinned: as the address says, else as it was, else the first test digit."""
    asked = address.get("z")
    digest, z = st.session_state.get("map_at", (None, None))
    if digest != found.digest or asked not in (None, z):
        _enter(found, asked)
    elif asked is None and z is not None:  # back from another page
        address.put("z", z)
    if warning := st.session_state["map_warning"]:
        st.warning(warning)
    return st.session_state["map_pin"]


def _enter(found: Checkpoint, asked: str | None) -> None:
    """Pin what the address asks for, or say why that cannot be."""
    pin, warning = Pin.of_digit(found.codes, 0), None
    if asked is not None:
        try:
            code = address.requested_code(found.card.model.latent_dim)
            pin = Pin.at(code, resources.map_distance(found))
        except ConfigError as error:
            warning = f"{shell.plain(error)} Showing test digit no. 0 instead."
    st.session_state.update(map_at=(found.digest, asked), map_pin=pin, map_warning=warning)


def _pin(found: Checkpoint, pin: Pin) -> None:
    """Pin this, and let the address follow."""
    at = (found.digest, address.set_code(pin.code))
    st.session_state.update(map_at=at, map_pin=pin, map_warning=None)


def pick(found: Checkpoint, number: int | None) -> None:
    """Pin a test digit; None, as of an emptied field, changes nothing."""
    if number is not None:
        _pin(found, Pin.of_digit(found.codes, number))


def release(found: Checkpoint, message: dict[str, Any]) -> None:
    """Pin what the browser says that the visitor has clicked: {z, number, serial}."""
    number, serial = message.get("number"), message.get("serial")
    try:
        code = check_code(message.get("z"), found.card.model.latent_dim)
    except ConfigError:
        return  # not from our own script
    if isinstance(number, int) and 0 <= number < len(found.codes):
        pick(found, number)
    else:
        _pin(found, Pin(code=code, number=None))
    st.session_state["map_serial"] = serial if isinstance(serial, int) else 0


def serial() -> int:
    """The number that the browser gave its latest pin: it ignores the echo of an older one."""
    return st.session_state.get("map_serial", 0)
