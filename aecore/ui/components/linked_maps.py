"""Two maps side by side in the browser: what is selected in one lights up in the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.charts.palette import DIGIT_COLORS
from aecore.ui.components.registry import mount
from aecore.viewer.message import pack

_KEY = "linked_maps"
SELECTED = "selected"
"""What the browser announces, for an `ear` to hear, when the visitor lets go: `{"numbers": [...]}`
of the test digits selected, which are to be checked."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Map:
    """One of the two."""

    name: str
    points: np.ndarray
    """(N, 2), where the test digits lie."""
    axis_names: tuple[str, ...]


def draw_linked_maps(
    maps: tuple[Map, Map],
    labels: np.ndarray,
    *,
    is_selected: bool,
) -> None:
    """Mount both maps.

    Parameters
    ----------
    maps : tuple of two Map
        Of the same N test digits.
    labels : ndarray of shape (N,), uint8
    is_selected : bool
        Whether the last that was heard of these digits is a selection: maps drawn anew, after a
        visit to another page, then show it again.
    """
    header = {
        "names": [each.name for each in maps],
        "axes": [list(each.axis_names) for each in maps],
        "colors": list(DIGIT_COLORS),
        "selected": is_selected,
    }
    arrays = {
        "points0": maps[0].points.astype(np.float32),
        "points1": maps[1].points.astype(np.float32),
        "labels": labels,
    }
    mount("linked", _KEY, pack(header, arrays))
