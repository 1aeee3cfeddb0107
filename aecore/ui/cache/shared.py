"""Results that all sessions share."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.caching.cached_message_replay import in_cached_function

from aecore.ui import waiting

P = ParamSpec("P")
R = TypeVar("R")


def shared(*, kept: int, spinner: str | bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Cache a function's results for all sessions, the latest `kept` of them.

    Large arguments count by their digest, and paths by the state of their file: no array is
    hashed, and a changed file is read again. What the function returns must not be changed.
    """
    return st.cache_resource(max_entries=kept, show_spinner=spinner, hash_funcs=_KEYS)


def measured(
    *, kept: int, spinner: str | bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Cache as `shared` does what takes long, for which visitors wait in line; see `waiting`.

    Only such functions may call others, and only for what is not cached do visitors wait.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def measure(*args: P.args, **kwargs: P.kwargs) -> R:
            waiting.require_place()
            return function(*args, **kwargs)

        cached = shared(kept=kept, spinner=spinner)(measure)

        @functools.wraps(function)
        def look_up(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return cached(*args, **kwargs)
            except waiting.PlaceNeeded:
                with waiting.place():
                    return cached(*args, **kwargs)

        return look_up

    return decorate


@contextmanager
def without_spinners() -> Iterator[None]:
    """Compute where nobody looks: Streamlit draws no spinner within a cached function."""
    token = in_cached_function.set(True)
    try:
        yield
    finally:
        in_cached_function.reset(token)


class Recent(Generic[P, R]):
    """A function whose last result holds for some seconds after it was computed.

    Whoever asks meanwhile waits for it. `st.cache_resource` with a `ttl` raises KeyError where an
    entry's time ends while it is looked up.
    """

    def __init__(self, function: Callable[P, R], seconds: float) -> None:
        self._function, self._seconds = function, seconds
        self._kept: tuple[Any, float, R] | None = None
        self._one_at_a_time = threading.Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        asked = args, kwargs
        with self._one_at_a_time:
            kept = self._kept
            if kept is None or kept[0] != asked or monotonic() - kept[1] >= self._seconds:
                result = self._function(*args, **kwargs)
                self._kept = kept = asked, monotonic(), result
            return kept[2]

    def clear(self) -> None:
        """Forget the result."""
        with self._one_at_a_time:
            self._kept = None


FileState = tuple[str, int, int, int]


def file_state(path: Path) -> FileState:
    """Return what is another after every change of a file."""
    try:
        stat = path.stat()
    except OSError:  # there is none, or it may not be read: what reads it says so
        return str(path), 0, 0, 0
    # That of the last change of permissions too, which makes a file readable.
    return str(path), stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size


_KEYS: dict[str | type, Callable[[Any], Any]] = {
    type(Path()): file_state,
    "aecore.checkpoints.file.Checkpoint": lambda checkpoint: checkpoint.digest,
    "aecore.ui.cache.datasets.TestSet": lambda digits: digits.fingerprint,
    # From when it was last submitted or resumed, what is in a run's folder only grows.
    "aecore.jobs.store.Run": lambda run: f"{run.path} {run.queued}",
}
