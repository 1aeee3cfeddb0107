"""`/generate`: digits decoded from a single code, or along a path between two codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.analysis.sampling import select, typical
from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.latent.codes import check_code
from aecore.latent.interpolation import (
    STEPS,
    CodePath,
    interpolate_along_data,
    interpolate_straight,
)
from aecore.ui import inputs, page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache.shared import shared
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.live_model import mount_live_model
from aecore.ui.components.registry import Preview
from aecore.ui.measurement import Measurement
from aecore.ui.text import formats
from aecore.ui.theme import class_colors, theme

_EXPLANATION = (
    "The decoder turns **any** code into an image, not only the codes that the encoder produces. "
    "**Between** two classes the digit blurs, and far **outside the data**, where the decoder was "
    "never trained, it can be anything."
)
_ENDS = {"from": 0, "to": 1}
"""Both ends of an interpolation, and the test digits that they begin with."""
_ANY = "any"
"""Of the labels; with None among its options Streamlit's list would offer to clear it."""


def render() -> None:
    checkpoint = scaffold.open_page("Generate digits", _EXPLANATION, flush=False)
    tasks = {"Single code": _single_code, "Interpolate": _interpolate}
    task = inputs.segments(
        "Task",
        list(tasks),
        key="generate_task",
        name="task",
        written={"Single code": "code", "Interpolate": "path"}.__getitem__,
        label_visibility="collapsed",
    )
    tasks[task](checkpoint)
    scaffold.close_page()


