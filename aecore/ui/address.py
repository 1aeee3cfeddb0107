"""What the page's address says, and saying it: `?model=NAME&z=a,b,...`."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.codes import format_code, parse_code


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
    """Take the code out of the address."""
    st.query_params.pop("z", None)
