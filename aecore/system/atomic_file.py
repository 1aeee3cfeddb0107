"""Write files whole: a reader sees all of the old content or all of the new."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MARK = ".writing-"
"""Prefix of the temporary folders; those of killed writers keep it."""
_MARKS = (MARK, ".saving-")  # the second: of earlier versions
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Numbers of the errors that say that there is no room."""
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def staged(path: Path, content: bytes, *, durable: bool = True) -> Iterator[Path]:
    """Write content to a temporary file, for the caller to check and to move to its place.

    Parameters
    ----------
    path : Path
        The final place. The temporary file has the same name, in a folder beside it that is removed
        in the end, so any number of writers may be at work at once.
    content : bytes
    durable : bool
        Also survive a loss of power, at the price of a wait for the disk.

    Yields
    ------
    Path
        The temporary file.

    Raises
    ------
    OSError
        If it cannot be written, or the place is taken by a device or a pipe, which a file would
        replace: `/dev/null` too, for those who may.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file")
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=MARK, ignore_cleanup_errors=True
    ) as folder:
        temporary = Path(folder, path.name)
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        yield temporary


def write(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write or replace a file; see `staged`.

    Raises
    ------
    OSError
        If it cannot be written; `path` then holds what it held before.
    """
    with staged(path, content, durable=durable) as temporary:
        os.replace(temporary, path)


def move_to_free(path: Path, target: Path) -> None:
    """Rename a file, but never replace another one as `Path.rename` would.

    Raises
    ------
    FileExistsError
        If there is a file called `target`.
    OSError
        If the disk refuses.
    """
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A disk without hard links: an empty file reserves the name for a moment.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o644))
        path.replace(target)
    else:
        path.unlink()


def remove_leftovers(folder: Path, *prefixes: str, seconds: float = 0.0) -> None:
    """Remove what killed writers left in a folder.

    Parameters
    ----------
    folder : Path
        Nothing happens if it does not exist.
    *prefixes : str
        Of other temporary files and folders to remove.
    seconds : float
        Leave alone what has changed since then: its writer may be alive.
    """
    for prefix in (*_MARKS, *prefixes):
        for left in folder.glob(f"{prefix}*"):
            with suppress(OSError):  # another process may be faster
                if time.time() - left.stat().st_mtime < seconds:
                    continue
                if left.is_dir():
                    shutil.rmtree(left)
                else:
                    left.unlink()


def write_json(path: Path, values: Any, *, durable: bool = False) -> None:
    """Write plain values as JSON; see `write`."""
    write(path, json.dumps(values, allow_nan=False).encode(), durable=durable)


def read_json(path: Path, *, most: int) -> Any:
    """Return the values of a JSON file of at most `most` bytes.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is larger, or not JSON.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
