"""Pictures of units in as many columns as fit, to be looked at or chosen from.

Pictures travel once a session; afterwards a small header names them by their hash, so that
choosing a unit costs next to nothing. A browser that lacks them asks for them again.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from aecore import packing
from aecore.pictures import signed_palette, to_signed_levels

_FOLDER = Path(__file__).resolve().parent
_SENT = "gallery_sent"
_PICTURE = 42  # px, the least width of one


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a gallery says of one unit."""

    number: int
    """Its position in the layer, from 0."""
    caption: str
    """In a few letters."""
    text: str
    """Alternative text and tooltip."""
    dead: bool


@functools.cache
def _component():
    """The registered component."""
    return st.components.v2.component(
        "aecore_gallery",
        js=(_FOLDER / "gallery.js").read_text("utf-8"),
        css=(_FOLDER / "gallery.css").read_text("utf-8"),
    )


def gallery(
    key: str,
    name: str,
    pictures: np.ndarray,
    cells: Sequence[Cell],
    *,
    limit: float,
    chosen: int | None = None,
    on_choose: Callable[[int], None] | None = None,
) -> None:
    """Draw a gallery.

    Parameters
    ----------
    key : str
    name : str
        What it shows, for those who do not see it.
    pictures : ndarray of shape (K, P, 784)
        Signed; the P pictures of a unit stand side by side.
    cells : sequence of K Cell
    limit : float
        Where the colours are deepest.
    chosen : int, optional
        The number of the unit to mark; None for a gallery that is only looked at.
    on_choose : callable, optional
        Called, before the page runs again, with the number that the browser says was chosen:
        check it.
    """
    levels = to_signed_levels(pictures, limit=limit)
    units = [asdict(cell) for cell in cells]
    drawn = hashlib.blake2b(levels.tobytes() + repr(units).encode(), digest_size=16).hexdigest()
    header = {"hash": drawn, "name": name, "chosen": chosen}
    arrays = None
    sent = st.session_state.setdefault(_SENT, set())
    if drawn not in sent:
        sent.add(drawn)
        header |= {"cell": _PICTURE * pictures.shape[1], "units": units}
        arrays = {"levels": levels, "palette": signed_palette()}
    _component()(
        key=key,
        data=packing.pack(header, arrays),
        on_choose_change=lambda: _pass_on(key, on_choose),
        on_need_change=lambda: sent.discard(st.session_state[key].get("need")),
    )


def _pass_on(key: str, on_choose: Callable[[int], None] | None) -> None:
    number = st.session_state[key].get("choose")
    if on_choose is not None and isinstance(number, int):
        on_choose(number)
