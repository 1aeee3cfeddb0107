"""Pictures of units in as many columns as fit, to be looked at or chosen from.

Pictures travel once a session, all of a layer's and in every order; afterwards a small header
names them by their hash. So the browser puts them in another order, shows more of them, or others
that it has been sent, as soon as the page's switches are pressed: the server's own answer, later,
finds them as they should be. A browser that lacks pictures asks for them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aecore.imaging.levels import signed_palette
from aecore.ui.components.registry import is_first_time, mount, send_again
from aecore.viewer.message import pack

CHOSEN = "unit"
"""What the gallery reports, for a listener: `{"unit": number}`."""
_PICTURE = 42  # px, the least width of one


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a gallery says of one unit."""

    caption: str
    """In a few letters."""
    text: str
    """Alternative text and tooltip."""
    dead: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Album:
    """The pictures of all K units of a layer, and the orders that they can be put in."""

    digest: str
    """Names all that is in it."""
    cells: Sequence[Cell]
    """K of them, by the units' numbers."""
    levels: np.ndarray
    """(K, P, 784) uint8, rows of the palette of signed pictures; the P of a unit stand side by
    side."""
    limit: float
    """What the ends of the palette stand for,"""
    scale_name: str
    """and of what."""
    orders: Mapping[str, np.ndarray]
    """Of each name all positions (K,), the first to be shown first."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A control of the page that the browser follows by itself."""

    key: str
    """Of a segmented control."""
    values: Sequence[Any]
    """What its segments stand for."""


def draw_gallery(
    key: str,
    name: str,
    album: Album,
    *,
    order: str,
    count: int | None,
    model: str,
    layer: str,
    switches: Mapping[str, Switch],
    chosen: int | None = None,
    similar: np.ndarray | None = None,
    headed: bool = False,
    about: str = "",
    note: str = "",
) -> None:
    """Draw a gallery, and a button that saves what it shows.

    Parameters
    ----------
    key : str
    name : str
        What it shows: for those who do not see it, and on the picture that is saved.
    album : Album
    order : str
        One of the album's orders, or `similarity`.
    count : int, optional
        How many units are shown; None: all.
    model, layer : str
        Which model the page is about, and of which layer they are: when the visitor comes back to
        them, the browser shows them again before the server answers.
    switches : mapping of str to Switch
        What sets the `order`, the `count`, the `hash` of the album and the `layer`, by these names.
    chosen : int, optional
        The number of the unit to mark; None for a gallery that is only looked at. Another one that
        the visitor chooses is announced as the event `CHOSEN`; a reply to it is heeded.
    similar : ndarray of shape (K,), optional
        The order by similarity to the chosen unit.
    headed : bool
        Whether the name stands above it, too.
    about, note : str
        Texts above and below it, `**what matters**` in bold.
    """
    header = {
        "hash": album.digest,
        "name": name,
        "file": key.replace("_", "-"),
        "isHeaded": headed,
        "about": about,
        "note": note,
        **choice_message(chosen, similar),
        "view": {"order": order, "count": count, "model": model, "layer": layer},
        "switches": {what: asdict(switch) for what, switch in switches.items()},
    }
    arrays = None
    if is_first_time(album.digest):
        header["cell"] = _PICTURE * album.levels.shape[1]
        header["scale"] = {"name": album.scale_name, "limit": album.limit}
        header["units"] = [asdict(cell) for cell in album.cells]
        header["orders"] = {by: positions.tolist() for by, positions in album.orders.items()}
        arrays = {"levels": album.levels, "palette": signed_palette()}
    mount("gallery", key, pack(header, arrays), need=send_again)


def choice_message(chosen: int | None, similar: np.ndarray | None) -> dict[str, Any]:
    """Return a choice as the browser gets it, in a gallery's message or in reply to `CHOSEN`."""
    return {"chosen": chosen, "similar": None if similar is None else similar.tolist()}
