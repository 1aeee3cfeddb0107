"""`/`: the map of all test digits' codes."""

from __future__ import annotations

import functools

import numpy as np
import streamlit as st

from aecore.analysis import metrics
from aecore.analysis.sampling import evenly_spaced
from aecore.charts import latent_map
from aecore.checkpoints.file import Checkpoint
from aecore.latent.codes import Pin
from aecore.latent.projection import LINE, PLANE, PRINCIPAL_PLANE, views
from aecore.ui import links, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import html as html_parts
from aecore.ui.components.live_model import live_decoder
from aecore.ui.pages.map import pin, selection
from aecore.ui.text import formats
from aecore.ui.text.formats import dimensions

_EXPLANATION = (
    "An autoencoder squeezes the 784 pixels of a digit into a few numbers, its **code**, and draws "
    "it again from the code alone; each dot is the code of a test digit that the model never saw "
    "in training. **Move over the map** and your browser decodes the point under the pointer, "
    "between the dots too; **click** to pin a dot or any point; **Box** and **Lasso** select "
    "digits."
)
_FLAT = {LINE: "line", PLANE: "plane", PRINCIPAL_PLANE: "principal"}
_SIDE = 84  # px of a picture: three fit beside the map
_SVG_POINTS = 2_000
"""Dots that a browser without WebGL still draws quickly."""


def render() -> None:
    checkpoint = scaffold.open_page("The latent space", _EXPLANATION, flush=False)
    choices = views(checkpoint.card.model.latent_dim)
    if not _webgl():
        choices = tuple(choice for choice in choices if choice in _FLAT)
    view = choices[0]
    if len(choices) > 1:
        view = st.segmented_control(
            "View", choices, default=view, required=True, key="map_view", persist_state="session"
        )
    _show(checkpoint, view)
    scaffold.close_page()


def _webgl() -> bool:
    """Whether the visitor's browser can draw with WebGL, as far as is known."""
    return st.session_state.get("app_webgl", True)


def _no_webgl() -> None:
    st.session_state.update(app_webgl=False, map_redraw=True)


def _show(checkpoint: Checkpoint, view: str) -> None:
    """The scatter is drawn once; pinning and selecting are fragments of their own beside it."""
    chart, panel = st.columns([2, 1], gap="medium")
    with chart:
        _chart(checkpoint, view)
        _neighborhood(checkpoint)
    with panel:
        _panel(checkpoint, view)
    if view in _FLAT:
        selection.show(checkpoint, view)
    else:
        flat = next(choice for choice in views(checkpoint.card.model.latent_dim) if choice in _FLAT)
        st.caption(
            f"A box or a lasso needs a flat view: to select digits, choose *{flat}* above, the "
            "codes along their first two principal axes."
        )


@scaffold.fragment
def _panel(checkpoint: Checkpoint, view: str) -> None:
    """The decoder in the browser, and what is pinned."""
    if st.session_state.pop("map_redraw", False):
        st.rerun()  # the whole page: the scatter lies outside
    pinned = pin.current(checkpoint)
    live_decoder(
        checkpoint,
        mode="map",
        settings={
            "view": _FLAT.get(view, "space"),
            "pin": {"z": pinned.code.tolist(), "number": pinned.number},
            "serial": pin.serial(),
            "webgl": _webgl(),
            "outline": selection.outline(checkpoint, view),
        },
        on_release=functools.partial(pin.release, checkpoint),
        on_no_webgl=_no_webgl,
    )
    st.session_state["map_number"] = pinned.number
    st.number_input(
        "Test digit no.",
        0,
        len(checkpoint.codes) - 1,
        key="map_number",
        placeholder="none: a point between the dots",
        help="Click a dot of the map, or type a number.",
        on_change=lambda: pin.pick(checkpoint, st.session_state["map_number"]),
    )
    _facts(checkpoint, pinned)


def _chart(checkpoint: Checkpoint, view: str) -> None:
    """The scatter; it depends on the model and the view alone, so that pinning leaves it be."""
    drawn = checkpoint_cache.projection(checkpoint, view)
    points = checkpoint_cache.points(checkpoint, view)
    webgl = _webgl()
    numbers = evenly_spaced(len(points), len(points) if webgl else _SVG_POINTS)
    st.plotly_chart(
        latent_map.latent_map(
            points[numbers],
            checkpoint.labels[numbers],
            drawn.axis_names,
            numbers=numbers,
            probed=True,
            webgl=webgl,
        ),
        key="latent_map",
        config={
            "scrollZoom": True,
            "displaylogo": False,
            "toImageButtonOptions": {
                "format": "png",
                "filename": f"{checkpoint.name}-map",
                "scale": 2,
            },
        },
        alt=f"Scatter plot of the codes of {len(numbers):,} test digits by {checkpoint.name}, "
        "one color for each digit from 0 to 9",
    )
    if not webgl:
        st.caption(
            f"This browser has no WebGL: {len(numbers):,} of the {len(points):,} test digits are "
            "drawn, and there is no 3-D view."
        )


def _facts(checkpoint: Checkpoint, pin: Pin) -> None:
    """What is pinned: its code, and of a test digit what went in, what came out, the difference."""
    percentile = float(checkpoint_cache.neighbor_index(checkpoint).isolation(pin.code[None])[0])
    if pin.number is None:
        st.markdown(f"A point between the dots · {formats.code(pin.code)}")
    else:
        _digit(checkpoint, pin.number)
    st.caption(f"Farther from its nearest codes than {percentile:.0f}% of the test digits.")


def _digit(checkpoint: Checkpoint, number: int) -> None:
    from aecore.models.inference import decode

    code = checkpoint.codes[number : number + 1].astype(np.float32)
    output = decode(checkpoint_cache.load_model(checkpoint), code)
    digits = datasets.test_set()
    at_hand = digits.matches(checkpoint.card)
    pictures = {"output": html_parts.picture(output[0], "output")}
    if at_hand:
        target = digits.images[number : number + 1]
        difference = html_parts.picture((output - target)[0], "output − input", limit=1.0)
        pictures = {"input": html_parts.picture(target[0], "input")} | pictures
        pictures["output − input"] = difference
    st.html(html_parts.cards([(each, name, "") for name, each in pictures.items()], _SIDE))
    st.markdown(f"Label **{checkpoint.labels[number]}** · {formats.code(code[0])}")
    if at_hand:
        st.markdown(f"Error of this digit (MSE) **{metrics.mse(target, output)[0]:.4f}**")
        address = links.to_reconstruction(checkpoint, number)
        st.html(html_parts.linked("What other models make of it", address))
        st.caption("Red: the output is too bright; blue: too dark; white: equal.")
    else:
        st.caption("The dots are MNIST's test digits, which are not at hand: no input is shown.")


def _neighborhood(checkpoint: Checkpoint) -> None:
    """How well the code keeps the digits apart, beside PCA of the same size."""
    figures_kept = checkpoint.card.metrics
    if {"knn5_accuracy", "pca_knn5_accuracy"} <= set(figures_kept):
        st.markdown(
            f"Told from its 5 nearest neighbors in code space, the label of "
            f"**{figures_kept['knn5_accuracy']:.1%}** of the test digits is right; with the "
            f"{dimensions(checkpoint.card.model.latent_dim)} numbers of PCA, of "
            f"**{figures_kept['pca_knn5_accuracy']:.1%}**."
        )
