"""One module a page; each has a `render` function, imported when its page is opened."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import streamlit as st

from aecore.ui import shell

_PAGES = (
    # module, title, icon, address
    ("map", "Map", ":material/scatter_plot:", None),
    ("generate", "Generate", ":material/tune:", "generate"),
    ("filters", "Filters", ":material/grid_view:", "filters"),
    ("reconstruct", "Reconstruct", ":material/compare:", "reconstruct"),
    ("denoise", "Denoise", ":material/blur_on:", "denoise"),
    ("compare", "Compare", ":material/balance:", "compare"),
    ("your_digit", "Your digit", ":material/draw:", "your-digit"),
)


def navigation():
    """The page that the address names."""
    pages = [
        st.Page(_renderer(module), title=title, icon=icon, url_path=path, default=path is None)
        for module, title, icon, path in _PAGES
    ]
    return st.navigation({"Autoencoder Explorer": pages})


def _renderer(module: str) -> Callable[[], None]:
    @shell.guarded
    def render() -> None:
        importlib.import_module(f"{__name__}.{module}").render()

    # Streamlit tells pages apart by the function's name.
    render.__name__ = render.__qualname__ = module
    return render
