"""`/filters`: what each unit looks for and writes, and what is lost without it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import streamlit as st

from aecore.checkpoint import Checkpoint
from aecore.twins import is_mended, twin_of
from aecore.ui import (
    address,
    chosen_unit,
    dissection,
    resources,
    shell,
    unit_details,
    unit_words,
)
from aecore.ui.chosen_unit import Chosen
from aecore.ui.component import Foresight
from aecore.ui.dissection import Part
from aecore.ui.ear import hear
from aecore.ui.gallery import CHOSEN, about_choice
from aecore.ui.unit_gallery import FEW, SHOW, View, draw
from aecore.units import Units

_EXPLANATION = (
    "Each unit of the first layer looks at a digit through one **filter**: it adds up the pixels, "
    "red ones counted positively and blue ones negatively, and passes the sum on if it is above "
    "zero. Choose a unit: which digits excite it, and what is lost without it?"
)
_COUNTS = {"some": f"First {FEW}", "all": "All"}


def render() -> None:
    found = shell.open_page("Filters", _EXPLANATION, measures=True, more=True)
    twin = twin_of(found.name, resources.cards())
    _laboratory(found, None if twin is None else resources.load_checkpoint(twin))
    shell.close_page()


@st.fragment
@shell.guarded
def _laboratory(found: Checkpoint, twin: Checkpoint | None) -> None:
    digits = resources.test_digits()
    compared = [found] if twin is None else [found, twin]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = _pick("layer", "Layer", unit_words.PARTS)
        scale = _pick("scale", "Pictures", unit_words.SCALES)
        order = _pick("sort", "Sort by", unit_words.ORDERS[part])
        count = _pick("show", "Show", _COUNTS)
    view = View(
        model=found.name,
        part=part,
        order=order,
        scale=scale,
        limits={each: dissection.limit(compared, digits, part, each) for each in unit_words.SCALES},
        count=SHOW[count],
    )
    _bench(found, digits, view)
    components = dissection.components(found, digits, part)
    draw(
        "filters_components",
        shell.counted(len(components), "PCA component"),
        components,
        view,
        prefix="component ",
        sortable=False,
        headed=True,
        note=unit_words.COMPONENTS[part],
    )
    if twin is not None:
        _side_by_side(compared, digits, view)


def _pick(name: str, label: str, words: Mapping[str, str]) -> str:
    """One of a few options, which the address names unless it is the first."""
    key, options = f"filters_{name}", list(words)
    address.begin(name, key, options, options[0])
    value = st.segmented_control(
        label, options, required=True, key=key, format_func=words.get, persist_state="session"
    )
    address.tell(name, key, value, options[0])
    return value


def _bench(found: Checkpoint, digits: resources.TestDigits, view: View) -> None:
    """The gallery, and one of its units in full."""
    units = dissection.units(found, digits, view.part)
    chosen = chosen_unit.current(found, view.part, units)
    left, right = st.columns(2, gap="medium")
    with left, st.container(key="filter_gallery"):
        logistic = found.card.model.output == "logistic"
        draw(
            "filters_units",
            unit_words.title(view.part, len(units)),
            units,
            view,
            prefix=unit_words.PREFIXES[view.part],
            short=unit_words.SHORT[view.part],
            chosen=chosen,
            headed=True,
            about=unit_words.health(units, view.part),
            note=unit_words.explanation(view.part, units, len(digits.labels), logistic=logistic),
        )
    with right:
        _details(found, digits, view.part, units, chosen)


@st.fragment
@shell.guarded
def _details(
    found: Checkpoint, digits: resources.TestDigits, part: Part, units: Units, chosen: Chosen
) -> None:
    """All that another choice changes, but for the mark in the gallery and its order."""
    hear(
        "filters_choice",
        CHOSEN,
        functools.partial(chosen_unit.choose, chosen, units),
        reply=about_choice(chosen.unit, units.order("similarity", chosen.picture(units))),
    )
    is_first = chosen.unit == units.strongest()  # what is shown of a model when it is picked
    foresight = Foresight(
        model=found.name if is_first else None, scene=f"{part} {digits.fingerprint}"
    )
    unit_details.show(found, digits, part, chosen.unit, foresight)


def _side_by_side(pair: Sequence[Checkpoint], digits: resources.TestDigits, view: View) -> None:
    """A model and its twin: the notebook's way of training on the left, the mended on the right."""
    st.subheader("As the notebook trains it, and mended", anchor=False)
    in_order = sorted(pair, key=lambda found: is_mended(found.card.model))
    for side, column, found in zip(("left", "right"), st.columns(2), in_order, strict=True):
        units: Units = dissection.units(found, digits, view.part)
        with column:
            st.markdown(unit_words.training(shell.plain(found.name), found.card))
            error = f"Test error (MSE) {found.card.metrics['test_mse']:.4f}"
            draw(
                f"filters_{side}",
                f"{found.name}: {unit_words.title(view.part, len(units))}",
                units,
                view,
                prefix=unit_words.PREFIXES[view.part],
                short=unit_words.SHORT[view.part],
                note=f"{error} · {unit_words.health(units, view.part)}",
            )
