"""`/`: the map of all test digits' codes."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import figures, metrics
from aecore.checkpoint import Checkpoint
from aecore.pictures import to_png, to_signed_png
from aecore.projection import views
from aecore.ui import resources, shell

_EXPLANATION = (
    "An autoencoder squeezes the 784 pixels of a digit into a few numbers, its **code**, and "
    "draws the digit again from the code alone. Each dot is the code of a test digit that the "
    "model never saw in training: **click one** to see what its code has kept."
)


def render() -> None:
    found = shell.open_page("The map of codes", _EXPLANATION)
    choices = views(found.card.model.latent_dim)
    view = choices[0]
    if len(choices) > 1:
        view = st.segmented_control(
            "View", choices, default=view, required=True, key="map_view", persist_state="session"
        )
    _show(found, view)
    shell.close_page()


@st.fragment
@shell.guarded
def _show(found: Checkpoint, view: str) -> None:
    chart, panel = st.columns([2, 1], gap="medium")
    number = min(st.session_state.get("map_number", 0), len(found.codes) - 1)
    with chart:
        drawn = resources.projection(found, view)
        points = drawn.points(found.codes, found.labels)
        st.plotly_chart(
            figures.latent_map(
                points,
                found.labels,
                drawn.axis_names,
                pinned=points[number],
                pinned_label=f"test digit no. {number}, a {found.labels[number]}",
            ),
            key="latent_map",
            on_select=_clicked,
            selection_mode="points",
            config={"scrollZoom": True, "displaylogo": False},
            alt=f"Scatter plot of the codes of {len(found.codes):,} test digits by {found.name}, "
            "one colour for each digit from 0 to 9",
        )
        _neighbourhood(found)
    with panel:
        st.number_input(
            "Test digit no.",
            0,
            len(found.codes) - 1,
            number,
            key="map_number",
            help="Click a dot of a 2-D map, or type a number.",
            persist_state="session",
        )
        _pinned(found, number)


def _clicked() -> None:
    """A click on a dot picks that digit; a click on the ring or beside the dots changes nothing."""
    points = st.session_state["latent_map"].selection.points
    if points and points[0].get("customdata") is not None:
        st.session_state["map_number"] = int(np.ravel(points[0]["customdata"])[0])


def _pinned(found: Checkpoint, number: int) -> None:
    """The picked digit: what went in, what came out, the difference."""
    from aecore.inference import decode

    code = found.codes[number : number + 1].astype(np.float32)
    output = decode(resources.load_model(found), code)
    digits = resources.test_digits()
    at_hand = digits.belong_to(found.card)
    with st.container(horizontal=True, gap="small"):
        if at_hand:
            target = digits.images[number : number + 1]
            _picture("input", to_png(target.reshape(28, 28), scale=4))
            _picture("output", to_png(output.reshape(28, 28), scale=4))
            _picture(
                "output − input",
                to_signed_png((output - target).reshape(28, 28), limit=1.0, scale=4),
            )
        else:
            _picture("output", to_png(output.reshape(28, 28), scale=4))
    st.markdown(f"Label **{found.labels[number]}** · {shell.code_text(code[0])}")
    if at_hand:
        st.markdown(f"Error of this digit (MSE) **{metrics.mse(target, output)[0]:.4f}**")
        st.caption("Red: the output is too bright; blue: too dark; white: equal.")
    else:
        st.caption("The dots are MNIST's test digits, which are not at hand: no input is shown.")
    percentile = float(resources.map_distance(found).percentile(code)[0])
    st.caption(f"Farther from its nearest codes than {percentile:.0f}% of the test digits.")


def _picture(name: str, png: bytes) -> None:
    with st.container(width=112):
        st.image(png, width=112, alt=name)
        st.caption(name)


def _neighbourhood(found: Checkpoint) -> None:
    """How well the code keeps the digits apart, beside PCA of the same size."""
    figures_kept = found.card.metrics
    if {"knn5_accuracy", "pca_knn5_accuracy"} <= set(figures_kept):
        st.markdown(
            f"Told from its 5 nearest neighbours in code space, the label of "
            f"**{figures_kept['knn5_accuracy']:.1%}** of the test digits is right; with the "
            f"{shell.dimensions(found.card.model.latent_dim)} numbers of PCA, of "
            f"**{figures_kept['pca_knn5_accuracy']:.1%}**."
        )
