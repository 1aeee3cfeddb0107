"""Galleries of units on `/filters`: ordered, on one colour scale, and to be taken along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from aecore.sheet import sheet, signed
from aecore.ui import unit_words
from aecore.ui.dissection import Part
from aecore.ui.gallery import Cell, gallery
from aecore.units import Order, Scale, Units

FEW = 64
_COLUMNS = 8  # of the sheet


@dataclass(frozen=True, kw_only=True)
class View:
    """How all galleries of the page are shown."""

    part: Part
    order: Order
    scale: Scale
    limit: float
    """Where the colours are deepest."""
    count: int | None
    """Units shown; None: all."""


def draw(
    key: str,
    title: str,
    units: Units,
    view: View,
    *,
    prefix: str,
    short: str = "",
    like: np.ndarray | None = None,
    chosen: int | None = None,
    on_choose: Callable[[int], None] | None = None,
) -> None:
    """Draw units and a button that saves them.

    Parameters
    ----------
    key : str
    title : str
        What they are.
    units : Units
    view : View
    prefix, short : str
        What goes before a unit's number in full, and in few letters.
    like : ndarray of shape (784,), optional
        What the order by similarity compares with.
    chosen, on_choose : optional
        As of `gallery`.
    """
    which = units.order(view.order, like)[: view.count]
    words = [unit_words.cell(units, prefix, short, int(i)) for i in which]
    cells = [
        Cell(number=int(i), caption=caption, text=text, dead=bool(units.dead[i]))
        for i, (caption, text) in zip(which, words, strict=True)
    ]
    pictures = units.scaled(view.scale)[which]
    gallery(key, title, pictures, cells, limit=view.limit, chosen=chosen, on_choose=on_choose)
    st.download_button(
        f"{title} as PNG",
        lambda: sheet(
            title,
            signed(pictures, view.limit),
            [caption for caption, _ in words],
            columns=_COLUMNS,
            limit=view.limit,
            scale_name=unit_words.scale_name(view.part, view.scale),
        ),
        f"{key.replace('_', '-')}.png",
        "image/png",
        key=f"{key}_png",
        on_click="ignore",
        icon=":material/download:",
    )
