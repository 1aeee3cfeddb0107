"""Colors that depend on the theme of the visitor's page."""

from __future__ import annotations

import streamlit as st

from aecore.charts.palette import Theme, digit_colors
from aecore.ui.components.registry import mount


def theme() -> Theme:
    """Return the theme of the visitor's page; light where it is not known."""
    return "dark" if st.context.theme.type == "dark" else "light"


def follow() -> None:
    """Draw the page again once its theme has changed, which Streamlit alone does not do."""
    mount("theme", "app_theme", {"theme": theme()}, theme=lambda reported: None)


def class_colors() -> tuple[str, ...]:
    """Return the colors of the digits 0 to 9 on the visitor's page."""
    return digit_colors(theme())
