"""The settings of a new sweep on `/sweeps`, and about how long it takes."""

from __future__ import annotations

import streamlit as st

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
    preset = first[0].selectbox(
        "Preset", PRESETS, index=list(PRESETS).index("wide"), key="sweeps_preset"
    )
    usual = PRESETS[preset].train.epochs
    dims = first[1].text_input("Latent dimensions (D)", _DIMENSIONS, key="sweeps_dims")
    seeds = first[2].number_input("Seeds", 1, 20, 3, key="sweeps_seeds")
    epochs = first[3].number_input("Epochs", 1, 500, usual, key=f"sweeps_epochs_{preset}")
    varied = second[0].selectbox(
        "Also vary",
        [_NONE, *(name for name in SETTINGS if name not in _FIXED)],
        format_func=lambda name: SETTINGS[name].label if name else "nothing else",
        key="sweeps_setting",
    )
    values = {"latent_dim": grid.read_list("latent_dim", dims), "epochs": (str(epochs),)}
    if varied:
        text = second[1].text_input(
            f"Values of {SETTINGS[varied].label.lower()}, separated by commas",
            key=f"sweeps_values_{varied}",
            help=SETTINGS[varied].describe(),
        )
        if not text.strip():
            st.caption("Enter the values to vary.")
            return
        values[varied] = grid.read_list(varied, text)
    spec = SweepSpec(preset=preset, values=values, seeds=tuple(range(seeds)))
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
    ):
        sweep = launcher.submit(spec)
        url_state.set("sweep", sweep.id)
        st.session_state[CHOSEN] = sweep.id
        st.rerun()


def _seconds(points: list[grid.Point]) -> float:
    """Estimate the training time of all points, one after the other."""
    n_train, runs = datasets.test_set().n_train, run_cache.listing().runs
    return sum(
        estimate(point.model, point.train, n_train=n_train, runs=runs).seconds for point in points
    )
