"""The presentation of `?present=1`: larger type and marks, the sidebar closed, no side matter."""

from __future__ import annotations

import streamlit as st

from aecore.ui import url_state

_STATE = "app_present"


def read() -> bool:
    """Take what the URL says, if anything, and return whether the visit is a presentation.

    The sidebar's links, whose URLs say nothing, lead to pages that are shown alike.
    """
    if st.query_params:
        st.session_state[_STATE] = st.query_params.get("present") == "1"
    return is_on()


def is_on() -> bool:
    """Return whether the visit is a presentation."""
    return bool(st.session_state.get(_STATE, False))


def draw_switch() -> None:
    """Draw the button that begins or ends the presentation."""
    label = "End presentation" if is_on() else "Present"
    if st.button(
        label,
        key="present_switch",
        icon=":material/present_to_all:",
        type="tertiary",
        help="Larger type and marks; no sidebar, captions, downloads or toolbars",
    ):
        st.session_state[_STATE] = not is_on()
        url_state.set("present", "1" if is_on() else None)
        url_state.flush()
        st.rerun()
