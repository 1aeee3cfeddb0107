"""`/filters`: encoder and decoder weights of each unit, and the error without it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st

from aecore.analysis.feature_maps import convolutions
from aecore.analysis.filters import Scale, Units
from aecore.checkpoints.card import Card
from aecore.checkpoints.comparison import counterpart_of, has_fixed_settings
from aecore.checkpoints.file import Checkpoint
from aecore.config import ActivationName
from aecore.models.families import family_of
from aecore.ui import inputs, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache import filters as filter_cache
from aecore.ui.components.event_listener import listen
from aecore.ui.components.filter_gallery import CHOSEN
from aecore.ui.components.registry import Preview
from aecore.ui.pages.filters import details, feature_maps
from aecore.ui.pages.filters.gallery import FEW, SHOW, Chosen, View, choose, draw, find_chosen
from aecore.ui.text import models as model_text
from aecore.ui.text import units as unit_text
from aecore.ui.text.formats import counted, escape

_EXPLANATION = (
    "Each hidden unit of the first layer has one **filter**: it adds up the pixels, weighted "
    "{weighted}, and {output}. Choose a unit to see which digits activate it, and what the model "
    "loses without it."
)
_OUTPUTS: dict[ActivationName, str] = {
    "relu": "is active if the sum is above zero",
    "tanh": "outputs the hyperbolic tangent of the sum, between -1 and 1",
    "logistic": "outputs the logistic function of the sum, between 0 and 1",
    "identity": "outputs the sum itself, so that the whole network is linear",
}
_WEIGHTED = "positively where the filter is red and negatively where it is blue"
_WEIGHTED_CHANNELS = (
    "in each channel: positively where the filter is brighter than gray, negatively where it is "
    "darker"
)
V = TypeVar("V")

_COUNTS = {"some": f"First {FEW}", "all": "All"}


def render() -> None:
    checkpoint = scaffold.open_page("Filters", _explain, evaluates=True, flush=False)
    note = model_text.dense_only(checkpoint.card, "Filters")
    if note and convolutions(checkpoint_cache.load_model(checkpoint)):
        feature_maps.show(checkpoint)
    elif note:
        st.info(note)
    else:
        _show(_compared(checkpoint))
    scaffold.close_page()


def _explain(card: Card) -> str:
    if not family_of(card.model).is_dense:
        return feature_maps.EXPLANATION
    is_gray = len(card.model.input_shape) == 2
    return _EXPLANATION.format(
        weighted=_WEIGHTED if is_gray else _WEIGHTED_CHANNELS,
        output=_OUTPUTS[card.model.activation],
    )


def prepare(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Compute what the page shows first of a model."""
    if not family_of(checkpoint.card.model).is_dense:
        return
    part = next(iter(unit_text.PARTS))
    _limits(_compared(checkpoint), digits, part)
    units = filter_cache.units(checkpoint, digits, part)
    details.measure(checkpoint, digits, part, units.strongest())


def _compared(checkpoint: Checkpoint) -> tuple[Checkpoint, ...]:
    """Return a model, and the one with the notebook's or the fixed settings if there is one."""
    counterpart = counterpart_of(checkpoint.name, checkpoint_cache.cards())
    others = () if counterpart is None else (checkpoint_cache.load(counterpart),)
    return checkpoint, *others


def _limits(
    compared: tuple[Checkpoint, ...], digits: datasets.TestSet, part: filter_cache.Part
) -> dict[Scale, float]:
    """Return the weight at which the colors saturate, by scale."""
    return {
        scale: filter_cache.color_limit(compared, digits, part, scale) for scale in unit_text.SCALES
    }


@scaffold.fragment
def _show(compared: tuple[Checkpoint, ...]) -> None:
    checkpoint, digits = compared[0], datasets.test_set()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters_controls"):
        part = _pick("layer", "Layer", unit_text.PARTS)
        scale = _pick("scale", "Scale", unit_text.SCALES)
        has_relu = checkpoint.card.model.activation == "relu"
        order = _pick("sort", "Sort by", unit_text.orders(part, has_relu=has_relu))
        count = _pick("show", "Show", _COUNTS)
    view = View(
        model=checkpoint.name,
        part=part,
        order=order,
        scale=scale,
        limits=_limits(compared, digits, part),
        count=SHOW[count],
    )
    _units(checkpoint, digits, view)
    components = filter_cache.components(checkpoint, digits, part)
    draw(
        "filters_components",
        counted(len(components), "PCA component"),
        components,
        view,
        prefixes=("component ", ""),
        note=unit_text.COMPONENTS[part],
    )
    if len(compared) > 1:
        _side_by_side(compared, digits, view)


def _pick(name: str, label: str, words: Mapping[V, str]) -> V:
    """Draw one of the controls, which the URL names too."""
    return inputs.segments(label, words, key=f"filters_{name}", name=name)


def _units(checkpoint: Checkpoint, digits: datasets.TestSet, view: View) -> None:
    """Draw the gallery, and the details of the chosen unit."""
    units = filter_cache.units(checkpoint, digits, view.part)
    chosen = find_chosen(checkpoint, view.part, units)
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="filter_gallery"):
        logistic = checkpoint.card.model.output == "logistic"
        draw(
            "filters_units",
            unit_text.title(view.part, len(units)),
            units,
            view,
            chosen=chosen,
            about=unit_text.health(units, view.part),
            note=unit_text.explanation(view.part, units, len(digits.labels), logistic=logistic),
        )
    with right, st.container(key="filters_details"):
        _details(checkpoint, digits, units, chosen)


@scaffold.fragment
def _details(
    checkpoint: Checkpoint, digits: datasets.TestSet, units: Units, chosen: Chosen
) -> None:
    """Draw what depends on the chosen unit; its mark and the order are the browser's."""
    on_choice = functools.partial(choose, chosen, units)
    listen("filters_choice", CHOSEN, on_choice, reply=chosen.message(units))
    is_first = chosen.unit == units.strongest()  # as when the model is picked
    (_, part), view = chosen.of, f"{chosen.of[1]} {digits.fingerprint}"
    preview = Preview(model=checkpoint.name if is_first else None, view=view)
    details.show(checkpoint, digits, part, chosen.unit, preview)


def _side_by_side(pair: Sequence[Checkpoint], digits: datasets.TestSet, view: View) -> None:
    """Draw a model with the notebook's settings, left, and with the fixed ones, right."""
    st.header("Original settings and fixed", anchor=False)
    in_order = sorted(pair, key=lambda each: has_fixed_settings(each.card.model))
    for side, column, checkpoint in zip(("left", "right"), st.columns(2), in_order, strict=True):
        units: Units = filter_cache.units(checkpoint, digits, view.part)
        name = checkpoint.name
        with column:
            st.markdown(f"**{escape(name)}**: {model_text.regularization(checkpoint.card)}")
            error = f"Test error (MSE) {checkpoint.card.metrics['test_mse']:.4f}"
            draw(
                f"filters_{side}",
                f"{name}: {unit_text.title(view.part, len(units))}",
                units,
                view,
                headed=False,
                note=f"{error} · {unit_text.health(units, view.part)}",
            )
