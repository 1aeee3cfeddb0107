"""Taking things along: digits, codes, paths, selections; and snippets that draw a digit again."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import snippets
from aecore.animation import to_gif
from aecore.checkpoint import Checkpoint
from aecore.interpolation import Path
from aecore.pictures import to_png
from aecore.subset import Subset
from aecore.ui import resources


def offer_digit(found: Checkpoint, code: np.ndarray) -> None:
    """Downloads and snippets of the digit that a code (D,) float32 decodes to."""
    with st.container(horizontal=True):
        st.download_button(
            "Digit as PNG",
            lambda: to_png(_decode(found, code[None])[0]),
            "digit.png",
            "image/png",
            key="export_png",
            on_click="ignore",
            icon=":material/download:",
            help="28 × 28 pixels, grey.",
        )
        st.download_button(
            "Code as text",
            snippets.exact(code) + "\n",
            "code.txt",
            "text/plain",
            key="export_code",
            on_click="ignore",
            icon=":material/download:",
        )
        with st.popover("Copy as Python", icon=":material/code:"):
            st.code(snippets.as_python(found.name, code), "python", height=_height(code))
        with st.popover("Copy as command", icon=":material/terminal:"):
            st.code(snippets.as_command(found.name, code), "bash", wrap_lines=True)
    st.caption("Both snippets run in the folder of this program, and draw the same picture.")


def offer_path(found: Checkpoint, path: Path) -> None:
    """Download of the digits along a path, one after the other."""
    st.download_button(
        f"{path.name.capitalize()} as GIF",
        lambda: to_gif(_decode(found, path.codes)),
        f"{path.name.replace(' ', '-')}.gif",
        "image/gif",
        key=f"export_gif_{path.name.replace(' ', '_')}",
        on_click="ignore",
        icon=":material/download:",
    )


def offer_subset(found: Checkpoint, chosen: Subset) -> None:
    """Downloads of some of a map's digits: their numbers, labels, errors and codes."""
    with st.container(horizontal=True):
        st.download_button(
            "Codes as CSV",
            chosen.to_csv,
            f"{found.name}-selection.csv",
            "text/csv",
            key="export_subset_csv",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Codes as NPZ",
            chosen.to_npz,
            f"{found.name}-selection.npz",
            "application/octet-stream",
            key="export_subset_npz",
            on_click="ignore",
            icon=":material/download:",
            help="For NumPy: numbers, labels, errors, codes.",
        )


def _decode(found: Checkpoint, codes: np.ndarray) -> np.ndarray:
    """Digits (B, 28, 28) of codes (B, D)."""
    from aecore.inference import decode

    return decode(resources.load_model(found), codes).reshape(-1, 28, 28)


def _height(code: np.ndarray) -> int | str:
    """Long programs scroll."""
    return 420 if len(code) > 32 else "content"
