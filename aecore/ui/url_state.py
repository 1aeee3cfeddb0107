"""State kept in the page's URL: `?model=NAME&z=a,b,...`, `&unit=3`.

What a run changes is held back and sent at once, by `flush`: the browser makes a step of its
history of each message, and Back is to undo all that one choice has changed. It is sent before
anything slow: until the browser has heard of it, whatever it asks for carries the old URL, which
would undo the choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np
import streamlit as st

from aecore.latent.codes import format_code, parse_code

T = TypeVar("T")

_PENDING, _PAGE = "address_held", "address_page"


def get(name: str) -> str | None:
    """Return the value of a parameter, or what it will be once changes are sent; unchecked."""
    pending = _pending()
    return pending[name] if name in pending else st.query_params.get(name)


def set(name: str, text: str | None) -> None:
    """Change a parameter with the next `flush`; None removes it."""
    _pending()[name] = text


def discard_stale(page: str) -> None:
    """Begin a run of the whole app: drop changes that a run of another page has left unsent."""
    if st.session_state.get(_PAGE) != page:
        _pending().clear()
    st.session_state[_PAGE] = page


def flush() -> None:
    """Send all changes held back, if they change anything."""
    pending = _pending()
    new = {name: text for name, text in pending.items() if st.query_params.get(name) != text}
    pending.clear()
    changed = {name: text for name, text in new.items() if text is not None}
    if len(changed) < len(new):  # something is removed: the rest is sent with it, as one message
        kept = {name: text for name, text in st.query_params.to_dict().items() if name not in new}
        st.query_params.from_dict(kept | changed)
    elif changed:
        st.query_params.update(changed)


def _pending() -> dict[str, str | None]:
    """Return this session's unsent changes: a run that is cut short leaves them to the next."""
    return st.session_state.setdefault(_PENDING, {})


def load_code(dim: int) -> np.ndarray | None:
    """Return the code (D,) of the URL, if there is one.

    Raises
    ------
    ConfigError
        If it is malformed, of the wrong length, not finite or absurdly large.
    """
    text = get("z")
    return None if text is None else parse_code(text, dim)


def store_code(code: np.ndarray) -> str:
    """Write a code (D,) to the URL at once, and return it as it is written there."""
    text = format_code(code)
    set("z", text)
    flush()
    return text


def clear_model_state() -> None:
    """Remove what belongs to a single model: its code, its unit."""
    set("z", None)
    set("unit", None)


def load(name: str, key: str, options: Iterable[T], default: T) -> None:
    """Set the widget `key`, drawn next, to the URL's value; at first, to the default."""
    known = {str(option): option for option in (*options, default)}
    asked = get(name)
    if asked in known and asked != st.session_state.get(f"{key}_told"):
        st.session_state[key] = known[asked]
    if st.session_state.get(key) not in known.values():
        st.session_state[key] = default


def store(name: str, key: str, value: T, default: T) -> None:
    """Write a widget's value to the URL, unless it is the default."""
    text = st.session_state[f"{key}_told"] = str(value)
    set(name, None if value == default else text)


def translate(name: str, former: Mapping[str, str]) -> None:
    """Read a former name of a value, so that addresses of earlier versions open the same view.

    To be called before the widget that is bound to the parameter is drawn: Streamlit ignores a
    value that is not among its options, and takes the one set here.

    Parameters
    ----------
    name : str
        The parameter, which is the widget's key.
    former : mapping of str to str
        The present names by their former ones.
    """
    value = st.query_params.get(name)
    if value is not None and value in former and name not in st.session_state:
        st.session_state[name] = former[value]
