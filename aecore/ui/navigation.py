"""The navigation between the pages in `aecore/ui/pages`."""

from __future__ import annotations

import base64
import functools
import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from aecore.jobs import queue
from aecore.system.environment import is_public
from aecore.system.memory import collect_rarely, return_memory
from aecore.system.sockets import send_at_once
from aecore.system.threads import limit_to_one_thread, switch_often
from aecore.ui import (
    page_data,
    presentation,
    public_server,
    scaffold,
    successive_runs,
    trash,
    url_state,
    warm_up,
)
from aecore.ui.cache import datasets
from aecore.ui.cache import runs as run_cache
from aecore.ui.pages import Page, find_pages
from aecore.ui.text import runs as run_text

_APP = "Autoencoder Explorer"
_HERE = Path(__file__).resolve().parent
_ICON = _HERE / "icon.png"
_ADAPTERS = _HERE / "adapters"
"""Files that name Streamlit's own elements."""
_STYLES = _ADAPTERS / "style.css", _ADAPTERS / "present.css"
"""What Streamlit's theme cannot say: always, and in a presentation."""
_SIDEBAR = (_ADAPTERS / "sidebar.html").read_text(encoding="utf-8")
"""A script that closes the sidebar where the window is narrower than `WIDTH`."""
_HISTORY = (_ADAPTERS / "history.html").read_text(encoding="utf-8")
"""A script that keeps late answers out of the browser's history."""
_NARROW = 1100  # px
_MODEL_LINKS = {
    "map": "Show the latent space",
    "generate": "Generate digits",
    "filters": "Filters",
    "reconstruct": "Reconstruct",
    "your_digit": "Your digit",
    "compare": "Compare",
}
"""Pages that a saved model opens on, with the text of each link."""
_NAMED_FOR_DIGITS = "app_named_for_digits"
"""Whether the sidebar names the pages as for digits; else it speaks of pictures."""


@functools.cache
def icon() -> str:
    """Return the tab's icon as a data URL.

    A browser reads a tab's icon again whenever the page's URL changes; an emoji, which Streamlit
    draws, delays an answer by 2 to 6 ms.
    """
    return f"data:image/png;base64,{base64.b64encode(_ICON.read_bytes()).decode()}"


def pages() -> StreamlitPage:
    """Return the page that the address names."""
    limit_to_one_thread()
    switch_often()
    send_at_once()
    successive_runs.send_all()
    return_memory()
    collect_rarely()
    warm_up.prepare_models()
    if not queue.training_allowed():
        st.set_option("client.showErrorDetails", "none")  # a traceback names files of the server
    if is_public():
        public_server.protect()
    presenting = presentation.read()
    for style in _STYLES[: 1 + presenting]:
        st.html(style)
    width = "Infinity" if presenting else str(_NARROW)
    st.html(_HISTORY + _SIDEBAR.replace("WIDTH", width), unsafe_allow_javascript=True)
    return _draw_sidebar()


def _draw_sidebar() -> StreamlitPage:
    """Draw the links to all pages, and return the page that the address names."""
    st.session_state[_NAMED_FOR_DIGITS] = scaffold.shows_digits()
    groups: dict[str, list[StreamlitPage]] = {}
    for page in find_pages():
        groups.setdefault(page.group, []).append(_entry(page))
    return st.navigation(groups)


def _follow_data() -> None:
    """Name the pages in the sidebar anew where this run has read, or chosen, other data."""
    named = st.session_state.get(_NAMED_FOR_DIGITS)
    if named is not None and named != scaffold.shows_digits():
        _draw_sidebar()


def link(name: str, label: str, *, icon: str | None = None, **query: str) -> None:
    """Draw a link to a page, by its name or path, with parameters of its URL, within the visit."""
    page = next(page for page in find_pages() if name in (page.name, page.path))
    st.page_link(_entry(page), label=label, icon=icon, query_params=query)


def link_to_model(model: str, *, left_out: tuple[str, ...] = ()) -> None:
    """Draw links to the pages that show a saved model, but those left out."""
    for page, label in _MODEL_LINKS.items():
        if page not in left_out:
            link(page, page_data.words(label), model=model)


def warn_of_upload() -> None:
    """Say, where the visit uses uploaded data, that nothing can be trained on them yet."""
    if datasets.is_uploaded() and queue.training_allowed():
        st.info(
            "Models are trained on data of this machine. Keep the uploaded data first, on the page "
            "**Data**.",
            icon=":material/info:",
        )
        link("data", "To the page Data")


def open_page(path: str, query: Mapping[str, str]) -> NoReturn:
    """Go to the page with a path, with parameters of its URL, within the same visit."""
    page = next(page for page in find_pages() if page.path == path)
    st.switch_page(_entry(page), query_params=query)


def _entry(page: Page) -> StreamlitPage:
    return st.Page(
        renderer(page),
        title=title_of(page),
        icon=page.icon,
        url_path=page.path or None,
        default=not page.path,
    )


def title_of(page: Page) -> str:
    """Return a page's title; where the data in use are no digits, it speaks of pictures."""
    if "digit" not in page.title or scaffold.shows_digits():
        return page.title
    return page.title.replace("digit", "picture")


def renderer(page: Page) -> Callable[[], None]:
    """Return the function that draws a page of the app."""

    @scaffold.guarded
    @warm_up.first_alone(draws_first=not page.path)
    def render() -> None:
        warm_up.note_opened(page.name)
        with url_state.opened(page.name, page.path):
            if url_state.get("lesson") or url_state.get("hide"):
                from aecore.ui.lessons import panel  # the first screen does not wait for it

                panel.show(open_page)
            # As a fragment it shows another model in four fifths of the time of a run of the app.
            scaffold.fragment(functools.partial(_render_and_name, page))()
        _freeze(page.name)
        if page.name != "train" and not is_public():
            _after_training()

    # Streamlit tells pages apart by the function's name.
    render.__name__ = render.__qualname__ = page.name
    return render


def _render_and_name(page: Page) -> None:
    """Draw a page, and let its tab name the page and the model that is picked there."""
    try:
        page.renderer()()
    finally:
        _follow_data()
        names = title_of(page), url_state.get("model"), _APP
        st.set_page_config(page_title=" · ".join(filter(None, names)))


@functools.cache
def _freeze(page: str) -> None:
    """Exclude what a page has imported and cached by its first visit from garbage collection.

    A full collection over pandas, SciPy and scikit-learn delays an answer by 0.1 s.
    """
    gc.freeze()


def _after_training() -> None:
    """Empty the trash of the page `/train`, and link to the run that goes on there."""
    trash.empty()
    if (run := run_cache.running()) is not None:
        link("train", f"Training in progress: {run_text.name(run)}")
