"""Two maps of the same test digits with linked selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aecore.ui import page_data
from aecore.ui.components.registry import mount
from aecore.ui.theme import class_colors
from aecore.viewer.message import pack

_KEY = "linked_maps"
SELECTED = "selected"
"""What the maps report, for a listener, when the visitor lets go: `{"numbers": [...]}` of the test
digits selected, which are to be checked."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Map:
    """One of the two maps."""

    name: str
    points: np.ndarray
    """Positions of the test digits, (N, 2)."""
    axis_names: tuple[str, ...]


def draw_linked_maps(
    maps: tuple[Map, Map],
    labels: np.ndarray,
    *,
    selected: Sequence[int],
    reports: int,
) -> None:
    """Draw both maps.

    Parameters
    ----------
    maps : tuple of two Map
        Of the same N test digits.
    labels : ndarray of shape (N,), uint8
    selected : sequence of int
        Numbers of the digits that the URL selects; maps drawn again after a visit to another page
        select all of those that the browser has only told the first of.
    reports : int
        How many selections the browser has told. With another number the maps take up `selected`
        again, also where it is what they were last sent.
    """
    header = {
        "picture": page_data.message(),
        "names": [each.name for each in maps],
        "axes": [list(each.axis_names) for each in maps],
        "colors": class_colors(),
        "numbers": list(selected),
        "reports": reports,
    }
    arrays = {
        "points0": maps[0].points.astype(np.float32),
        "points1": maps[1].points.astype(np.float32),
        "labels": labels,
    }
    mount("linked", _KEY, pack(header, arrays))
