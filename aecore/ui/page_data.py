"""What the pictures on the page are: a page shows the models of one data set."""

from __future__ import annotations

from typing import Any

import streamlit as st

from aecore.data.dataset import MNIST, DatasetSpec
from aecore.data.limits import Shape

_SPEC, _NAMES = "app_data", "app_class_names"


def use(spec: DatasetSpec, names: tuple[str, ...]) -> None:
    """Remember the pictures that the page shows, and the names of the groups of their labels."""
    st.session_state[_SPEC], st.session_state[_NAMES] = spec, names


def spec() -> DatasetSpec:
    """Return what the pictures on the page are."""
    return st.session_state.get(_SPEC, MNIST)


def message(shape: Shape | None = None) -> dict[str, Any]:
    """Return what a widget is told of the pictures that it shows; `shape` if it has others."""
    own = spec()
    told = () if own.shows_digits else names()
    return {
        "shape": shape or own.shape,
        "noun": own.noun,
        "nouns": own.nouns,
        "names": list(told),
        "labeled": is_labeled(),
    }


def is_labeled() -> bool:
    """Return whether the pictures on the page have labels."""
    return bool(spec().classes)


def names() -> tuple[str, ...]:
    """Return the names of the labels on the page; see `aecore.data.grouping`."""
    return st.session_state.get(_NAMES, MNIST.classes)


def words(text: str) -> str:
    """Return a text of ours in the data set's own words, where its pictures are no digits."""
    own = spec()
    if own.nouns == MNIST.nouns:
        return text
    for digit, picture in ((MNIST.nouns, own.nouns), (MNIST.noun, own.noun)):
        text = text.replace(digit, picture).replace(digit.capitalize(), picture.capitalize())
    return text.replace("784 pixels", f"{own.n_pixels:,} values")


def name(label: object) -> str:
    """Return the name of a label on the page."""
    known = names()
    return (
        known[int(str(label))]
        if str(label).isdecimal() and int(str(label)) < len(known)
        else str(label)
    )
