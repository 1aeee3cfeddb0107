"""The button on `/` that saves the model's explorer as a file, which opens where the page is."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.ui.components import downloads

_STATE = "map_explorer_file"


def note(**parts: Any) -> None:
    """Note what is on show now; the button has been drawn before, so it follows in place."""
    st.session_state.setdefault(_STATE, {}).update(parts)


def outline_text(outline: list[list[float]] | None) -> str | None:
    """Write an outline as the file's address has it."""
    return None if outline is None else "_".join(f"{x:g},{y:g}" for x, y in outline)


def offer(checkpoint: Checkpoint, view: str) -> None:
    """Draw the button."""
    note(model=checkpoint.name, view=view)
    address = st.session_state[_STATE]
    downloads.offer_explorer([checkpoint], address, key="export_explorer")
