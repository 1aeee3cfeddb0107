"""Galleries of units on `/filters`, in one order and on one color scale, and the chosen unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from aecore.analysis.filters import Order, Scale, Units
from aecore.checkpoints.file import Checkpoint
from aecore.imaging.levels import to_signed_levels
from aecore.ui import url_state
from aecore.ui.cache.filters import Part
from aecore.ui.components.filter_gallery import Album, Cell, Switch, choice_message, draw_gallery
from aecore.ui.text import units as unit_text

FEW = 64
SHOW = {"some": FEW, "all": None}
"""Number of units by option of the control *Show*; None: all."""
_ALBUMS_KEPT = 12  # 6 MB each, for 4,096 units


@dataclass
class Chosen:
    """The chosen unit of a session; it changes in place, so that a download follows it."""

    of: tuple[str, Part]
    """The model's digest, and the layer."""
    unit: int

    def message(self, units: Units) -> dict[str, Any]:
        """Return the choice as the browser gets it, with the order by similarity to it."""
        similar = units.order("similarity", units.images[self.unit, 0])
        return choice_message(self.unit, similar)


def find_chosen(checkpoint: Checkpoint, part: Part, units: Units) -> Chosen:
    """Return the unit of the address, else the one chosen, else the strongest that is not dead."""
    asked = url_state.get("unit")
    chosen = st.session_state.get("filters_unit")
    if chosen is None or chosen.of != (checkpoint.digest, part):
        chosen = Chosen(of=(checkpoint.digest, part), unit=units.strongest())
        st.session_state["filters_unit"] = chosen
    if asked is not None and asked != st.session_state.get("filters_unit_told"):
        if asked.isdecimal() and 1 <= int(asked[:6]) <= len(units):
            chosen.unit = int(asked[:6]) - 1
        else:
            chosen.unit = units.strongest()
            st.warning(
                f"The address asks for a unit that does not exist; units are 1 to {len(units)}."
            )
    _store(chosen.unit)
    return chosen


def choose(chosen: Chosen, units: Units, message: dict[str, Any]) -> None:
    """Choose the unit that the browser names; ignore what is not a unit."""
    unit = message.get("unit")
    if isinstance(unit, int) and 0 <= unit < len(units):
        chosen.unit = unit
        _store(unit)


def _store(unit: int) -> None:
    """Name the unit in the address, at once."""
    text = st.session_state["filters_unit_told"] = str(unit + 1)
    url_state.set("unit", text)
    url_state.flush()


@dataclass(frozen=True, kw_only=True)
class View:
    """The settings that all galleries of the page share."""

    model: str
    """Name of the page's model."""
    part: Part
    order: Order
    scale: Scale
    limits: Mapping[Scale, float]
    """Weight at which the colors saturate, by option of the control *Scale*, in its order."""
    count: int | None
    """Number of units shown; None: all."""


def draw(
    key: str,
    title: str,
    units: Units,
    view: View,
    *,
    prefixes: tuple[str, str] | None = None,
    chosen: Chosen | None = None,
    headed: bool = True,
    about: str = "",
    note: str = "",
) -> None:
    """Draw units and a button that saves them as a picture.

    Parameters
    ----------
    key : str
    title : str
        What the units are.
    units : Units
    view : View
    prefixes : tuple of two str, optional
        What stands before the number of each in full, and in a caption. The view's order then does
        not apply. Default: these are units of the view's layer.
    chosen : Chosen, optional
        The unit to mark, with which the order by similarity compares; None where no unit can be
        chosen.
    headed : bool
        Whether the title stands above the units.
    about, note : str
        Texts above and below the units.
    """
    part = view.part
    prefix, short = prefixes or (unit_text.PREFIXES[part], unit_text.SHORT[part])
    names = {
        scale: " ".join([units.digest, scale, repr(limit), prefix, short])
        for scale, limit in view.limits.items()
    }
    switches = {
        "count": Switch(key="filters_show", values=list(SHOW.values())),
        "hash": Switch(key="filters_scale", values=list(names.values())),
        "layer": Switch(key="filters_layer", values=list(unit_text.PARTS)),
    }
    if prefixes is None:
        orders = unit_text.orders(part, has_relu=units.activity is not None)
        switches["order"] = Switch(key="filters_sort", values=list(orders))
    draw_gallery(
        key,
        title,
        _album(names[view.scale], view, prefix, short, units),
        order="number" if prefixes else view.order,
        count=view.count,
        model=view.model,
        layer=part,
        switches=switches,
        choice=choice_message(None, None) if chosen is None else chosen.message(units),
        headed=headed,
        about=about,
        pair=unit_text.PAIR if prefixes is None else "",
        note=note,
    )


@st.cache_resource(max_entries=_ALBUMS_KEPT, show_spinner=False)
def _album(digest: str, _view: View, _prefix: str, _short: str, _units: Units) -> Album:
    limit = _view.limits[_view.scale]
    words = [unit_text.cell(_units, _prefix, _short, i) for i in range(len(_units))]
    return Album(
        digest=digest,
        cells=[
            Cell(caption=caption, text=text, dead=bool(dead))
            for (caption, text), dead in zip(words, _units.dead, strict=True)
        ],
        levels=to_signed_levels(_units.scaled(_view.scale), limit=limit),
        limit=limit,
        scale_name=unit_text.scale_name(_view.part, _view.scale),
        orders={by: _units.order(by) for by in ("norm", "activity", "number")},
    )
