"""The latent spaces of two models with linked selection, on `/compare`."""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

from aecore.checkpoints import comparison
from aecore.checkpoints.file import Checkpoint
from aecore.latent.projection import views
from aecore.ui import page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.event_listener import listen
from aecore.ui.components.linked_maps import SELECTED, Map, draw_linked_maps
from aecore.ui.text import models as model_text
from aecore.ui.text.formats import escape, test_digits

_PICTURES = 30
_DIGITS = 8
"""A number of as many is none of a test digit."""
_MOST = 200
"""Numbers of selected digits in the URL, as many as the browser tells."""
_REPORTS = "compare_reports"
_SELECTED = "compare_selected"
"""Fingerprint of the test digits that the URL's selection is among."""


@scaffold.fragment
def show(checkpoint: Checkpoint) -> None:
    """Draw the choice of another model with the same test digits, and both latent spaces."""
    st.header(page_data.words("Two latent spaces of the same digits"), anchor=False)
    others = {
        name: model_text.label(name, card)
        for name, card in checkpoint_cache.cards().items()
        if name != checkpoint.name and card.fingerprint == checkpoint.card.fingerprint
    }
    if not others:
        st.info(
            page_data.words(
                f"No other model has the same test digits as {escape(checkpoint.name)}."
            )
        )
        return
    key, first = "compare_other", next(iter(others))
    url_state.load("other", key, list(others), first)
    name = st.selectbox(
        "Compare with", others, key=key, format_func=others.__getitem__, persist_state="session"
    )
    url_state.store("other", key, name, first)
    other = checkpoint_cache.load(name)
    if not comparison.same_digits(checkpoint, other):
        st.info(
            page_data.words(
                "These two models have different test digits, so they cannot be linked."
            )
        )
        return
    maps = _map(checkpoint), _map(other)
    reports = st.session_state.get(_REPORTS, 0)
    draw_linked_maps(maps, checkpoint.labels, selected=_selected(checkpoint), reports=reports)
    _pictures(checkpoint, other)


def _map(checkpoint: Checkpoint) -> Map:
    view = views(checkpoint.card.model.latent_dim)[0]
    return Map(
        name=checkpoint.name,
        points=checkpoint_cache.points(checkpoint, view),
        axis_names=checkpoint_cache.projection(checkpoint, view).axis_names,
    )


def _select(checkpoint: Checkpoint, message: dict[str, Any]) -> None:
    count = len(checkpoint.labels)
    numbers = comparison.valid_indices(message.get("numbers"), count, _MOST)
    url_state.set("selected", ",".join(map(str, numbers)) or None)
    st.session_state[_REPORTS] = st.session_state.get(_REPORTS, 0) + 1


def _selected(checkpoint: Checkpoint) -> list[int]:
    """Return the numbers of the URL's selection, if it is among these test digits."""
    own = checkpoint.card.fingerprint
    if st.session_state.get(_SELECTED, own) != own:
        url_state.set("selected", None)
    st.session_state[_SELECTED] = own
    parts = (url_state.get("selected") or "").split(",")[:_MOST]
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) < _DIGITS]
    return comparison.valid_indices(numbers, len(checkpoint.labels), _MOST)


@scaffold.fragment
def _pictures(checkpoint: Checkpoint, other: Checkpoint) -> None:
    """Draw the first selected digits where they are loaded, without drawing the maps again."""
    listen("linked_selection", SELECTED, functools.partial(_select, checkpoint))
    digits = datasets.test_set()
    given = _selected(checkpoint)
    _offer_explorer(checkpoint, other, given)
    chosen = given[:_PICTURES]
    if not chosen or not digits.matches(checkpoint.card):
        return
    images, labels = digits.images[chosen], digits.labels[chosen]
    with st.container(key="compare_pictures"):
        st.html(html_parts.gallery(images, test_digits(chosen, labels)))
    downloads.offer_sheet(
        f"Test digits selected in the latent spaces of {checkpoint.name} and {other.name}",
        images,
        [str(label) for label in labels],
        "selected.png",
        key="compare_pictures_png",
    )
    if len(given) > len(chosen):
        st.caption(page_data.words(f"The first {len(chosen)} of {len(given):,} selected digits."))


def _offer_explorer(checkpoint: Checkpoint, other: Checkpoint, numbers: list[int]) -> None:
    """Draw a button that saves both models, linked, with the selection, as one HTML file."""
    address = {
        "page": "compare",
        "model": checkpoint.name,
        "other": other.name,
        "selected": ",".join(map(str, numbers)) or None,
    }
    downloads.offer_explorer([checkpoint, other], address, key="export_explorer")
