"""Which threads of a process go first: others stop between their steps until these are done.

Niceness does not do that: threads of Python take turns at its interpreter, whatever theirs is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Precedence:
    """The threads that go first at the moment."""

    def __init__(self) -> None:
        self._first: set[int] = set()
        self._changed = threading.Condition()

    @contextmanager
    def going_first(self) -> Iterator[None]:
        """Let this thread go first; nothing changes where it does so already."""
        with self._going(first=True):
            yield

    @contextmanager
    def standing_back(self) -> Iterator[None]:
        """Let this thread not go first while it only waits."""
        with self._going(first=False):
            yield

    def let_others_go(self, *, most: float) -> None:
        """Wait until no thread goes first, or for so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._first, most)

    @contextmanager
    def _going(self, *, first: bool) -> Iterator[None]:
        thread = threading.get_ident()
        before = thread in self._first
        self._set(thread, first)
        try:
            yield
        finally:
            self._set(thread, before)

    def _set(self, thread: int, first: bool) -> None:
        with self._changed:
            if first:
                self._first.add(thread)
                return
            self._first.discard(thread)
            if not self._first:
                self._changed.notify_all()
