"""`/reconstruct`: test digits through the bottleneck, beside PCA of the same size."""

from __future__ import annotations

from typing import get_args

import numpy as np
import streamlit as st

from aecore import figures, metrics
from aecore.checkpoint import Checkpoint
from aecore.selection import Which, select
from aecore.ui import markup, resources, shell

_EXPLANATION = (
    "Test digits go through the bottleneck and come out again. The row of **PCA** is what the best "
    "linear code of the same size D makes of them: the autoencoder has to beat it to earn its keep."
)
_COUNT = 10


def render() -> None:
    found = shell.open_page("Reconstruction", _EXPLANATION)
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
    errors = resources.test_errors(found, digits)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Digits",
            get_args(Which),
            default="random",
            required=True,
            format_func=str.capitalize,
            key="reconstruct_which",
            persist_state="session",
        )
        label = st.selectbox(
            "Label",
            [None, *range(10)],
            key="reconstruct_label",
            width=120,
            format_func=lambda value: "all" if value is None else str(value),
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
        errors["model"], digits.labels, which=which, label=label, count=_COUNT, seed=_seed()
    )
    _grid(found, digits, chosen, errors)
    _by_label(found, digits, errors)


def _seed() -> int:
    return st.session_state.get("reconstruct_seed", 0)


def _grid(
    found: Checkpoint,
    digits: resources.TestDigits,
    chosen: np.ndarray,
    errors: dict[str, np.ndarray],
) -> None:
    from aecore.inference import reconstruct

    target = digits.images[chosen]
    output = reconstruct(resources.load_model(found), target)
    linear = found.pca.reconstruct(target)
    series = [
        markup.Row(name="input", images=target),
        markup.Row(name=found.name, images=output),
        markup.Row(name="PCA", images=linear),
        markup.Row(name=f"{found.name} − input", images=output - target, limit=1.0),
        markup.Row(name="PCA − input", images=linear - target, limit=1.0),
    ]
    columns = [
        f"{digits.labels[i]}\n{errors['model'][i]:.3f}\n{errors['PCA'][i]:.3f}" for i in chosen
    ]
    with st.container(key="reconstruction_grid"):
        st.html(
            markup.rows(
                series,
                [f"test digit no. {i}, a {digits.labels[i]}" for i in chosen],
                columns=columns,
                heading=f"label · error (MSE) of {found.name} · error of PCA",
            )
            + markup.colour_bar(1.0, "error")
        )
    st.caption("Grey pictures go from 0 (black) to 1 (white); what lies outside is cut.")


def _by_label(
    found: Checkpoint, digits: resources.TestDigits, errors: dict[str, np.ndarray]
) -> None:
    st.subheader("Error by digit", anchor=False)
    st.plotly_chart(
        figures.bars_by_label(
            {
                found.name: metrics.mse_by_label(errors["model"], digits.labels),
                f"PCA, D={found.card.model.latent_dim}": metrics.mse_by_label(
                    errors["PCA"], digits.labels
                ),
            },
            "mean squared error per pixel",
        ),
        key="reconstruct_by_label",
        config={"displayModeBar": False},
        alt="Bars: mean squared error for each label, of the model and of PCA",
    )
    st.caption(
        f"Means over all {len(digits.labels):,} test digits: {shell.plain(found.name)} "
        f"**{errors['model'].mean():.4f}**, PCA **{errors['PCA'].mean():.4f}**."
    )
