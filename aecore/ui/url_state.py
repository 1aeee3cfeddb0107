"""What the page's address says, and saying it: `?model=NAME&z=a,b,...`, `&unit=3`.

What a run has to say is held back and sent at once, by `settle`: the browser makes a step of its
history of each message, and Back is to undo all that one choice has changed. It is sent before what
takes long: until the browser has heard of it, whatever it asks for carries the old address, which
would undo the choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import streamlit as st

from aecore.latent.codes import format_code, parse_code

T = TypeVar("T", str, int, float)

_HELD, _PAGE = "address_held", "address_page"


def get(name: str) -> str | None:
    """What the address says of something, or will say once what is held back is sent; unchecked."""
    held = _held()
    return held[name] if name in held else st.query_params.get(name)


def put(name: str, text: str | None) -> None:
    """Let the address say this of something; None: nothing."""
    _held()[name] = text


def arrive(page: str) -> None:
    """Begin a run of the whole app: drop what another page, its run cut short, has held back."""
    if st.session_state.get(_PAGE) != page:
        _held().clear()
    st.session_state[_PAGE] = page


def settle() -> None:
    """Send what is held back, if it changes anything."""
    held = _held()
    new = {name: text for name, text in held.items() if st.query_params.get(name) != text}
    held.clear()
    if None in new.values():
        whole = st.query_params.to_dict() | new
        st.query_params.from_dict({name: text for name, text in whole.items() if text is not None})
    elif new:
        st.query_params.update(new)


def _held() -> dict[str, str | None]:
    """By name, in this session until it is sent: a run that is cut short leaves it to the next."""
    return st.session_state.setdefault(_HELD, {})


def requested_code(dim: int) -> np.ndarray | None:
    """The code (D,) that the address names.

    Raises
    ------
    ConfigError
        If it is malformed, of the wrong length, not finite or absurdly large.
    """
    text = get("z")
    return None if text is None else parse_code(text, dim)


def set_code(code: np.ndarray) -> str:
    """Let the address name this code (D,), at once, and give it as it is written there."""
    text = format_code(code)
    put("z", text)
    settle()
    return text


def drop_code() -> None:
    """Take what belongs to one model alone out of the address: its code, its unit."""
    put("z", None)
    put("unit", None)


def begin(name: str, key: str, options: Sequence[T], usual: T) -> None:
    """Let the widget `key`, drawn next, be as the address says; at first, as usual."""
    known = {str(option): option for option in (*options, usual)}
    asked = get(name)
    if asked in known and asked != st.session_state.get(f"{key}_told"):
        st.session_state[key] = known[asked]
    if st.session_state.get(key) not in known.values():
        st.session_state[key] = usual


def tell(name: str, key: str, value: T, usual: T) -> None:
    """Let the address say what the widget is at, unless that is as usual."""
    text = st.session_state[f"{key}_told"] = str(value)
    put(name, None if value == usual else text)


def translate(name: str, former: Mapping[str, str]) -> None:
    """Read a former name of a value, so that addresses of earlier versions open the same view.

    To be called before the widget that is bound to the parameter is drawn: Streamlit passes over a
    value that is not among its options, and takes the one found here.

    Parameters
    ----------
    name : str
        The parameter, which is the widget's key.
    former : mapping of str to str
        The present names by their former ones.
    """
    value = st.query_params.get(name)
    if value in former and name not in st.session_state:
        st.session_state[name] = former[value]
