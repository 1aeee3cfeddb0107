"""What the page's address says, and saying it: `?model=NAME&z=a,b,...`, `&unit=3`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import streamlit as st

from aecore.codes import format_code, parse_code

T = TypeVar("T", str, int, float)


def requested_model() -> str | None:
    """The model that the address names, unchecked."""
    return st.query_params.get("model")


def requested_code(dim: int) -> np.ndarray | None:
    """The code (D,) that the address names.

    Raises
    ------
    ConfigError
        If it is malformed, of the wrong length, not finite or absurdly large.
    """
    text = st.query_params.get("z")
    return None if text is None else parse_code(text, dim)


def set_model(name: str) -> None:
    """Let the address name this model."""
    if st.query_params.get("model") != name:
        st.query_params["model"] = name


def set_code(code: np.ndarray) -> None:
    """Let the address name this code (D,)."""
    text = format_code(code)
    if st.query_params.get("z") != text:
        st.query_params["z"] = text


def drop_code() -> None:
    """Take what belongs to one model alone out of the address: its code, its unit."""
    st.query_params.pop("z", None)
    st.query_params.pop("unit", None)


def requested_unit() -> str | None:
    """The unit that the address names, counted from 1, unchecked."""
    return st.query_params.get("unit")


def set_unit(number: int) -> None:
    """Let the address name this unit."""
    if st.query_params.get("unit") != str(number):
        st.query_params["unit"] = str(number)


def begin(name: str, key: str, options: Sequence[T], usual: T) -> None:
    """Let the widget `key`, drawn next, be as the address says; at first, as usual."""
    known = {str(option): option for option in (*options, usual)}
    asked = st.query_params.get(name)
    if asked in known and asked != st.session_state.get(f"{key}_told"):
        st.session_state[key] = known[asked]
    if st.session_state.get(key) not in known.values():
        st.session_state[key] = usual


def tell(name: str, key: str, value: T, usual: T) -> None:
    """Let the address say what the widget is at, unless that is as usual."""
    text = st.session_state[f"{key}_told"] = str(value)
    if value == usual:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
