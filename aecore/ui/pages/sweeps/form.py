"""The settings of a new sweep on `/sweeps`, and about how long it takes."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.jobs.estimate import estimate
from aecore.presets import PRESETS
from aecore.sweeps import grid, launcher
from aecore.sweeps.grid import SETTINGS, SweepSpec
from aecore.ui import scaffold, url_state
from aecore.ui.cache import datasets
from aecore.ui.cache import runs as run_cache
from aecore.ui.text.formats import duration

CHOSEN = "sweeps_shown"
"""Key of the picker of the sweep on show."""
_NONE = ""
_PRESET = "wide"
_MOST_LETTERS = 500  # of a list of values; a link holds it
_DIMENSIONS = "1, 2, 4, 8, 16, 32, 64, 128"
_FIXED = ("latent_dim", "epochs", "family")
"""Settings that have inputs of their own, or none."""


@scaffold.fragment
def show() -> None:
    """Draw the inputs, the cost, and the button that starts the sweep."""
    with st.container(border=True):
        _form()


@scaffold.guarded
def _form() -> None:
    first, second = st.columns(4), st.columns([1, 2, 1], vertical_alignment="bottom")
    url_state.load("preset", "sweeps_preset", PRESETS.keys(), _PRESET)
    preset = first[0].selectbox(
        "Preset", PRESETS, key="sweeps_preset", on_change=_forget, args=("epochs",)
    )
    url_state.store("preset", "sweeps_preset", preset, _PRESET)
    usual = PRESETS[preset].train.epochs
    dims = _text(
        first[1],
        "Latent dimensions (D)",
        key="sweeps_dims",
        name="dims",
        default=_DIMENSIONS,
    )
    seeds = _number(first[2], "Seeds", key="sweeps_seeds", name="seeds", default=3, most=20)
    epochs = _number(
        first[3],
        "Epochs",
        key=f"sweeps_epochs_{preset}",
        name="epochs",
        default=usual,
        most=500,
    )
    options = [_NONE, *(name for name in SETTINGS if name not in _FIXED)]
    url_state.load("vary", "sweeps_setting", options, _NONE)
    varied = second[0].selectbox(
        "Also vary",
        options,
        format_func=lambda name: SETTINGS[name].label if name else "nothing else",
        key="sweeps_setting",
        on_change=_forget,
        args=("values",),
    )
    url_state.store("vary", "sweeps_setting", varied, _NONE)
    values = {"latent_dim": grid.read_list("latent_dim", dims), "epochs": (str(epochs),)}
    if varied:
        text = _text(
            second[1],
            f"Values of {SETTINGS[varied].label.lower()}, separated by commas",
            key=f"sweeps_values_{varied}",
            name="values",
            help=SETTINGS[varied].describe(),
        )
        if not text.strip():
            st.caption("Enter the values to vary.")
            return
        values[varied] = grid.read_list(varied, text)
    spec = SweepSpec(
        preset=preset,
        values=values,
        seeds=tuple(range(seeds)),
        data=datasets.folder_in_use(),
    )
    points = spec.points()
    launcher.check(points)
    seconds = _seconds(points)
    st.markdown(f"**{len(points)}** trainings · about **{duration(seconds)}** on this machine")
    if second[2].button(
        "Start sweep",
        key="sweeps_start",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=datasets.is_uploaded(),
    ):
        sweep = launcher.submit(spec)
        url_state.set("sweep", sweep.id)
        st.session_state[CHOSEN] = sweep.id
        st.rerun()


def _forget(name: str) -> None:
    """Remove from the URL what was entered for another preset or setting."""
    url_state.set(name, None)


def _text(
    place: DeltaGenerator, label: str, *, key: str, name: str, default: str = "", **more: Any
) -> str:
    """Draw a text input, which the URL holds unless it is the default."""
    url_state.load_value(name, key, (url_state.get(name) or default)[:_MOST_LETTERS])
    text: str = place.text_input(label, key=key, max_chars=_MOST_LETTERS, **more)
    url_state.store(name, key, text, default)
    return text


def _number(
    place: DeltaGenerator, label: str, *, key: str, name: str, default: int, most: int
) -> int:
    """Draw an input of a number from 1, which the URL holds unless it is the default."""
    url_state.load_number(name, key, most, default)
    st.session_state[key] = st.session_state[key] or default
    number: int = place.number_input(label, 1, most, key=key)
    url_state.store(name, key, number, default)
    return number


def _seconds(points: list[grid.Point]) -> float:
    """Estimate the training time of all points, one after the other."""
    n_train, runs = datasets.test_set().n_train, run_cache.listing().runs
    return sum(
        estimate(point.model, point.train, n_train=n_train, runs=runs).seconds for point in points
    )
