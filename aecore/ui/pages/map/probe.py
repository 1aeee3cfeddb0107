"""The panel beside the scatter plot: the browser's decoder, and the pinned point.

The pin is kept in the URL and in the session.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import streamlit as st

from aecore.analysis import metrics
from aecore.checkpoints.file import Checkpoint
from aecore.data.grouping import MOST_GROUPS
from aecore.errors import ConfigError
from aecore.latent.codes import Pin, check_code
from aecore.ui import links, page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components import html as html_parts
from aecore.ui.components.live_model import mount_live_model
from aecore.ui.components.registry import Preview
from aecore.ui.pages.map import explorer_file, selection
from aecore.ui.text import formats
from aecore.viewer.model_arrays import view_kind

_SIDE = 84  # px of a picture: three fit beside the scatter plot


def has_webgl() -> bool:
    """Return whether the visitor's browser can draw with WebGL, as far as is known."""
    return st.session_state.get("app_webgl", True)


def is_of_other_model(checkpoint: Checkpoint) -> bool:
    """Return whether the visit's pin is one of another model, or there is none yet."""
    digest, _ = st.session_state.get("map_at", ("", None))
    return digest != checkpoint.digest


@scaffold.fragment
def show(checkpoint: Checkpoint, view: str) -> None:
    """Draw the decoder, the number of the pinned test digit, and what is known of the pin."""
    if st.session_state.pop("map_redraw", False):
        st.rerun()  # the whole page: the scatter plot is not part of this fragment
    pinned = _pinned(checkpoint)
    explorer_file.note(z=st.session_state["map_at"][1])
    mount_live_model(
        checkpoint,
        mode="map",
        settings={
            "view": view_kind(view),
            "pin": {
                "z": pinned.code.tolist(),
                "number": pinned.number,
                "chosen": st.session_state["map_at"][1] is not None,
            },
            # Of its latest pin: the browser ignores the echo of an older one.
            "serial": st.session_state.get("map_serial", 0),
            "webgl": has_webgl(),
            "outline": selection.outline(checkpoint, view),
            "grid": url_state.get("grid"),
        },
        preview=_preview(checkpoint),
        on_release=functools.partial(_release, checkpoint),
        on_grid=lambda is_shown: url_state.set("grid", "on" if is_shown else "off"),
        on_no_webgl=lambda: st.session_state.update(app_webgl=False, map_redraw=True),
    )
    st.session_state["map_number"] = pinned.number
    st.number_input(
        page_data.words("Test digit no."),
        0,
        len(checkpoint.codes) - 1,
        key="map_number",
        placeholder="none: a free point",
        help="Click a dot, or enter a number.",
        on_change=lambda: _pin_digit(checkpoint, st.session_state["map_number"]),
    )
    _find_class(checkpoint)
    if pinned.number is None:
        st.markdown(
            page_data.words(f"A free point, not a test digit · {formats.code(pinned.code)}")
        )
    else:
        _digit(checkpoint, pinned.number)
    index = checkpoint_cache.neighbor_index(checkpoint)
    st.caption(formats.sentence(formats.isolation(index.isolation(pinned.code[None])[0])))


def _preview(checkpoint: Checkpoint) -> Preview:
    """Return when the panel shows the same again: nothing is chosen of a model just picked."""
    chosen = any(url_state.get(name) for name in ("z", "outline"))
    view = f"{url_state.get('view')} {url_state.get('grid')} {has_webgl()}"
    return Preview(model=None if chosen else checkpoint.name, view=view)


def _pinned(checkpoint: Checkpoint) -> Pin:
    """Return the pin of the URL, else the first test digit."""
    asked = url_state.get("z")
    if st.session_state.get("map_at") != (checkpoint.digest, asked):
        _open(checkpoint, asked)
    if warning := st.session_state["map_warning"]:
        st.warning(warning)
    return st.session_state["map_pin"]


