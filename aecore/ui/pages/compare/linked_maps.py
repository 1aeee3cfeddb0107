"""The maps of two models with linked selection, on `/compare`."""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

from aecore.checkpoints import comparison
from aecore.checkpoints.file import Checkpoint
from aecore.latent.projection import views
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.event_listener import hear
from aecore.ui.components.linked_maps import SELECTED, Map, linked_maps
from aecore.ui.text import models as model_text
from aecore.ui.text.formats import escape

_PICTURES = 30
_SELECTED = "compare_selected"  # the digits' fingerprint, and what the browser last said


@scaffold.fragment
def show(checkpoint: Checkpoint) -> None:
    """Choose another model of the same test digits, and draw both maps."""
    st.subheader("Two maps of the same digits", anchor=False)
    cards = checkpoint_cache.cards()
    others = [
        name
        for name, card in cards.items()
        if name != checkpoint.name and card.fingerprint == checkpoint.card.fingerprint
    ]
    if not others:
        st.info(f"There is no other model of the digits that {escape(checkpoint.name)} knows.")
        return
    name = st.selectbox(
        "Beside it",
        others,
        key="compare_other",
        format_func=lambda option: model_text.label(option, cards[option]),
        persist_state="session",
    )
    other = checkpoint_cache.load(name)
    if not comparison.same_digits(checkpoint, other):
        st.info("These two checkpoints keep other test digits: nothing links their maps.")
        return
    linked_maps(
        (_map(checkpoint), _map(other)),
        checkpoint.labels,
        is_selected=bool(_selected(checkpoint)),
    )
    _pictures(checkpoint, f"{checkpoint.name} and {other.name}")


def _map(checkpoint: Checkpoint) -> Map:
    view = views(checkpoint.card.model.latent_dim)[0]
    return Map(
        name=checkpoint.name,
        points=checkpoint_cache.points(checkpoint, view),
        axis_names=checkpoint_cache.projection(checkpoint, view).axis_names,
    )


def _remember(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    st.session_state[_SELECTED] = (checkpoint.card.fingerprint, message.get("numbers"))


def _selected(checkpoint: Checkpoint) -> Any:
    """What the browser says that is selected among these test digits; unchecked."""
    fingerprint, numbers = st.session_state.get(_SELECTED, (None, None))
    return numbers if fingerprint == checkpoint.card.fingerprint else None


@scaffold.fragment
def _pictures(checkpoint: Checkpoint, names: str) -> None:
    """The first of the digits selected, where they are at hand; the maps need not be drawn anew."""
    hear("linked_selection", SELECTED, functools.partial(_remember, checkpoint))
    digits = datasets.test_set()
    given = _selected(checkpoint)
    chosen = comparison.valid_indices(given, len(checkpoint.labels), _PICTURES)
    if not chosen or not digits.matches(checkpoint.card):
        return
    with st.container(key="compare_pictures"):
        st.html(
            html_parts.gallery(
                [
                    html_parts.picture(
                        digits.images[number],
                        f"test digit no. {number}, a {digits.labels[number]}",
                    )
                    for number in chosen
                ]
            )
        )
    downloads.offer_sheet(
        f"Test digits selected on the maps of {names}",
        digits.images[chosen],
        [str(label) for label in digits.labels[chosen]],
        "selected.png",
        key="compare_pictures_png",
    )
    if len(given) > len(chosen):
        st.caption(f"The first {len(chosen)} of those selected.")
