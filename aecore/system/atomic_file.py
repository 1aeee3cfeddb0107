"""Small files that are always whole: readers see all of the old one or all of the new one."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

MARK = ".writing-"
"""Begins the name of a file under way; what a killed writer left behind bears it too."""


def write(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file under another name, then give it its own.

    Parameters
    ----------
    path : Path
        One writer at a time.
    content : bytes
    durable : bool
        Whether it shall outlive a loss of power too, which costs a wait for the disk.

    Raises
    ------
    OSError
        If it cannot be written; `path` then holds what it held before.
    """
    temporary = path.with_name(MARK + path.name)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()  # also gives the room back, where the disk is full
        raise


def write_json(path: Path, values: Any, *, durable: bool = False) -> None:
    """Write plain values as JSON; see `write`."""
    write(path, json.dumps(values, allow_nan=False).encode(), durable=durable)


def read_json(path: Path, *, most: int) -> Any:
    """The values of a JSON file of at most `most` bytes.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is larger, or no JSON.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