def _open(checkpoint: Checkpoint, asked: str | None) -> None:
    """Pin the URL's code, or keep a warning that says why that cannot be."""
    pin, warning = Pin.of_digit(checkpoint.codes, 0), None
    try:
        code = url_state.load_code(checkpoint.card.model.latent_dim)
        if code is not None:
            pin = Pin.at(code, checkpoint_cache.neighbor_index(checkpoint))
    except ConfigError as error:
        warning = f"{formats.escape(error)} Showing test digit no. 0 instead."
    st.session_state.update(map_at=(checkpoint.digest, asked), map_pin=pin, map_warning=warning)


def _pin(checkpoint: Checkpoint, pin: Pin) -> None:
    z = url_state.store_code(pin.code)
    st.session_state.update(map_at=(checkpoint.digest, z), map_pin=pin, map_warning=None)


def _pin_digit(checkpoint: Checkpoint, number: int | None) -> None:
    """Pin a test digit; None, as of an emptied input, changes nothing."""
    if number is not None:
        _pin(checkpoint, Pin.of_digit(checkpoint.codes, number))


def _release(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    """Pin what the visitor has clicked, as the browser reports it: {z, number, serial}.

    Without a code the visitor has taken the first pin back.
    """
    number, serial = message.get("number"), message.get("serial")
    st.session_state["map_serial"] = serial if isinstance(serial, int) else 0
    if message.get("z") is None:
        url_state.set("z", None)
        _open(checkpoint, None)
        return
    try:
        code = check_code(message.get("z"), checkpoint.card.model.latent_dim)
    except ConfigError:
        return  # not from our own script
    if isinstance(number, int) and 0 <= number < len(checkpoint.codes):
        _pin_digit(checkpoint, number)
    else:
        _pin(checkpoint, Pin(code=code, number=None))


def _find_class(checkpoint: Checkpoint) -> None:
    """Let the visitor look for one of many classes: its first test picture is pinned."""
    firsts = checkpoint_cache.first_of_each_class(checkpoint.name)
    if len(firsts) <= MOST_GROUPS:
        return
    st.selectbox(
        "Find a class",
        firsts,
        None,
        key="map_class",
        placeholder=f"any of {len(firsts):,}",
        on_change=lambda: _pin_class(checkpoint, firsts),
    )


def _pin_class(checkpoint: Checkpoint, firsts: dict[str, int]) -> None:
    chosen = st.session_state.get("map_class")
    if chosen in firsts:
        _pin_digit(checkpoint, firsts[chosen])


def _digit(checkpoint: Checkpoint, number: int) -> None:
    """Draw a test digit, its reconstruction and the difference, with the reconstruction error."""
    code = checkpoint.codes[number : number + 1].astype(np.float32)
    output = reconstruction_cache.decoder(checkpoint)(code)
    shown = [html_parts.captioned(output[0], "output")]
    digits = datasets.test_set()
    is_loaded = digits.matches(checkpoint.card)
    if is_loaded:
        target = digits.images[number : number + 1]
        difference = metrics.residual(target, output)[0]
        shown.insert(0, html_parts.captioned(target[0], "input"))
        shown.append(html_parts.captioned(difference, "output − input", limit=1.0))
    st.html(html_parts.cards(shown, _SIDE))
    words = formats.code(code[0])
    if checkpoint.card.data.classes:
        label = formats.escape(page_data.name(checkpoint.labels[number]))
        words = f"Label **{label}** · {words}"
    st.markdown(words)
    if not is_loaded:
        st.caption(
            f"{formats.missing_data(checkpoint.card, digits.origin)} The input cannot be shown."
        )
        return
    st.markdown(f"Reconstruction error (MSE) **{metrics.mse(target, output)[0]:.4f}**")
    url = links.to_reconstruction(checkpoint, number)
    st.html(html_parts.linked("Compare reconstructions", url))
    st.caption(
        "Red: the output is too bright; blue: too dark; white: equal."
        if len(page_data.spec().shape) == 2
        else "Gray: equal; in each channel, the output is too high where it is brighter than gray, "
        "too low where it is darker."
    )
