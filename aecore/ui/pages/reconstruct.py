"""`/reconstruct`: test digits through the bottleneck, beside PCA of the same size."""

from __future__ import annotations

from typing import get_args

import numpy as np
import streamlit as st

from aecore.checkpoint import Checkpoint
from aecore.selection import Which, led_by, select
from aecore.ui import laboratory, resources, runs, shell, ways
from aecore.ui.component import Foresight
from aecore.ui.rows import Row, rows

_EXPLANATION = (
    "Test digits go through the bottleneck and come out again. The row of **PCA** is what the best "
    "linear code of the same size D makes of them: the autoencoder has to beat it to earn its "
    "keep. **Click** a digit to see where it lies on the map."
)
_COUNT = 10


def render() -> None:
    found = shell.open_page("Reconstruction", _EXPLANATION, measures=True)
    if found.card.train.noise is not None:
        st.info(
            f"{shell.plain(found.name)} was trained to mend digits with {found.card.train.noise}; "
            "here it gets clean ones. Its own task is on the page Denoise.",
            icon=":material/info:",
        )
    _show(found)
    shell.close_page()


@st.fragment
@shell.guarded
def _show(found: Checkpoint) -> None:
    digits = resources.test_digits()
    first = runs.through([found])[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen, asked = _pick_digits(first, digits)
        others = _pick_models(found)
        differences = st.toggle(
            "Error pictures", True, key="reconstruct_differences", persist_state="session"
        )
    shown = runs.through([found, *others])
    scene = (asked, [other.digest for other in others], differences, digits.fingerprint)
    _grid(shown, digits, chosen, Foresight(model=found.name, scene=str(scene)), differences)
    laboratory.show(shown, int(chosen[0]))


def _pick_digits(
    first: runs.Run, digits: resources.TestDigits
) -> tuple[np.ndarray, tuple[object, ...]]:
    """Which test digits to show, the one first that was asked for; and all that was asked for."""
    which = st.segmented_control(
        "Digits",
        get_args(Which),
        default="random",
        required=True,
        format_func=str.capitalize,
        key="reconstruct_which",
        bind="query-params",
        persist_state="session",
    )
    label = st.segmented_control(
        "Label",
        ["all", *map(str, range(10))],
        default="all",
        required=True,
        key="reconstruct_label",
        bind="query-params",
        persist_state="session",
    )
    number = st.number_input(
        "Put first: test digit no.",
        0,
        len(digits.labels) - 1,
        None,
        key=ways.DIGIT,
        width=190,
        placeholder="none",
        bind="query-params",
        persist_state="session",
    )
    if st.button(
        "Other digits",
        disabled=which != "random",
        icon=":material/casino:",
        key="reconstruct_again",
    ):
        st.session_state["reconstruct_seed"] = _seed() + 1
    chosen = select(
        first.errors,
        digits.labels,
        which=which,
        label=None if label == "all" else int(label),
        count=_COUNT,
        seed=_seed(),
    )
    return led_by(number, chosen), (which, label, number, _seed())


def _seed() -> int:
    return st.session_state.get("reconstruct_seed", 0)


def _pick_models(found: Checkpoint) -> list[Checkpoint]:
    """The models to show beside the page's own."""
    cards = resources.cards()
    names = st.multiselect(
        "Compare with",
        [name for name in cards if name != found.name],
        key="reconstruct_with",
        placeholder="any other models",
        width=420,
        bind="query-params",
        persist_state="session",
    )
    return [resources.load_checkpoint(name) for name in names]


def _grid(
    shown: list[runs.Run],
    digits: resources.TestDigits,
    chosen: np.ndarray,
    foresight: Foresight,
    differences: bool,
) -> None:
    target = digits.images[chosen]
    links = {run.found.name: ways.to_map(run.found, chosen) for run in shown}
    series = [
        Row(
            name="input",
            images=target,
            texts=[str(label) for label in digits.labels[chosen]],
            links=links[shown[0].found.name],
        )
    ]
    for run in shown:
        output = run.output(target)
        series.append(
            Row(
                name=f"{run.title} · MSE over all {len(digits.labels):,} test digits "
                f"{run.errors.mean():.4f}; of each",
                images=output,
                texts=[f"{error:.4f}" for error in run.errors[chosen]],
                links=() if run.is_pca else links[run.found.name],
            )
        )
        if differences:
            series.append(Row(name=f"{run.title} − input", images=output - target, limit=1.0))
    with st.container(key="reconstruction_grid"):
        rows(
            "reconstruct_pictures",
            series,
            [f"test digit no. {i}, a {digits.labels[i]}" for i in chosen],
            scale_name="error",
            note="Under each input its label, under each output its MSE, the mean squared error "
            "per pixel. Grey pictures go from 0 (black) to 1 (white); what lies outside is cut.",
            title="reconstructions",
            file="reconstructions",
            foresight=foresight,
        )
