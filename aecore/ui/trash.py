"""Models that a visitor has deleted on `/train`, kept until that page is left."""

from __future__ import annotations

import streamlit as st

from aecore.checkpoints import library
from aecore.checkpoints.library import Deleted

_KEY = "shelf_deleted"


def content() -> list[Deleted]:
    """Return what can be restored, the oldest first."""
    return st.session_state.setdefault(_KEY, [])


def empty() -> None:
    """Discard what was deleted, now that the page has been left."""
    for deleted in st.session_state.pop(_KEY, ()):
        library.discard(deleted)
