"""The chosen unit of `/filters`: named by the address, remembered by the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from aecore.analysis.filters import Units
from aecore.checkpoints.file import Checkpoint
from aecore.ui import url_state
from aecore.ui.cache.filters import Part


@dataclass
class Chosen:
    """The chosen unit of a session; it changes in place, so that a download follows it."""

    of: tuple[str, Part]
    """The model's digest, and the layer."""
    unit: int

    def picture(self, units: Units) -> np.ndarray:
        """Return the filter of the unit, (784,)."""
        return units.images[self.unit, 0]


def current(checkpoint: Checkpoint, part: Part, units: Units) -> Chosen:
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
