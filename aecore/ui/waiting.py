"""Places for heavy work: on a public server few visitors measure or upload at a time.

The others wait in line. They see where they stand, and may leave. On any server, what is measured
behind the pages waits while one is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    ScriptRunContext,
    get_script_run_ctx,
)

from aecore.errors import AecoreError
from aecore.system.environment import is_public
from aecore.system.precedence import Precedence
from aecore.system.threads import cores
from aecore.system.waiting_line import WaitingLine

LINE = WaitingLine(max(1, cores() - 1))
"""One core is left to those who only look."""
PAGES = Precedence()
"""The runs of pages, which go first."""
_LEFT = "app_left_line"
_TICK = 0.2  # seconds between looks at what the visitor does
_PATIENCE = 60.0  # seconds
_STAYS_OUT = 2.0
"""Seconds within which the run that leaving asks for reaches the same work, and does not wait."""
_ORDINALS = ("next", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_has_place: ContextVar[bool] = ContextVar("has_place", default=False)


class PlaceNeeded(Exception):
    """Heavy work was asked for without a place; not an error that visitors see."""


def require_place() -> None:
    """Check that this thread may do heavy work now.

    Raises
    ------
    PlaceNeeded
        On a public server, outside `place`.
    """
    if is_public() and not _has_place.get():
        raise PlaceNeeded


@contextmanager
def place(*, quietly: bool = False) -> Iterator[None]:
    """Hold a place for heavy work; on a public server, wait in line for it.

    Parameters
    ----------
    quietly : bool
        Draw nothing, as in a callback, where something else shows that the visitor waits.

    Raises
    ------
    AecoreError
        If the visitor leaves the line, or has waited quietly for a minute.
    """
    if not is_public() or _has_place.get():
        yield
        return
    number = LINE.join()
    try:
        with PAGES.standing_back():
            _wait_quietly(number) if quietly else _wait(number)
        token = _has_place.set(True)
        try:
            yield
        finally:
            _has_place.reset(token)
    finally:
        LINE.leave(number)


def _wait(number: int) -> None:
    """Draw the place in line and a way to leave, until there is a place."""
    if not LINE.position(number):
        return
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:  # a download, which Streamlit prepares outside the page
        _wait_quietly(number)
        return
    _stay_out(monotonic() - st.session_state.get(_LEFT, -_STAYS_OUT) < _STAYS_OUT)
    slot, shown = st.empty(), 0
    with slot.container(key=f"line_{number}"):
        text = st.empty()
        st.button("Leave the line", key=f"line_leave_{number}", on_click=_leave)
    while position := LINE.wait(number, _TICK):
        if position != shown:
            text.info(words(position), icon=":material/groups:")
            shown = position
        if context.yield_check is not None:
            context.yield_check()  # ends this run where the visitor asks for another
        _stay_out(_is_gone(context))
    slot.empty()


def _wait_quietly(number: int) -> None:
    if LINE.wait(number, _PATIENCE):
        raise AecoreError("Many visitors are measuring just now. Ask again in a moment.")


def words(position: int) -> str:
    """Return where a visitor stands in line, 1 being next."""
    where = _ORDINALS[position - 1] if position <= len(_ORDINALS) else f"number {position}"
    return f"You are {where} in line: others are measuring. It goes on by itself."


def _leave() -> None:
    st.session_state[_LEFT] = monotonic()


def _stay_out(is_leaving: bool) -> None:
    if is_leaving:
        raise AecoreError("You left the line. Change a setting, or reload the page, to ask again.")


def _is_gone(context: ScriptRunContext) -> bool:
    """Return whether the visitor has closed the page, or asks for another run of a part of it.

    Streamlit would answer the latter only after this run.
    """
    requests = context.script_requests
    if requests is not None and requests._state != ScriptRequestType.CONTINUE:
        return True
    return runtime.exists() and not runtime.get_instance().is_active_session(context.session_id)
