"""The viewer's widgets as Streamlit components: registered once, mounted with a key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from aecore.viewer.bundle import bundle
from aecore.viewer.widgets import WIDGETS, mount_import

_SENT, _WANTED = "arrays_sent", "arrays_wanted"
_LISTENERS = {"ear": "eventListener", "theme": "themeListener"}
_IN_PAGE = ("rows",)
"""Widgets that live in the page itself, not in a shadow root: their styles hold for all of it."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """When the browser shows a widget's content again, before the server answers."""

    model: str | None
    """The model that the content belongs to, to be picked again; None: never."""
    view: str
    """Identifies everything else that determines the content."""


def mount(
    widget: str, key: str, data: bytes | Mapping[str, Any], **reports: Callable[[Any], None]
) -> None:
    """Mount a widget, or update the one that is there.

    Parameters
    ----------
    widget : str
        Its name in `aecore.viewer.widgets`, or `ear` or `theme` for a listener.
    key : str
        Of the element.
    data : bytes or mapping
        A message of `aecore.viewer.message`, or what JSON can hold.
    **reports : callable
        By the name under which the widget sends something: called with it before the script runs
        again. It comes from the browser: check it.
    """
    callbacks = {
        f"on_{name}_change": functools.partial(_pass_on, key, name, report)
        for name, report in reports.items()
    }
    _component(widget)(key=key, data=data, **callbacks)


def is_first_time(digest: str) -> bool:
    """Note that the browser of this session is sent what a digest names; tell whether it is new."""
    sent = st.session_state.setdefault(_SENT, set())
    is_new = digest not in sent
    sent.add(digest)
    return is_new


def send_again(digest: Any) -> None:
    """The browser lacks what a digest names: send it once more with the next message."""
    st.session_state.setdefault(_SENT, set()).discard(str(digest))


def want(digest: Any) -> None:
    """The browser asks for what a digest names: send it with the next message."""
    st.session_state[_WANTED] = digest


def is_wanted(digest: str) -> bool:
    """Return whether the browser has asked for what a digest names, since it was last told so."""
    if st.session_state.get(_WANTED) != digest:
        return False
    del st.session_state[_WANTED]
    return True


def entry(widget: str) -> str:
    """Return the module that exports a widget as a component."""
    if listener := _LISTENERS.get(widget):
        source = f'import {{ {listener} }} from "./adapters/streamlit.js";\n'
        return f"{source}export default {listener};\n"
    adapter = 'import { asComponent } from "./adapters/streamlit.js";\n'
    return f"{mount_import(widget)}{adapter}export default asComponent({WIDGETS[widget][1]});\n"


@functools.cache
def _component(widget: str) -> Callable[..., Any]:
    """Register the component `aecore_<widget>`, once."""
    script, styles = bundle(entry(widget))
    return st.components.v2.component(
        f"aecore_{widget}", js=script, css=styles, isolate_styles=widget not in _IN_PAGE
    )


def _pass_on(key: str, name: str, report: Callable[[Any], None]) -> None:
    if (sent := st.session_state.get(key)) is not None:  # None: the visitor has left the page
        report(sent.get(name))
