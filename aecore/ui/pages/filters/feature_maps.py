"""What the convolutions of a network see in a picture: kernels and feature maps."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis import feature_maps as maps
from aecore.checkpoints.file import Checkpoint
from aecore.ui import inputs, links, page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache.shared import measured
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.text.formats import counted, test_digits

_MEASURED = 1_000
_DIGIT = "filters_digit"
EXPLANATION = (
    "A **convolution** moves each of its small kernels over the picture. The result is a "
    "**feature map**: bright where the picture looks like the kernel. The next convolution reads "
    "all of these maps, at half their height and width."
)


@scaffold.fragment
def show(checkpoint: Checkpoint) -> None:
    """Draw a digit's feature maps, their kernels, and the digits that activate them most."""
    model, digits = checkpoint_cache.load_model(checkpoint), datasets.test_set()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters_controls"):
        count = len(maps.convolutions(model))
        index = inputs.segments(
            "Convolution",
            {place: f"{place + 1}" for place in range(count)},
            key="filters_convolution",
            name="convolution",
            written=lambda place: f"{place + 1}",
        )
        number = _pick_digit(len(digits.labels) - 1)
    found = maps.feature_maps(model, index, digits.images[[number]])[0]
    top, active = _strongest(checkpoint, digits, index)
    largest = max(float(found.max()), 1e-12)
    rows = [
        Row(name="feature map", images=_as_pictures(found / largest)),
        Row(
            name="activates it most",
            images=digits.images[top],
            texts=_captions(active),
            links=[links.to_reconstruction(checkpoint, int(each)) for each in top],
        ),
    ]
    weights = maps.kernels(model, index)
    in_gray = weights.shape[1] == 1
    if in_gray:
        limit = float(np.abs(weights).max())
        rows.insert(0, Row(name="kernel", images=_as_pictures(weights[:, 0]), limit=limit))
    left, right = st.columns([1, 6], gap="medium")
    with left, st.container(key="filters_input"):
        draw_rows(
            "filters_picture",
            [Row(name="input", images=digits.images[[number]])],
            test_digits([number], digits.labels[[number]]),
            title="input",
            file="input",
        )
    with right, st.container(key="filter_gallery"):
        height, width = found.shape[1:]
        draw_rows(
            "filters_maps",
            rows,
            [f"feature map {each + 1}" for each in range(len(found))],
            headline=f"{counted(len(found), 'feature map')} of {height} × {width}",
            scale_name="weight",
            note=page_data.words(_note(len(digits.labels), largest, in_gray=in_gray)),
            title="kernels and feature maps",
            file="feature-maps",
            stacked=True,
        )


def _note(count: int, largest: float, *, in_gray: bool) -> str:
    kernels = "Each kernel, then the digit's feature map" if in_gray else "The digit's feature map"
    return (
        f"{kernels}, from 0 (black) to the largest value of all maps, {largest:.2f} (white), then "
        f"the one of the first {min(count, _MEASURED):,} test digits that activates the map most. "
        "Below: the map's number, and how much of it is active (above 0) over these digits."
    )


def _pick_digit(last: int) -> int:
    url_state.load_number("digit", _DIGIT, last, 0)
    number = st.number_input(
        page_data.words("Test digit no."), 0, last, key=_DIGIT, width=160, persist_state="session"
    )
    url_state.store("digit", _DIGIT, number, 0)
    return int(number)


def _captions(active: np.ndarray) -> list[str]:
    return [f"{each + 1} · {share:.0%}" for each, share in enumerate(active)]


def _as_pictures(values: np.ndarray) -> np.ndarray:
    """Return maps or kernels (K, h, w) as pictures of the size on the page, (K, P)."""
    height, width, *channels = page_data.spec().shape
    enlarged = maps.enlarge(values, height, width).reshape(len(values), -1)
    return np.repeat(enlarged, channels[0], axis=1) if channels else enlarged


@measured(kept=8, spinner="Computing activations…")
def _strongest(
    checkpoint: Checkpoint, digits: datasets.TestSet, index: int
) -> tuple[np.ndarray, np.ndarray]:
    model = checkpoint_cache.load_model(checkpoint)
    return maps.strongest(model, index, digits.images[:_MEASURED])
