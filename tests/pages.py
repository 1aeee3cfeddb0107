"""A page, by Streamlit's own test runner, and what is on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

TIMEOUT = 60


def open_page(module: str, *, state: Mapping[str, Any] | None = None, **query: str) -> AppTest:
    """A page as its address opens it, with this in the visit's memory."""

    def script(module: str) -> None:
        import importlib

        from aecore.ui import shell

        shell.guarded(importlib.import_module(f"aecore.ui.pages.{module}").render)()

    app = AppTest.from_function(script, default_timeout=TIMEOUT, args=(module,))
    for name, value in query.items():
        app.query_params[name] = value
    for name, value in (state or {}).items():
        app.session_state[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    """All running text of a page."""
    elements = [*app.markdown, *app.caption, *app.warning, *app.success]
    return "\n".join(element.value for element in elements)


def grid(app: AppTest) -> str:
    """All HTML of a page: its rows of digits."""
    return "".join(block.proto.body for block in app.get("html"))


def component(app: AppTest, key: str):
    """What a component of our own is sent."""
    (found,) = (block.proto for block in app.get("bidi_component") if block.key == key)
    return found
