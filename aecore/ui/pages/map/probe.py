"""The panel beside the scatter plot: the browser's decoder, and the pinned point."""

from __future__ import annotations

import functools

import numpy as np
import streamlit as st

from aecore.analysis import metrics
from aecore.checkpoints.file import Checkpoint
from aecore.latent.codes import Pin
from aecore.ui import links, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import html as html_parts
from aecore.ui.components.live_model import mount_live_model
from aecore.ui.pages.map import pin, scatter, selection
from aecore.ui.text import formats

_SIDE = 84  # px of a picture: three fit beside the scatter plot


@scaffold.fragment
def show(checkpoint: Checkpoint, view: str) -> None:
    """Draw the decoder, the number of the pinned test digit, and what is known of the pin."""
    if st.session_state.pop("map_redraw", False):
        st.rerun()  # the whole page: the scatter plot is not part of this fragment
    pinned = pin.current(checkpoint)
    mount_live_model(
        checkpoint,
        mode="map",
        settings={
            "view": scatter.FLAT_VIEWS.get(view, "space"),
            "pin": {"z": pinned.code.tolist(), "number": pinned.number},
            "serial": pin.serial(),
            "webgl": scatter.has_webgl(),
            "outline": selection.outline(checkpoint, view),
        },
        on_release=functools.partial(pin.release, checkpoint),
        on_no_webgl=_draw_without_webgl,
    )
    st.session_state["map_number"] = pinned.number
    st.number_input(
        "Test digit no.",
        0,
        len(checkpoint.codes) - 1,
        key="map_number",
        placeholder="none: a free point",
        help="Click a dot, or enter a number.",
        on_change=lambda: pin.pick(checkpoint, st.session_state["map_number"]),
    )
    _facts(checkpoint, pinned)


def _draw_without_webgl() -> None:
    st.session_state.update(app_webgl=False, map_redraw=True)


def _facts(checkpoint: Checkpoint, pinned: Pin) -> None:
    if pinned.number is None:
        st.markdown(f"A free point, not a test digit · {formats.code(pinned.code)}")
    else:
        _digit(checkpoint, pinned.number)
    index = checkpoint_cache.neighbor_index(checkpoint)
    st.caption(formats.sentence(formats.isolation(index.isolation(pinned.code[None])[0])))


def _digit(checkpoint: Checkpoint, number: int) -> None:
    """Draw a test digit, its reconstruction and the difference, with the reconstruction error."""
    from aecore.models.inference import decode

    code = checkpoint.codes[number : number + 1].astype(np.float32)
    output = decode(checkpoint_cache.load_model(checkpoint), code)
    pictures = {"output": html_parts.picture(output[0], "output")}
    digits = datasets.test_set()
    is_loaded = digits.matches(checkpoint.card)
    if is_loaded:
        target = digits.images[number : number + 1]
        difference = metrics.residual(target, output)[0]
        pictures = {
            "input": html_parts.picture(target[0], "input"),
            **pictures,
            "output − input": html_parts.picture(difference, "output − input", limit=1.0),
        }
    st.html(html_parts.cards([(each, name, "") for name, each in pictures.items()], _SIDE))
    st.markdown(f"Label **{checkpoint.labels[number]}** · {formats.code(code[0])}")
    if not is_loaded:
        st.caption(f"{formats.missing_data(checkpoint.card)} The input cannot be shown.")
        return
    st.markdown(f"Reconstruction error (MSE) **{metrics.mse(target, output)[0]:.4f}**")
    url = links.to_reconstruction(checkpoint, number)
    st.html(html_parts.linked("Compare reconstructions", url))
    st.caption("Red: the output is too bright; blue: too dark; white: equal.")
