"""Hears what a script of the page announces, for the fragment that it is mounted in.

A component's own message runs again all of the fragment that the component lies in. Where another,
smaller fragment is to answer, the script dispatches an event, and an ear in that fragment passes
it on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from aecore.ui.components.registry import component


def hear(
    key: str,
    event: str,
    on_heard: Callable[[dict[str, Any]], None],
    *,
    reply: dict[str, Any] | None = None,
) -> None:
    """Mount an ear, which is not seen.

    Parameters
    ----------
    key : str
    event : str
        The kind of `CustomEvent` on the document that it listens for.
    on_heard : callable
        Called, before the fragment runs again, with the event's `detail`. It comes from the
        browser: check it.
    reply : dict, optional
        The `detail` of an event `<event>-reply` that goes back to the scripts of the page.
    """
    component("ear", "adapters/event_listener", "ear")(
        key=key,
        data={"event": event, "reply": reply},
        on_heard_change=lambda: _pass_on(key, on_heard),
    )


def _pass_on(key: str, on_heard: Callable[[dict[str, Any]], None]) -> None:
    message = st.session_state[key].get("heard")
    if isinstance(message, dict):
        on_heard(message)
