"""State kept in the page's URL: `?model=NAME&z=a,b,...`, `&unit=3`.

Every page has parameters of its own, which last for the visit. A link from the sidebar names none:
the page then opens as it was left. Any other URL says all: what it does not name is at its
default, so that Back restores exactly what was there.

What a run changes is held back and sent at once, by `flush`. A choice of the visitor is one step
of the browser's history, which Back undoes. What a page adds to its URL as it opens is none: it
replaces the URL, so that a visit is one step. A run of a fragment does not read the URL: until the
browser has heard of a choice, whatever it asks for carries the old URL, which would undo it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from aecore.latent.codes import format_code, parse_code

T = TypeVar("T")

_STATE = "address"
_OF_A_MODEL = ("z", "unit", "rate", "outline", "classes")
"""Parameters that mean nothing to another model."""

_OF_A_LESSON = ("lesson", "step", "hide")
"""Parameters that end where the visitor follows a link of the sidebar."""


@dataclass
class Address:
    """What this visit knows of the URL."""

    page: str = ""
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    """Parameters by page, those that are not sent yet included."""
    known: list[dict[str, str]] = field(default_factory=list)
    """What the browser's URL holds: sent last and, until it has replaced that, reported."""
    path: str = ""
    """Last part of the page's path in the URL."""
    opens: bool = False
    """Whether the page has not been drawn to its end since it was opened."""
    place: DeltaGenerator | None = None
    """While the page opens: where the script is drawn that completes the URL."""

    @property
    def parameters(self) -> dict[str, str]:
        return self.kept.setdefault(self.page, {})


def _address() -> Address:
    if _STATE not in st.session_state:
        asked = _report()
        st.session_state[_STATE] = Address(kept={"": dict(asked)}, known=[asked])
    return st.session_state[_STATE]


def _report() -> dict[str, str]:
    """Return the parameters of the URL; those that are repeated, as Streamlit's lists, as one."""
    return {name: ",".join(st.query_params.get_all(name)) for name in st.query_params}


def get(name: str) -> str | None:
    """Return the value of a parameter, or what it will be once changes are sent; unchecked."""
    return _address().parameters.get(name)


def is_opening() -> bool:
    """Return whether the page has not been drawn to its end since it was opened."""
    return _address().opens


def names_only_a_model() -> bool:
    """Return whether the URL holds no parameter but the model."""
    return _address().parameters.keys() <= {"model"}


def set(name: str, text: str | None) -> None:
    """Change a parameter with the next `flush`; None removes it."""
    if text is None:
        _address().parameters.pop(name, None)
    else:
        _address().parameters[name] = text


@contextmanager
def opened(page: str, path: str) -> Iterator[None]:
    """Surround a run of the whole app: take a URL that is not of our own making.

    Parameters
    ----------
    page, path : str
        Name of the page that the URL leads to, and the last part of its path in the URL.
    """
    address, place = _address(), st.container(key="address").empty()
    asked = _report()
    if page != address.page or asked not in address.known:
        _open(address, page, asked)
    address.path, address.place = path, place if address.opens else None
    try:
        yield
        flush()
        address.opens = False
    finally:
        address.place = None  # what changes from here on are choices of the visitor


def _open(address: Address, page: str, asked: dict[str, str]) -> None:
    present = get("present")
    address.page, address.known, address.opens = page, [asked], True
    if asked:
        address.kept[page] = dict(asked)
        return
    set("present", present)  # the only parameter beside the model that goes along
    for name in _OF_A_LESSON:
        set(name, None)
    if address.parameters.get("model") != st.session_state.get("app_model"):
        set("model", None)  # another one was picked on another page
        clear_model_state()


def flush() -> None:
    """Send all changes held back, if they change anything."""
    address = _address()
    changed = dict(address.parameters)
    if address.known and changed == address.known[0]:
        return
    if address.place is None:
        address.known, address.opens = [changed], False
        st.query_params.from_dict(changed)
    else:
        address.known = [changed, address.known[-1]]
        _replace(address.path, changed, address.place)


def _replace(path: str, parameters: dict[str, str], place: DeltaGenerator) -> None:
    """Change the URL without a step of the history.

    Streamlit 1.67 makes a step of whatever is written to `st.query_params`, unless Back or Forward
    has led to the page. So its record is changed without a message, and a script changes the URL,
    unless the visitor has gone on to another page.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    embedding = [each for each in parse_qsl(context.query_string) if each[0].startswith("embed")]
    context.query_string = urlencode([*embedding, *parameters.items()])
    with context.session_state.query_params() as record:
        record.populate_from_query_string(context.query_string)
    url = json.dumps(f"?{context.query_string}" if context.query_string else path or "./")
    place.html(
        f"<script>if (location.pathname.split('/').pop() === {json.dumps(path)}) "
        f"history.replaceState(history.state, '', {url});</script>",
        unsafe_allow_javascript=True,
    )


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
    """Remove what belongs to a single model, as its code."""
    for name in _OF_A_MODEL:
        set(name, None)


def load(name: str, key: str, options: Iterable[T] | Mapping[str, T], default: T) -> None:
    """Set the widget `key`, drawn next, to the URL's value; to the default if it has none.

    Parameters
    ----------
    name, key : str
        The parameter, and the widget's key.
    options : iterable, or mapping of str
        What the widget can be, by the text in the URL if that is not its own.
    default : object
    """
    known = options if isinstance(options, Mapping) else {str(option): option for option in options}
    asked = get(name)
    load_value(name, key, default if asked is None else known.get(asked, default))
    if st.session_state[key] not in (*known.values(), default):
        st.session_state[key] = default


def load_value(name: str, key: str, value: object) -> None:
    """Set the widget `key`, drawn next, to the value that a changed URL asks for."""
    if key not in st.session_state or get(name) != st.session_state.get(f"{key}_told"):
        st.session_state[key] = value


def load_number(name: str, key: str, last: int, default: int | None) -> None:
    """Set the number input `key`, drawn next, to the URL's whole number, if that is in 0..last."""
    text = get(name) or ""
    load_value(name, key, int(text[:9]) if text.isdecimal() else default)
    if (st.session_state[key] or 0) > last:
        st.session_state[key] = default


def store(name: str, key: str, value: object, default: object) -> None:
    """Write a widget's value to the URL, unless it is the default; a list with commas."""
    text = ",".join(value) if isinstance(value, list) else str(value)
    told = st.session_state[f"{key}_told"] = None if value == default else text
    set(name, told)
