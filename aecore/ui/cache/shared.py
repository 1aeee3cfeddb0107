"""One decorator for results that all sessions share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import streamlit as st

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
