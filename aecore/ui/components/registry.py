"""How components of our own are registered: a module of `aecore/viewer/js` and what it imports."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import streamlit as st

from aecore.viewer.bundle import bundle


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """Lets the browser show at once what a component showed of a model, when it is picked again."""

    model: str | None
    """The one that the page is about; None: what is shown now is not to be shown again."""
    scene: str
    """Names all else that decides what is shown."""


@functools.cache
def component(name: str, path: str, function: str, *, isolated: bool = True):
    """Register the component `aecore_<name>`, once.

    Parameters
    ----------
    name : str
    path : str
        Of its module in `aecore/viewer/js`, without the ending.
    function : str
        What Streamlit calls, an export of the module.
    isolated : bool
        Whether it lives in a shadow root; else its styles hold for the whole page.
    """
    script, styles = bundle(entry(path, function))
    return st.components.v2.component(
        f"aecore_{name}", js=script, css=styles, isolate_styles=isolated
    )


def entry(path: str, function: str) -> str:
    """Return the module that exports a function of another one as its default."""
    return f'import {{ {function} }} from "./{path}.js";\nexport default {function};\n'
