"""Inputs whose values last for the visit, in the URL too where they have a name there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from aecore.ui import url_state

V = TypeVar("V")
N = TypeVar("N", int, float)


def segments(
    label: str,
    options: Mapping[V, str] | Sequence[V],
    *,
    key: str,
    name: str | None = None,
    default: V | None = None,
    written: Callable[[V], str] = str,
    **more: Any,
) -> V:
    """Draw a segmented control, of which one option is always chosen.

    Parameters
    ----------
    label : str
    options : mapping or sequence
        Values, with their captions where those differ.
    key : str
    name : str, optional
        Parameter of the URL that holds the choice unless it is the default.
    default : optional
        Default: the first option.
    written : callable, optional
        How the URL writes an option.
    more
        For `st.segmented_control`.
    """
    captions = options if isinstance(options, Mapping) else {each: str(each) for each in options}
    first = next(iter(captions)) if default is None else default
    if name is None:
        more["default"] = first  # beside a state set by `load`, Streamlit warns of it
    else:
        url_state.load(name, key, {written(each): each for each in captions}, first)
    value: V = st.segmented_control(
        label,
        list(captions),
        required=True,
        key=key,
        format_func=captions.__getitem__,
        persist_state="session",
        **more,
    )
    if name is not None:
        url_state.store(name, key, written(value), written(first))
    return value


def slider(label: str, values: Sequence[N], *, key: str, name: str, default: N) -> N:
    """Draw a slider over evenly spaced values, which the URL holds unless it is the default."""
    url_state.load(name, key, values, default)
    value = st.slider(
        label,
        values[0],
        values[-1],
        step=values[1] - values[0],
        key=key,
        persist_state="session",
    )
    url_state.store(name, key, value, default)
    return value


def toggle(label: str, *, key: str, name: str, default: bool = False) -> bool:
    """Draw a switch, which the URL holds as `on` or `off` unless it is the default."""
    words = {"on": True, "off": False}
    url_state.load(name, key, words, default)
    value = st.toggle(label, key=key, persist_state="session")
    url_state.store(name, key, "on" if value else "off", "on" if default else "off")
    return value
