"""A line of threads before a few places."""

from __future__ import annotations

import threading


class WaitingLine:
    """First come, first served; who waits knows their place in line."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._numbers: list[int] = []
        self._last = 0
        self._changed = threading.Condition()

    def join(self) -> int:
        """Join at the end and return a number to `leave` with."""
        with self._changed:
            self._last += 1
            self._numbers.append(self._last)
            return self._last

    def position(self, number: int) -> int:
        """Return 0 for who has a place, 1 for who is next, and so on."""
        with self._changed:
            return self._position(number)

    def wait(self, number: int, seconds: float) -> int:
        """Wait for a place, at most so long, and return the position."""
        with self._changed:
            self._changed.wait_for(lambda: not self._position(number), seconds)
            return self._position(number)

    def leave(self, number: int) -> None:
        """Give the place, or the one in line, to the next."""
        with self._changed:
            self._numbers.remove(number)
            self._changed.notify_all()

    def _position(self, number: int) -> int:
        return max(0, self._numbers.index(number) + 1 - self._places)
