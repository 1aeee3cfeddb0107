"""`/generate`: pick a code, get a digit."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import latent
from aecore.checkpoint import Checkpoint
from aecore.controls import Controls
from aecore.errors import ConfigError
from aecore.pictures import to_png
from aecore.ui import address, resources, shell

_EXPLANATION = (
    "The decoder draws a digit for **any** code, not only for those that the encoder makes. Move "
    "a slider and watch the digit change; move far from the data and watch it fall apart, because "
    "nothing taught the decoder what to draw **off the map**."
)


def render() -> None:
    found = shell.open_page("Pick a code, get a digit", _EXPLANATION)
    _workbench(found)
    shell.close_page()


@st.fragment
@shell.guarded
def _workbench(found: Checkpoint) -> None:
    controls = resources.controls(found)
    _enter(found, controls)
    sliders, picture = st.columns([3, 2], gap="large")
    with sliders:
        _sliders(controls)
        with st.container(horizontal=True):
            st.button(
                "Random code",
                key="generate_random",
                on_click=_draw,
                args=(found, controls),
                icon=":material/casino:",
                help="From the normal distribution fitted to the test digits' codes.",
            )
            st.button(
                "A test digit's code",
                key="generate_real",
                icon=":material/pin_drop:",
                on_click=_draw_real,
                args=(found, controls),
            )
            st.button(
                "Reset to the mean",
                key="generate_reset",
                icon=":material/restart_alt:",
                on_click=_set,
                args=(found, controls, controls.mean),
            )
    with picture:
        _digit(found, st.session_state["generate_code"])


def _enter(found: Checkpoint, controls: Controls) -> None:
    """Start from the address's code, unless it is the one on show; without one from the mean."""
    if st.session_state.get("generate_at") == (found.digest, st.query_params.get("z")):
        if "generate_0" not in st.session_state:  # back from another page
            _set(found, controls, st.session_state["generate_code"])
        return
    try:
        code = address.requested_code(len(controls.mean))
    except ConfigError as error:
        st.warning(f"{shell.plain(error)} Showing the mean code instead.")
        code = None
    _set(found, controls, controls.mean if code is None else code)


def _set(found: Checkpoint, controls: Controls, code: np.ndarray) -> None:
    """Make `code` the one on show: the sliders' handles and the address follow."""
    st.session_state["generate_code"] = code
    for index, value in enumerate(controls.values(code)):
        st.session_state[f"generate_{index}"] = float(value)
    address.set_code(code)
    st.session_state["generate_at"] = (found.digest, st.query_params["z"])


def _draw(found: Checkpoint, controls: Controls) -> None:
    _set(found, controls, latent.fit_gaussian(found.codes).sample(1, _next_rng())[0])


def _draw_real(found: Checkpoint, controls: Controls) -> None:
    number = _next_rng().integers(len(found.codes))
    _set(found, controls, found.codes[number].astype(np.float64))


def _next_rng() -> np.random.Generator:
    """A new seed for every draw of a visit, the same from visit to visit."""
    st.session_state["generate_draws"] = st.session_state.get("generate_draws", 0) + 1
    return np.random.default_rng(st.session_state["generate_draws"])


def _sliders(controls: Controls) -> None:
    columns = st.columns(1 if len(controls.names) <= 6 else 2, gap="medium")
    for index, (name, (low, high)) in enumerate(zip(controls.names, controls.limits, strict=True)):
        value = st.session_state[f"generate_{index}"]
        columns[index % len(columns)].slider(
            name,
            float(min(low, value)),
            float(max(high, value)),
            step=float(high - low) / 200,
            format="%.2f",
            key=f"generate_{index}",
            on_change=_moved,
            args=(controls,),
        )


def _moved(controls: Controls) -> None:
    values = np.array([st.session_state[f"generate_{i}"] for i in range(len(controls.names))])
    code = controls.code(values, base=st.session_state["generate_code"])
    st.session_state["generate_code"] = code
    address.set_code(code)
    digest, _ = st.session_state["generate_at"]
    st.session_state["generate_at"] = (digest, st.query_params["z"])


def _digit(found: Checkpoint, code: np.ndarray) -> None:
    from aecore.inference import decode

    output = decode(resources.load_model(found), code[None].astype(np.float32))
    st.image(
        to_png(output.reshape(28, 28), scale=12),
        width=336,
        alt=f"The digit that {found.name} draws for {shell.code_text(code)}",
    )
    st.markdown(shell.code_text(code))
    percentile = float(resources.map_distance(found).percentile(code[None])[0])
    st.progress(percentile / 100, text=_distance_text(percentile))


def _distance_text(percentile: float) -> str:
    farther = "farther from its nearest codes than"
    if percentile >= 99.5:
        return f"**Off the map**: {farther} {percentile:.1f}% of the test digits."
    return f"On the map: {farther} {percentile:.0f}% of the test digits."
