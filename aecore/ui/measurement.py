"""Measurements that go on behind the page, while whoever waits for one sees how far it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import streamlit as st

from aecore.system.background import Background
from aecore.ui import scaffold, waiting

PATIENCE = 0.06
"""Seconds that the page waits for a measurement before it goes on without."""
_LOOK_SECONDS = 1.0
_LONGEST_STOP = 0.5  # seconds between two steps
_NONE_LEFT = object()
_SHORT = Background()
"""Of all visitors: those that take seconds, and little memory."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Something that is measured once for all visitors, part by part."""

    key: Hashable
    measure: Callable[[], Iterator[object]]
    """Each step measures some of the missing parts and keeps them where `missing` finds them."""
    missing: Callable[[], int]
    """How many parts have not been measured."""
    parts: int
    text: str
    """What is going on, for whoever waits."""
    background: Background = _SHORT

    def is_complete(self) -> bool:
        """Return whether everything has been measured; if not, ask for it, and wait a moment."""
        if self.missing():
            with waiting.PAGES.standing_back():
                self._ask(PATIENCE)
        return not self.missing()

    def show_progress(self) -> None:
        """Draw how far it is, and the page again when everything has been measured."""
        st.fragment(_watch, run_every=_LOOK_SECONDS)(self)

    def _ask(self, wait: float) -> int:
        return self.background.ask(self.key, self._steps, wait=wait)

    def _steps(self) -> Iterator[None]:
        steps = self.measure()
        while self._take_step(steps) and self.missing():
            yield
            waiting.PAGES.let_others_go(most=_LONGEST_STOP)

    def _take_step(self, steps: Iterator[object]) -> bool:
        """Take the next step, if one is left, in a place in line that others may have after it."""
        with waiting.place(quietly=True):
            return next(steps, _NONE_LEFT) is not _NONE_LEFT


@scaffold.guarded
def _watch(measurement: Measurement) -> None:
    """Every visitor who waits looks again and again: this draws no more than the progress."""
    position = measurement._ask(0) if measurement.missing() else 0
    missing = measurement.missing()
    if not missing:
        st.rerun()
    text = "Waiting for other visitors' measurements…" if position else measurement.text
    st.progress(1 - missing / measurement.parts, text=text)
