"""Two maps side by side in the browser: what is selected in one lights up in the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from aecore.figures import DIGIT_COLOURS
from aecore.packing import pack
from aecore.ui.component import component

_FOLDER = Path(__file__).resolve().parent
_KEY = "linked_maps"


@dataclass(frozen=True, kw_only=True, eq=False)
class Map:
    """One of the two."""

    name: str
    points: np.ndarray
    """(N, 2), where the test digits lie."""
    axis_names: tuple[str, ...]


def linked_maps(
    maps: tuple[Map, Map],
    labels: np.ndarray,
    *,
    is_selected: bool,
    on_select: Callable[[Any], None],
) -> None:
    """Mount both maps.

    Parameters
    ----------
    maps : tuple of two Map
        Of the same N test digits.
    labels : ndarray of shape (N,), uint8
    is_selected : bool
        Whether the last that was heard is a selection; maps drawn anew, as they show none, then
        say so.
    on_select : callable
        Called, before the page runs again, with the numbers of the test digits selected when the
        visitor lets go. They come from the browser: check them.
    """
    header = {
        "names": [each.name for each in maps],
        "axes": [list(each.axis_names) for each in maps],
        "colours": list(DIGIT_COLOURS),
        "selected": is_selected,
    }
    arrays = {
        "points0": maps[0].points.astype(np.float32),
        "points1": maps[1].points.astype(np.float32),
        "labels": labels,
    }
    component("linked", _FOLDER, ("map", "linked"))(
        key=_KEY,
        data=pack(header, arrays),
        on_selected_change=lambda: on_select(st.session_state[_KEY].get("selected")),
    )
