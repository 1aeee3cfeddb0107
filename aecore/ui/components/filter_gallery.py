"""A gallery of hidden units' filters, to look at or to choose from.

The pictures of a whole layer are sent once a session, with every order that they can be sorted in;
afterwards a small header names them by their hash. So the browser sorts them anew, shows more of
them, or others that it was sent, as soon as a control of the page is used, before the server
answers. A browser that lacks pictures asks for them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aecore.imaging.levels import signed_palette
from aecore.ui import page_data
from aecore.ui.components.registry import is_first_time, mount, send_again
from aecore.viewer.message import pack

CHOSEN = "unit"
"""What the gallery reports, for a listener: `{"unit": number}`."""
_PICTURE = 42  # px, the least width of one


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The texts of one unit."""

    caption: str
    """A few characters below its pictures."""
    text: str
    """Alternative text and tooltip."""
    dead: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Album:
    """The pictures of all K units of a layer, and the orders that they can be sorted in."""

    digest: str
    """Identifies all of its content."""
    cells: Sequence[Cell]
    """K of them, by the number of the unit."""
    levels: np.ndarray
    """(K, P, 784) uint8, rows of the signed palette; the P pictures of a unit lie side by side."""
    limit: float
    """Absolute value at the ends of the palette."""
    scale_name: str
    """Name of the values that the colors stand for."""
    orders: Mapping[str, np.ndarray]
    """By name, the numbers of all units (K,) in the order in which they are shown."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A control of the page that the browser follows by itself."""

    key: str
    """Key of a segmented control."""
    values: Sequence[Any]
    """Values that its segments stand for."""


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
    choice: Mapping[str, Any],
    headed: bool = False,
    about: str = "",
    pair: str = "",
    note: str = "",
) -> None:
    """Draw a gallery, and a button that saves what it shows.

    Parameters
    ----------
    key : str
    name : str
        Its title, for screen readers and on the picture that is saved.
    album : Album
    order : str
        One of the album's orders, or `similarity`.
    count : int, optional
        How many units are shown; None: all.
    model, layer : str
        The model of the page, and the layer of the units: when the visitor comes back to them, the
        browser shows them again before the server answers.
    switches : mapping of str to Switch
        The controls that set the `order`, the `count`, the `hash` of the album and the `layer`.
    choice : mapping
        A `choice_message` with the unit to mark. A unit that the visitor chooses is reported as
        `CHOSEN`; the reply to it, another such message, is followed.
    headed : bool
        Whether the name is shown above it, too.
    about, note : str
        Texts above and below it, with `**bold**` parts.
    pair : str
        Heading of the two pictures of each unit.
    """
    header = {
        "picture": page_data.message(),
        "hash": album.digest,
        "name": name,
        "file": key.replace("_", "-"),
        "isHeaded": headed,
        "about": page_data.words(about),
        "pair": pair,
        "note": page_data.words(note),
        **choice,
        "view": {"order": order, "count": count, "model": model, "layer": layer},
        "switches": {what: asdict(switch) for what, switch in switches.items()},
    }
    arrays = None
    if is_first_time(album.digest):
        header["cell"] = _PICTURE * album.levels.shape[1]
        header["scale"] = {"name": album.scale_name, "limit": album.limit}
        texts = {text: page_data.words(text) for text in {cell.text for cell in album.cells}}
        header["units"] = [vars(cell) | {"text": texts[cell.text]} for cell in album.cells]
        header["orders"] = {by: positions.tolist() for by, positions in album.orders.items()}
        arrays = {"levels": album.levels, "palette": signed_palette()}
    mount("gallery", key, pack(header, arrays), need=send_again)


def choice_message(chosen: int | None, similar: np.ndarray | None) -> dict[str, Any]:
    """Return a choice as the browser gets it, in a gallery's message or in reply to `CHOSEN`.

    Parameters
    ----------
    chosen : int, optional
        The number of the unit; None where units cannot be chosen.
    similar : ndarray of shape (K,), optional
        The order by similarity to it.
    """
    return {"chosen": chosen, "similar": None if similar is None else similar.tolist()}