def prepare(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Compute what the page shows first of a model."""
    checkpoint_cache.sliders(checkpoint)


@scaffold.fragment
def _single_code(checkpoint: Checkpoint) -> None:
    _load_code(checkpoint)
    mount_live_model(
        checkpoint,
        mode="generate",
        settings={
            "revision": st.session_state["generate_revision"],
            "z": st.session_state["generate_code"].tolist(),
            **checkpoint_cache.sliders(checkpoint).to_dict(),
            "colors": class_colors(),
        },
        preview=_preview(checkpoint),
        on_release=lambda message: _release(checkpoint, message),
    )
    downloads.offer_digit(checkpoint, st.session_state["generate_code"])


def _load_code(checkpoint: Checkpoint) -> None:
    """Start from the URL's code, else from a test digit's."""
    if st.session_state.get("generate_at") == (checkpoint.digest, url_state.get("z")):
        return
    code = None
    try:
        code = url_state.load_code(checkpoint.card.model.latent_dim)
    except ConfigError as error:
        st.warning(page_data.words(f"{formats.escape(error)} Showing a test digit instead."))
    if code is None:
        code = _first_code(checkpoint)
    _store_code(checkpoint, code)
    st.session_state["generate_revision"] = st.session_state.get("generate_revision", 0) + 1


def _first_code(checkpoint: Checkpoint) -> np.ndarray:
    """Return a test digit's code (D,): the mean code decodes to a blur of all classes."""
    return checkpoint.codes[typical(checkpoint.errors)]


def _preview(checkpoint: Checkpoint) -> Preview:
    """Return when the widget shows the same again: a model just picked shows its first code."""
    is_first = np.array_equal(st.session_state["generate_code"], _first_code(checkpoint))
    return Preview(model=checkpoint.name if is_first else None, view=theme())


def _store_code(checkpoint: Checkpoint, code: np.ndarray) -> None:
    st.session_state["generate_code"] = code.astype(np.float32)
    st.session_state["generate_at"] = (checkpoint.digest, url_state.store_code(code))


def _release(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    """Keep the code that the visitor has set in the browser."""
    if message.get("hash") != checkpoint.digest:
        return  # sent before another model was picked
    try:
        _store_code(checkpoint, check_code(message.get("z"), checkpoint.card.model.latent_dim))
    except ConfigError:
        return  # not from our own script


@scaffold.fragment
def _interpolate(checkpoint: Checkpoint) -> None:
    """Draw the choice of two test digits, and the paths between their codes."""
    columns = st.columns(2, gap="large")
    start, end = (
        _pick(checkpoint, name, column) for name, column in zip(_ENDS, columns, strict=True)
    )
    found = _paths(checkpoint, start, end)
    search = _search(checkpoint, start, end, found)
    is_found = search.is_complete()
    paths = list(found.values())  # one may be added meanwhile
    mount_live_model(
        checkpoint,
        mode="path",
        settings={
            "token": f"{start}-{end}",
            "frame": _frame(),
            # Of its latest report: the browser ignores the echo of an older one.
            "serial": st.session_state.get("journey_serial", 0),
            "paths": [_settings(path) for path in paths],
            "isSearching": len(paths) == 1,
            "colors": class_colors(),
        },
        on_release=lambda message: _stop_at(f"{start}-{end}", message),
    )
    if not is_found:
        search.show_progress()
    with st.container(horizontal=True):
        for path in paths:
            downloads.offer_path(checkpoint, path)


def _pick(checkpoint: Checkpoint, name: str, column: DeltaGenerator) -> int:
    """Draw the choice of a test digit by its number, or of a random one by its label."""
    key, last = f"journey_{name}", len(checkpoint.codes) - 1
    url_state.load_number(name, key, last, _ENDS[name])
    with column.container(
        key=f"{key}_pick", horizontal=True, vertical_alignment="bottom", gap="xsmall"
    ):
        number = st.number_input(
            page_data.words(f"{name.capitalize()} test digit no."),
            0,
            last,
            key=key,
            width=132,
            on_change=_start_over,
        )
        url_state.store(name, key, number, _ENDS[name])
        st.selectbox(
            "Label",
            [_ANY, *map(str, np.unique(checkpoint.labels))],
            key=f"{key}_label",
            width=84,
            on_change=_draw,
            args=(checkpoint, key),
        )
        st.button(
            "Random",
            key=f"{key}_another",
            on_click=_draw,
            args=(checkpoint, key),
            icon=":material/casino:",
            help=page_data.words("Another test digit of this label"),
        )
        _picture(checkpoint, number)
    return number


def _draw(checkpoint: Checkpoint, key: str) -> None:
    """Choose a random digit with the chosen label; the same ones in every visit."""
    label = st.session_state[f"{key}_label"]
    seed = st.session_state["journey_draws"] = st.session_state.get("journey_draws", 0) + 1
    (number,) = select(
        checkpoint.errors,
        checkpoint.labels,
        which="random",
        label=None if label == _ANY else int(label),
        count=1,
        seed=seed,
    )
    st.session_state[key] = int(number)
    _start_over()


def _start_over() -> None:
    """Begin another path with its first frame."""
    url_state.set("frame", None)


def _frame() -> int:
    """Return the frame of the URL, from 0."""
    text = url_state.get("frame") or ""
    return min(int(text[:9]), STEPS - 1) if text.isdecimal() else 0


def _stop_at(token: str, message: dict[str, Any]) -> None:
    """Keep the frame that the visitor has stopped at in the browser."""
    frame, serial = message.get("frame"), message.get("serial")
    st.session_state["journey_serial"] = serial if isinstance(serial, int) else 0
    if message.get("token") == token and isinstance(frame, int) and 0 <= frame < STEPS:
        url_state.set("frame", str(frame) if frame else None)


def _picture(checkpoint: Checkpoint, number: int) -> None:
    digits, label = datasets.test_set(), checkpoint.labels[number]
    if digits.matches(checkpoint.card):
        alt = page_data.words(f"Test digit no. {number}, {formats.with_article(label)}")
        st.html(html_parts.picture(digits.images[number], alt), width=48)
    else:
        st.caption(f"Label {label}. {formats.missing_data(checkpoint.card, digits.origin)}")


@shared(kept=64)
def _paths(checkpoint: Checkpoint, start: int, end: int) -> dict[str, CodePath]:
    """Return the paths between two codes, as far as they are found: the straight one first."""
    return {
        "straight": interpolate_straight(checkpoint_cache.neighbor_index(checkpoint), start, end)
    }


def _search(
    checkpoint: Checkpoint, start: int, end: int, paths: dict[str, CodePath]
) -> Measurement:
    """Return the measurement that adds the path along the data to those of `_paths`."""
    index = checkpoint_cache.neighbor_index(checkpoint)

    def measure() -> Iterator[None]:
        paths["along"] = interpolate_along_data(index, start, end)
        yield

    return Measurement(
        key=("path", checkpoint.digest, start, end),
        measure=measure,
        missing=lambda: 2 - len(paths),
        parts=1,
        text="Finding a path along the data…",
    )


def _settings(path: CodePath) -> dict[str, Any]:
    return {
        "name": path.name,
        "title": path.name.capitalize(),
        "note": f"through {path.stops - 2} other test digits" if path.stops > 2 else "",
        # As short as float32 allows: 17 digits a value would double the message.
        "codes": [[float(str(value)) for value in code] for code in path.codes],
        "percentiles": path.percentiles.round(2).tolist(),
    }
