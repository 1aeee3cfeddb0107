"""The style sheet of a trimmed page: what is hidden, and what is lit."""

from __future__ import annotations

from collections.abc import Iterable

from aecore.lessons import pages
from aecore.lessons.lesson import Step

_LIT = """
  outline: 3px solid #0f8a7e;
  outline-offset: 6px;
  border-radius: 4px;"""


def asked_to_hide(text: str | None) -> list[str]:
    """Return the keys of the URL's `hide` that may be hidden; others are ignored."""
    return [key for key in (text or "").split(",") if pages.is_control(key)]


def style(hidden: Iterable[str], step: Step | None = None, mark: str = "") -> str:
    """Return the style sheet; empty where there is nothing to change.

    Parameters
    ----------
    hidden : iterable of str
        Keys of elements that are hidden whatever happens.
    step : Step, optional
        What it releases is hidden until the browser writes `mark` to the page's root element.
    """
    rules = [f"{_selector(key)} {{ display: none !important; }}" for key in hidden]
    if step is None:
        return "\n".join(rules)
    rules += [f"{_selector(key)} {{ display: none !important; }}" for key in step.hide]
    until = f':root:not([data-lesson-released="{mark}"])'
    rules += [f"{until} {_selector(key)} {{ display: none !important; }}" for key in step.release]
    if step.light:
        rules.append(f"{_selector(step.light)} {{{_LIT}\n}}")
    return "\n".join(rules)


def _selector(key: str) -> str:
    return f".st-key-{key}"
