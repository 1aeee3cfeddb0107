"""Which unit of `/filters` this visit looks at: the address names it, the session remembers it."""

from __future__ import annotations

import streamlit as st

from aecore.checkpoint import Checkpoint
from aecore.ui import address
from aecore.ui.dissection import Part
from aecore.units import Units


def current(found: Checkpoint, part: Part, units: Units) -> int:
    """The position of the unit to show: as the address says, else as chosen, else the strongest
    that is not dead."""
    asked = address.requested_unit()
    unit = units.strongest()
    if asked is not None and asked != st.session_state.get("filters_unit_told"):
        if asked.isdecimal() and 1 <= int(asked[:6]) <= len(units):
            unit = int(asked[:6]) - 1
        else:
            st.warning(f"The address asks for a unit that is none of 1 to {len(units)}.")
    elif st.session_state.get("filters_unit_of") == (found.digest, part):
        unit = st.session_state["filters_unit"]
    choose(found, part, units, unit)
    return unit


def choose(found: Checkpoint, part: Part, units: Units, unit: int) -> None:
    """Look at this unit from now on; what is none of the units, as from a browser, is ignored."""
    if 0 <= unit < len(units):
        address.set_unit(unit + 1)
        st.session_state.update(
            filters_unit=unit,
            filters_unit_of=(found.digest, part),
            filters_unit_told=str(unit + 1),
        )
