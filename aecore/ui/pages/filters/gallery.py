"""Galleries of units on `/filters`, in one order and on one color scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from aecore.analysis.filters import Order, Scale, Units
from aecore.imaging.levels import to_signed_levels
from aecore.ui.cache.filters import Part
from aecore.ui.components.filter_gallery import Album, Cell, Switch, draw_gallery
from aecore.ui.pages.filters.selection import Chosen
from aecore.ui.text import units as unit_text

FEW = 64
SHOW = {"some": FEW, "all": None}
"""Number of units by option of the control *Show*; None: all."""
_ALBUMS_KEPT = 12  # 6 MB each, for 4,096 units


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

    @property
    def limit(self) -> float:
        """Weight at which the colors saturate."""
        return self.limits[self.scale]


def draw(
    key: str,
    title: str,
    units: Units,
    view: View,
    *,
    prefix: str,
    short: str = "",
    sortable: bool = True,
    chosen: Chosen | None = None,
    headed: bool = False,
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
    prefix, short : str
        What stands before a unit's number in full, and in a caption.
    sortable : bool
        Whether the view's order applies; else the units stand in the model's order.
    chosen : Chosen, optional
        The unit to mark, with which the order by similarity compares; None where no unit can be
        chosen.
    headed : bool
        Whether the title stands above the units.
    about, note : str
        Texts above and below the units.
    """
    order = view.order if sortable else "number"
    names = {
        scale: " ".join([units.digest, scale, repr(limit), prefix, short])
        for scale, limit in view.limits.items()
    }
    switches = {
        "count": Switch(key="filters_show", values=list(SHOW.values())),
        "hash": Switch(key="filters_scale", values=list(names.values())),
        "layer": Switch(key="filters_layer", values=list(unit_text.PARTS)),
    }
    if sortable:
        words = unit_text.ORDERS[view.part]
        switches["order"] = Switch(key="filters_sort", values=list(words))
    draw_gallery(
        key,
        title,
        _album(names[view.scale], view, prefix, short, units),
        order=order,
        count=view.count,
        model=view.model,
        layer=view.part,
        switches=switches,
        chosen=None if chosen is None else chosen.unit,
        similar=None if chosen is None else units.order("similarity", chosen.picture(units)),
        headed=headed,
        about=about,
        note=note,
    )


@st.cache_resource(max_entries=_ALBUMS_KEPT, show_spinner=False)
def _album(digest: str, _view: View, _prefix: str, _short: str, _units: Units) -> Album:
    words = [unit_text.cell(_units, _prefix, _short, i) for i in range(len(_units))]
    return Album(
        digest=digest,
        cells=[
            Cell(caption=caption, text=text, dead=bool(dead))
            for (caption, text), dead in zip(words, _units.dead, strict=True)
        ],
        levels=to_signed_levels(_units.scaled(_view.scale), limit=_view.limit),
        limit=_view.limit,
        scale_name=unit_text.scale_name(_view.part, _view.scale),
        orders={by: _units.order(by) for by in ("norm", "activity", "number")},
    )
