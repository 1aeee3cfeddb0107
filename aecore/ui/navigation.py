"""One module a page; each has a `render` function, imported when its page is opened."""

from __future__ import annotations

import base64
import functools
import gc
import importlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from aecore.system.threads import keep_to_one
from aecore.ui import scaffold, trash, url_state
from aecore.ui.cache import runs as run_cache
from aecore.ui.text import runs as run_text

_PAGES = (
    # module, title, icon, address
    ("map", "Map", ":material/scatter_plot:", None),
    ("generate", "Generate", ":material/tune:", "generate"),
    ("filters", "Filters", ":material/grid_view:", "filters"),
    ("reconstruct", "Reconstruct", ":material/compare:", "reconstruct"),
    ("denoise", "Denoise", ":material/blur_on:", "denoise"),
    ("train", "Train", ":material/model_training:", "train"),
    ("compare", "Compare", ":material/balance:", "compare"),
    ("your_digit", "Your digit", ":material/draw:", "your-digit"),
)

_ICON = Path(__file__).resolve().parent / "icon.png"


@functools.cache
def icon() -> str:
    """The tab's icon, as an address of its own.

    A browser reads a tab's icon anew whenever the page's address changes; an emoji, which Streamlit
    makes a drawing of, holds an answer up by 2 to 6 ms.
    """
    return f"data:image/png;base64,{base64.b64encode(_ICON.read_bytes()).decode()}"


def pages():
    """The page that the address names."""
    keep_to_one()
    return st.navigation({"Autoencoder Explorer": [_page(*entry) for entry in _PAGES]})


def link(module: str, label: str, **query: str) -> None:
    """A link to a page with something in its address, in the same visit."""
    entry = next(entry for entry in _PAGES if entry[0] == module)
    st.page_link(_page(*entry), label=label, query_params=query)


def _page(module: str, title: str, icon: str, path: str | None):
    return st.Page(_renderer(module), title=title, icon=icon, url_path=path, default=path is None)


def _renderer(module: str) -> Callable[[], None]:
    @scaffold.guarded
    def render() -> None:
        url_state.arrive(module)
        page = importlib.import_module(f"aecore.ui.pages.{module}.page").render
        # As a fragment it shows another model in four fifths of the time of a run of the whole app.
        st.fragment(scaffold.guarded(page))()
        _keep_for_good(module)
        if module != "train":
            _beside_training()

    # Streamlit tells pages apart by the function's name.
    render.__name__ = render.__qualname__ = module
    return render


@functools.cache
def _keep_for_good(module: str) -> None:
    """Take what a page has imported and cached by its first visit out of the collector's rounds.

    A full round of Python's over torch and scikit-learn holds an answer up for 0.2 s.
    """
    gc.freeze()


def _beside_training() -> None:
    """What is true of the page `/train` while another one is on show."""
    trash.leave()
    if (run := run_cache.at_work()) is not None:
        link("train", f"Training goes on: {run_text.name(run)}")
