"""A lock on a file that ends with its process, so that others see whether it is alive."""

from __future__ import annotations

import os
import time
from pathlib import Path

from aecore.errors import TrainingError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.005


class ProcessLock:
    """A file locked by this process, until it releases the lock or ends in whatever way.

    The system frees the lock when the last process that has the file open ends, killed ones too. A
    child that inherits the descriptor holds it as well.

    Parameters
    ----------
    path : Path
    descriptor : int, optional
        Of the file, locked and inherited from the process that started this one.
    """

    def __init__(self, path: Path, descriptor: int | None = None) -> None:
        self.path = path
        self._descriptor = descriptor

    def acquire(self) -> bool:
        """Lock the file unless another process does; return whether this one holds the lock.

        Try for a moment: another process may just be asking `is_locked`.

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
        for _ in range(_ATTEMPTS):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE_SECONDS)
            else:
                self._descriptor = descriptor
                return True
        os.close(descriptor)
        return False

    def descriptor(self) -> int:
        """Return the locked file's descriptor, for a child to inherit."""
        if self._descriptor is None:
            raise ValueError(f"{self.path} is not locked: acquire it first")
        return self._descriptor

    def release(self) -> None:
        """Close the file; a child that has inherited it still holds the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> ProcessLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def is_locked(path: Path) -> bool:
    """Return whether a living process has locked this file; several may ask at once."""
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
