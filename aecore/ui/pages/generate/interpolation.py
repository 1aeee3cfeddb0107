"""Interpolation between the codes of two test digits, on `/generate`."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from aecore.analysis.sampling import select
from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE
from aecore.imaging.png import to_png
from aecore.latent.interpolation import CodePath, interpolate
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads
from aecore.ui.components.live_model import mount_live_model
from aecore.ui.text import formats

_ENDS = {"from": 0, "to": 1}
"""Both ends, and the test digits that they begin with."""


@scaffold.fragment
def show(checkpoint: Checkpoint) -> None:
    """Draw the choice of two test digits, and the paths between their codes."""
    columns = st.columns(2, gap="large")
    start, end = (
        _pick(checkpoint, name, column) for name, column in zip(_ENDS, columns, strict=True)
    )
    paths = _paths(checkpoint, start, end)
    mount_live_model(
        checkpoint,
        mode="path",
        settings={"token": f"{start}-{end}", "paths": [_settings(path) for path in paths]},
        on_release=lambda message: None,
    )
    with st.container(horizontal=True):
        for path in paths:
            downloads.offer_path(checkpoint, path)


def _pick(checkpoint: Checkpoint, name: str, column: Any) -> int:
    """Draw the choice of a test digit by its number, or of a random one by its label."""
    key, last = f"journey_{name}", len(checkpoint.codes) - 1
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
            "Random",
            key=f"{key}_another",
            on_click=_draw,
            args=(checkpoint, key, label),
            icon=":material/casino:",
        )
        _picture(checkpoint, number)
    return number


def _draw(checkpoint: Checkpoint, key: str, label: int | None) -> None:
    """Choose a random digit with a label; the same ones in every visit."""
    seed = st.session_state["journey_draws"] = st.session_state.get("journey_draws", 0) + 1
    (number,) = select(
        checkpoint.errors, checkpoint.labels, which="random", label=label, count=1, seed=seed
    )
    st.session_state[key] = int(number)


def _picture(checkpoint: Checkpoint, number: int) -> None:
    digits, label = datasets.test_set(), checkpoint.labels[number]
    if digits.matches(checkpoint.card):
        picture = to_png(digits.images[number].reshape(SHAPE), scale=3)
        st.image(picture, width=84, alt=f"Test digit no. {number}, a {label}")
    else:
        st.caption(f"Label {label}. {formats.missing_data(checkpoint.card)}")


def _paths(checkpoint: Checkpoint, start: int, end: int) -> tuple[CodePath, ...]:
    """Return the paths of this visit's latest choice, computed once."""
    choice = (checkpoint.digest, start, end)
    kept = st.session_state.get("journey_paths")
    if kept is None or kept[0] != choice:
        with st.spinner("Finding a path along the data…"):
            paths = interpolate(checkpoint_cache.neighbor_index(checkpoint), start, end)
        kept = st.session_state["journey_paths"] = (choice, paths)
    return kept[1]


def _settings(path: CodePath) -> dict[str, Any]:
    return {
        "name": path.name,
        "title": path.name.capitalize(),
        "note": f"through {path.stops - 2} other test digits" if path.stops > 2 else "",
        # As short as float32 allows: 17 digits a value would double the message.
        "codes": [[float(str(value)) for value in code] for code in path.codes],
        "percentiles": path.percentiles.round(2).tolist(),
    }
