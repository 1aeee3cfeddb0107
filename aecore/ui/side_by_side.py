"""The maps of two models with linked selection, on `/compare`."""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

from aecore import comparison
from aecore.checkpoint import Checkpoint
from aecore.projection import views
from aecore.ui import exports, markup, resources, shell
from aecore.ui.ear import hear
from aecore.ui.linked import SELECTED, Map, linked_maps

_PICTURES = 30
_SELECTED = "compare_selected"  # the digits' fingerprint, and what the browser last said


@st.fragment
@shell.guarded
def show(found: Checkpoint) -> None:
    """Choose another model of the same test digits, and draw both maps."""
    st.subheader("Two maps of the same digits", anchor=False)
    cards = resources.cards()
    others = [
        name
        for name, card in cards.items()
        if name != found.name and card.fingerprint == found.card.fingerprint
    ]
    if not others:
        st.info(f"There is no other model of the digits that {shell.plain(found.name)} knows.")
        return
    name = st.selectbox(
        "Beside it",
        others,
        key="compare_other",
        format_func=lambda option: shell.describe(option, cards[option]),
        persist_state="session",
    )
    other = resources.load_checkpoint(name)
    if not comparison.same_digits(found, other):
        st.info("These two checkpoints keep other test digits: nothing links their maps.")
        return
    linked_maps(
        (_map(found), _map(other)),
        found.labels,
        is_selected=bool(_selected(found)),
    )
    _pictures(found, f"{found.name} and {other.name}")


def _map(found: Checkpoint) -> Map:
    view = views(found.card.model.latent_dim)[0]
    return Map(
        name=found.name,
        points=resources.points(found, view),
        axis_names=resources.projection(found, view).axis_names,
    )


def _remember(found: Checkpoint, message: dict[str, Any]) -> None:
    st.session_state[_SELECTED] = (found.card.fingerprint, message.get("numbers"))


def _selected(found: Checkpoint) -> Any:
    """What the browser says that is selected among these test digits; unchecked."""
    fingerprint, numbers = st.session_state.get(_SELECTED, (None, None))
    return numbers if fingerprint == found.card.fingerprint else None


@st.fragment
@shell.guarded
def _pictures(found: Checkpoint, names: str) -> None:
    """The first of the digits selected, where they are at hand; the maps need not be drawn anew."""
    hear("linked_selection", SELECTED, functools.partial(_remember, found))
    digits = resources.test_digits()
    given = _selected(found)
    chosen = comparison.valid_numbers(given, len(found.labels), _PICTURES)
    if not chosen or not digits.belong_to(found.card):
        return
    with st.container(key="compare_pictures"):
        st.html(
            markup.gallery(
                [
                    markup.picture(
                        digits.images[number],
                        f"test digit no. {number}, a {digits.labels[number]}",
                    )
                    for number in chosen
                ]
            )
        )
    exports.offer_sheet(
        f"Test digits selected on the maps of {names}",
        digits.images[chosen],
        [str(label) for label in digits.labels[chosen]],
        "selected.png",
        key="compare_pictures_png",
    )
    if len(given) > len(chosen):
        st.caption(f"The first {len(chosen)} of those selected.")
