"""What a visitor has deleted on `/train`, until that page is left."""

from __future__ import annotations

import streamlit as st

from aecore.checkpoints import library
from aecore.checkpoints.library import Deleted

_KEY = "shelf_deleted"


def content() -> list[Deleted]:
    """What can be brought back, the oldest first."""
    return st.session_state.setdefault(_KEY, [])


def leave() -> None:
    """The page was left: what was deleted there is gone for good."""
    for deleted in st.session_state.pop(_KEY, ()):
        library.discard(deleted)
