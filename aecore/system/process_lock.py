"""A file that a living process holds: how others know, at once, that it is still there."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType

from aecore.errors import TrainingError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None

_TRIES = 20


class HeldFile:
    """A file locked by this process, until it lets go or ends in whatever way.

    The system gives the lock back when the last process that has the file open ends, killed ones
    too. A child that inherits the descriptor holds it as well.

    Parameters
    ----------
    path : Path
    descriptor : int, optional
        Of the file, locked and inherited from the process that started this one.
    """

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path
        self._descriptor = descriptor

    def try_hold(self) -> bool:
        """Hold the file unless another process does; whether it is held by this one now.

        Tries for a moment: someone may just be asking `is_held`.

        Raises
        ------
        OSError
            If the file can be neither opened nor made.
        TrainingError
            If this system has no such locks.
        """
        if self._descriptor is not None:
            return True
        _require_locks()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        for _ in range(_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.005)
            else:
                self._descriptor = descriptor
                return True
        os.close(descriptor)
        return False

    def descriptor(self) -> int:
        """For a child to inherit, while the file is held."""
        assert self._descriptor is not None, "hold it first"
        return self._descriptor

    def let_go(self) -> None:
        """Close the file; a child that has inherited it goes on holding it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> HeldFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()


def is_held(path: Path) -> bool:
    """Whether a living process holds this file. Those who ask do not get in each other's way."""
    _require_locks()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _require_locks() -> None:
    if fcntl is None:  # pragma: no cover - Windows
        raise TrainingError(
            "Training in the app needs Linux or macOS. Here: python -m aecore train PRESET."
        )
