"""From one digit to another, on `/generate`: choosing both ends, and the paths between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE
from aecore.imaging.png import to_png
from aecore.latent import interpolation
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads
from aecore.ui.components.live_model import live_decoder

_ENDS = {"from": 0, "to": 1}
"""The ends' names, and the test digits that a visit begins with."""


@scaffold.fragment
def show(checkpoint: Checkpoint) -> None:
    """Draw the choice of two test digits and the paths between their codes."""
    columns = st.columns(2, gap="large")
    start, end = (
        _pick(checkpoint, name, column) for name, column in zip(_ENDS, columns, strict=True)
    )
    paths = _paths(checkpoint, start, end)
    live_decoder(
        checkpoint,
        mode="path",
        settings={
            "token": f"{start}-{end}",
            "paths": [_settings(path) for path in paths],
        },
        on_release=lambda message: None,
    )
    with st.container(horizontal=True):
        for path in paths:
            downloads.offer_path(checkpoint, path)


def _pick(checkpoint: Checkpoint, name: str, column: Any) -> int:
    """Choose a test digit by its number, or any other one of a label."""
    key = f"journey_{name}"
    last = len(checkpoint.codes) - 1
    st.session_state[key] = min(st.session_state.get(key, _ENDS[name]), last)
    with column.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(f"{name.capitalize()} test digit no.", 0, last, key=key, width=170)
        label = st.selectbox(
            "Label",
            [None, *np.unique(checkpoint.labels).tolist()],
            key=f"{key}_label",
            width=100,
            format_func=lambda value: "any" if value is None else str(value),
        )
        st.button(
            "Another",
            key=f"{key}_another",
            on_click=_draw,
            args=(checkpoint, key, label),
            icon=":material/casino:",
        )
        _end(checkpoint, number)
    return number


def _draw(checkpoint: Checkpoint, key: str, label: int | None) -> None:
    """Choose another digit of this label; the same ones in every visit."""
    seed = st.session_state["journey_draws"] = st.session_state.get("journey_draws", 0) + 1
    among = (
        np.arange(len(checkpoint.labels))
        if label is None
        else np.flatnonzero(checkpoint.labels == label)
    )
    st.session_state[key] = int(np.random.default_rng(seed).choice(among))


def _end(checkpoint: Checkpoint, number: int) -> None:
    """The picture of a test digit, where it is at hand."""
    digits = datasets.test_set()
    label = checkpoint.labels[number]
    if digits.matches(checkpoint.card):
        picture = to_png(digits.images[number].reshape(SHAPE), scale=3)
        st.image(picture, width=84, alt=f"Test digit no. {number}, a {label}")
    else:
        st.caption(f"A {label}. MNIST is not at hand: no picture.")


def _paths(checkpoint: Checkpoint, start: int, end: int) -> tuple[interpolation.CodePath, ...]:
    """The paths of this visit's latest choice, computed once."""
    choice = (checkpoint.digest, start, end)
    kept = st.session_state.get("journey_paths")
    if kept is None or kept[0] != choice:
        with st.spinner("Looking for the way along the data…"):
            paths = interpolation.interpolate(
                checkpoint_cache.neighbor_index(checkpoint), start, end
            )
        kept = st.session_state["journey_paths"] = (choice, paths)
    return kept[1]


def _settings(path: interpolation.CodePath) -> dict[str, Any]:
    note = f"through {path.stops - 2} other test digits" if path.stops > 2 else ""
    return {
        "name": path.name,
        "title": path.name.capitalize(),
        "note": note,
        # As short as float32 allows: 17 digits a value would double the message.
        "codes": [[float(str(value)) for value in code] for code in path.codes],
        "percentiles": path.percentiles.round(2).tolist(),
    }
