"""`/reconstruct`: test digits through the bottleneck, beside PCA of the same size."""

from __future__ import annotations

from typing import get_args

import numpy as np
import streamlit as st

from aecore.analysis.sampling import Which, put_first, select
from aecore.checkpoints.file import Checkpoint
from aecore.ui import links as ui_links
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.image_rows import Row, rows
from aecore.ui.components.registry import Foresight
from aecore.ui.pages.reconstruct import experiments, reconstructions

_EXPLANATION = (
    "Test digits go through the bottleneck and come out again. The row of **PCA** is what the best "
    "linear code of the same size D makes of them: the autoencoder has to beat it to earn its "
    "keep. **Click** a digit to see where it lies on the map."
)
_COUNT = 10


def render() -> None:
    checkpoint = scaffold.open_page("Reconstruction", _EXPLANATION, measures=True)
    if checkpoint.card.train.noise is not None:
        st.info(
            f"{scaffold.plain(checkpoint.name)} was trained to mend digits with {checkpoint.card.train.noise}; "
            "here it gets clean ones. Its own task is on the page Denoise.",
            icon=":material/info:",
        )
    _show(checkpoint)
    scaffold.close_page()


@st.fragment
@scaffold.guarded
def _show(checkpoint: Checkpoint) -> None:
    digits = datasets.test_set()
    first = reconstructions.through([checkpoint])[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen, asked = _pick_digits(first, digits)
        others = _pick_models(checkpoint)
        differences = st.toggle(
            "Error pictures", True, key="reconstruct_differences", persist_state="session"
        )
    shown = reconstructions.through([checkpoint, *others])
    scene = (asked, [other.digest for other in others], differences, digits.fingerprint)
    _grid(shown, digits, chosen, Foresight(model=checkpoint.name, scene=str(scene)), differences)
    experiments.show(shown, int(chosen[0]))


def _pick_digits(
    first: reconstructions.Run, digits: datasets.TestSet
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
        key=ui_links.DIGIT,
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
    return put_first(number, chosen), (which, label, number, _seed())


def _seed() -> int:
    return st.session_state.get("reconstruct_seed", 0)


def _pick_models(checkpoint: Checkpoint) -> list[Checkpoint]:
    """The models to show beside the page's own."""
    cards = checkpoint_cache.cards()
    names = st.multiselect(
        "Compare with",
        [name for name in cards if name != checkpoint.name],
        key="reconstruct_with",
        placeholder="any other models",
        width=420,
        bind="query-params",
        persist_state="session",
    )
    return [checkpoint_cache.load(name) for name in names]


def _grid(
    shown: list[reconstructions.Run],
    digits: datasets.TestSet,
    chosen: np.ndarray,
    foresight: Foresight,
    differences: bool,
) -> None:
    target = digits.images[chosen]
    links = {run.checkpoint.name: ui_links.to_map(run.checkpoint, chosen) for run in shown}
    series = [
        Row(
            name="input",
            images=target,
            texts=[str(label) for label in digits.labels[chosen]],
            links=links[shown[0].checkpoint.name],
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
                links=() if run.is_pca else links[run.checkpoint.name],
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
            "per pixel. Gray pictures go from 0 (black) to 1 (white); what lies outside is cut.",
            title="reconstructions",
            file="reconstructions",
            foresight=foresight,
        )
