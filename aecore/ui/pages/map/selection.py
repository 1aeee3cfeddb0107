"""The digits that a visitor has selected on the map, and what they have in common."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import streamlit as st

from aecore.analysis import lasso
from aecore.analysis.lasso import Subset
from aecore.analysis.sampling import evenly_spaced
from aecore.charts.palette import DIGIT_COLORS
from aecore.charts.spec import LabelChart
from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.ui import links, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import charts
from aecore.ui.components.event_listener import hear
from aecore.ui.text.formats import dimensions

_SHOWN = 48
_STATE = "map_selected"


def outline(checkpoint: Checkpoint, view: str) -> list[list[float]] | None:
    """What this visit has drawn around digits of this view, if it has."""
    digest, drawn_in, corners, _ = st.session_state.get(_STATE, (None,) * 4)
    return corners if (digest, drawn_in) == (checkpoint.digest, view) else None


@scaffold.fragment
def show(checkpoint: Checkpoint, view: str) -> None:
    """Draw what the digits selected in a flat view have in common; nothing while there are none.

    All is computed before any of it is drawn, as the browser redraws the page for each part.
    """
    hear("map_outline", "aecore-outline", functools.partial(_note, checkpoint, view))
    digest, _, _, numbers = st.session_state.get(_STATE, (None,) * 4)
    if digest != checkpoint.digest:
        return
    with st.container(key="map_selection"):
        if len(numbers) == 0:
            st.info("There is no digit within the outline.", icon=":material/info:")
            return
        chosen = Subset.of(numbers, checkpoint.codes, checkpoint.labels, checkpoint.errors)
        means, text = _means(checkpoint, chosen)
        cards = html_parts.cards(
            [(html_parts.picture(pixels, name), name, "") for name, pixels in means.items()], 100
        )
        images, pictures, caption = _gallery(checkpoint, chosen)
        st.subheader(
            f"Selected: {len(chosen):,} of {len(checkpoint.labels):,} test digits", anchor=False
        )
        left, right = st.columns([3, 2], gap="medium")
        with left:
            charts("map_selection_counts", [_counts(chosen)])
        right.html(cards)
        right.markdown(text)
        st.html(pictures)
        st.caption(caption)
        with st.container(horizontal=True):
            downloads.offer_sheet(
                f"{', '.join(means)}; {len(images)} of {len(chosen):,} test digits selected on "
                f"the map of {checkpoint.name}",
                np.concatenate([np.stack(list(means.values())), images]),
                [""] * len(means)
                + [str(label) for label in chosen.labels[evenly_spaced(len(chosen), _SHOWN)]],
                f"{checkpoint.name}-selection.png",
                key="map_selection_png",
            )
            downloads.offer_subset(checkpoint, chosen)


def _note(checkpoint: Checkpoint, view: str, message: dict[str, Any]) -> None:
    """Remember the digits within the outline that the browser sends: {hash, outline, labels}."""
    if message.get("hash") != checkpoint.digest:
        return  # drawn before another model was picked
    st.session_state.pop(_STATE, None)
    if message.get("outline") is None:
        return
    try:
        outline = lasso.check_outline(message["outline"])
    except ConfigError:
        return  # not from our own script
    points = checkpoint_cache.points(checkpoint, view)
    numbers = lasso.select_inside(points, checkpoint.labels, outline, message.get("labels"))
    st.session_state[_STATE] = (checkpoint.digest, view, message["outline"], numbers)


def _counts(chosen: Subset) -> LabelChart:
    counts = chosen.counts
    told = ", ".join(f"{count} of {label}" for label, count in enumerate(counts) if count)
    return LabelChart(
        kind="bars",
        title="How many have each label",
        alt=f"Bars: how many of the selected test digits have each label: {told}",
        file="map_selection_counts",
        values=counts,
        y_name="test digits",
        colors=DIGIT_COLORS,
        counted=True,
        least=4,
    )


def _means(checkpoint: Checkpoint, chosen: Subset) -> tuple[dict[str, np.ndarray], str]:
    """The mean digit (784,) and that of the mean code by their names; the mean error, Markdown."""
    from aecore.models.inference import decode

    digits = datasets.test_set()
    decoded = decode(checkpoint_cache.load_model(checkpoint), chosen.mean_code[None])
    pictures = {"decoded mean code": decoded[0]}
    error = f"Mean error (MSE) of these: **{chosen.mean_error:.4f}**"
    if digits.matches(checkpoint.card):
        mean = chosen.mean_digit(digits.images)
        size = dimensions(checkpoint.card.model.latent_dim)
        pictures = {"mean digit": mean[0]} | pictures
        pictures[f"mean digit by PCA, {size}"] = checkpoint.pca.reconstruct(mean)[0]
        linear = reconstruction_cache.test_errors(checkpoint, digits)["PCA"][chosen.numbers]
        error += f", of PCA: **{linear.mean():.4f}**"
    far = checkpoint_cache.neighbor_index(checkpoint).isolation(chosen.mean_code[None])[0]
    return pictures, (
        f"{error}; of all test digits: {checkpoint.errors.mean(dtype=np.float64):.4f}. The mean code "
        f"lies farther from its nearest codes than {far:.0f}% of the test digits."
    )


def _gallery(checkpoint: Checkpoint, chosen: Subset) -> tuple[np.ndarray, str, str]:
    """Some of the digits (B, 784), evenly spread over those selected; as HTML; what to say."""
    from aecore.models.inference import decode

    rows = evenly_spaced(len(chosen), _SHOWN)
    numbers, labels = chosen.numbers[rows], chosen.labels[rows]
    digits = datasets.test_set()
    at_hand = digits.matches(checkpoint.card)
    if at_hand:
        images = digits.images[numbers]
    else:
        images = decode(
            checkpoint_cache.load_model(checkpoint), chosen.codes[rows].astype(np.float32)
        )
    pictures = [
        html_parts.picture(image, f"test digit no. {number}, a {label}")
        for image, number, label in zip(images, numbers, labels, strict=True)
    ]
    if at_hand:
        pictures = [
            html_parts.linked(picture, links.to_reconstruction(checkpoint, number))
            for picture, number in zip(pictures, numbers, strict=True)
        ]
    return (
        images,
        html_parts.gallery(pictures),
        (
            f"{len(rows)} of them, evenly spread by their numbers. "
            + (
                "Click one to see what the models make of it."
                if at_hand
                else "MNIST is not at hand: these are drawn from their codes."
            )
        ),
    )
