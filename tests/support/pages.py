"""A page, by Streamlit's own test runner, and what is on it."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from aecore.viewer import message

TIMEOUT = 60
EXPERIMENTS = (
    "Error by class",
    "Worst and typical cases",
    "Importance of each latent dimension",
    "Dropout at test time",
    "Noise in the code",
)
"""Of the page `/reconstruct`."""


def open_page(module: str, *, state: Mapping[str, Any] | None = None, **query: str) -> AppTest:
    """A page as its address opens it, with this in the visit's memory."""

    def script(module: str) -> None:
        from aecore.ui import navigation
        from aecore.ui.pages import find_pages

        (page,) = (page for page in find_pages() if page.name == module)
        navigation.renderer(page)()

    app = AppTest.from_function(script, default_timeout=TIMEOUT, args=(module,))
    for name, value in query.items():
        app.query_params[name] = value
    for name, value in (state or {}).items():
        app.session_state[name] = value
    return app.run()


def buttons(app: AppTest) -> dict[str, str]:
    """Labels of the buttons by key."""
    return {button.key: button.label for button in app.button}


def texts(app: AppTest) -> str:
    """All running text of a page, that of its components and of its HTML with it."""
    elements = [*app.markdown, *app.caption, *app.warning, *app.success]
    charts = (json.loads(block.json) for block in _components(app, "charts"))
    notes = [each["note"] for each in charts] + [header["note"] for header, _ in picture_rows(app)]
    html_texts = [html.unescape(block.proto.body) for block in app.get("html")]
    return "\n".join([*(element.value for element in elements), *notes, *html_texts])


def grid(app: AppTest) -> str:
    """All HTML of a page, and every text and link of its rows of pictures."""
    said = [block.proto.body for block in app.get("html")]
    for header, _ in picture_rows(app):
        for row in header["rows"]:
            titles = [f"{row['name']}: {title}" for title in header["titles"]]
            said += [f">{text}<" for text in (row["name"], *titles, *row["texts"], *row["links"])]
    return "".join(said)


def picture_rows(app: AppTest) -> list[tuple[dict[str, Any], np.ndarray]]:
    """What each grid of the page is sent, and what it draws: rows, columns, pixels."""
    found = []
    for block in _components(app, "rows"):
        header, arrays = message.unpack(block.bytes)
        shape = len(header["rows"]), len(header["titles"]), 784
        found.append((header, arrays["levels"].reshape(shape)))
    return found


def _components(app: AppTest, name: str):
    """What every component of a kind is sent."""
    blocks = (block.proto for block in app.get("bidi_component"))
    return [block for block in blocks if block.component_name == f"aecore_{name}"]


def component(app: AppTest, key: str):
    """What a component of our own is sent."""
    (found,) = (block.proto for block in app.get("bidi_component") if block.key == key)
    return found
