"""Reports of widgets, taken by another fragment than the one that they lie in.

A report runs again all of the fragment that its widget lies in. Where another, smaller fragment is
to answer, a listener in that one takes the report instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aecore.ui.components.registry import mount


def listen(
    key: str,
    event: str,
    on_event: Callable[[dict[str, Any]], None],
    *,
    reply: dict[str, Any] | None = None,
) -> None:
    """Mount a listener, which is invisible.

    Parameters
    ----------
    key : str
    event : str
        The name of the report.
    on_event : callable
        Called with the report, before the fragment runs again. It comes from the browser: check it.
    reply : dict, optional
        Goes back to the widgets of the page, as their data `<event>-reply`.
    """
    mount(
        "ear",
        key,
        {"event": event, "reply": reply},
        event=lambda report: on_event(report) if isinstance(report, dict) else None,
    )
