"""How components of our own are registered: a folder's scripts as one module, and its styles.

What any of them may need comes first: `message.js` reads what `aecore.viewer.message` wrote, `elements.js`
makes elements, `picture.js` draws a digit, `sight.js` what is on the screen first, `foresight.js`
what was on show of a model before.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).resolve().parent
_SCRIPTS = ("message", "elements", "picture", "sight", "foresight")
_SHARED = tuple(_FOLDER / f"{name}.js" for name in _SCRIPTS)
_STYLE = _FOLDER / "component.css"


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """Lets the browser show at once what a component showed of a model, when it is picked again."""

    model: str | None
    """The one that the page is about; None: what is shown now is not to be shown again."""
    scene: str
    """Names all else that decides what is shown."""


@functools.cache
def component(name: str, folder: Path, scripts: tuple[str, ...], *, isolated: bool = True):
    """The component `aecore_<name>`, registered once.

    Parameters
    ----------
    name : str
    folder : Path
        With its scripts and all of its styles.
    scripts : tuple of str
        Without their ending, in their order; one of them exports what is called.
    isolated : bool
        Whether it lives in a shadow root; else its styles hold for the whole page.
    """
    styles = [_STYLE, *sorted(folder.glob("*.css"))]
    return st.components.v2.component(
        f"aecore_{name}",
        js=module(folder, scripts),
        css=_joined(styles),
        isolate_styles=isolated,
    )


def module(folder: Path, scripts: tuple[str, ...]) -> str:
    """The JavaScript of a component: what all share, and its own scripts."""
    return _joined([*_SHARED, *(folder / f"{script}.js" for script in scripts)])


def _joined(paths: Iterable[Path]) -> str:
    return "\n".join(path.read_text("utf-8") for path in paths)
