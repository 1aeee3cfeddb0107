"""Small files from outside: lessons and hand-ins."""

from __future__ import annotations

from pathlib import Path

from aecore.lessons.lesson import LessonError
from aecore.system.file_content import printable


def read_start(path: Path, most: int) -> bytes:
    """Return the first bytes of a file, one more than `most` where there are more.

    Raises
    ------
    LessonError
        If it cannot be read or is no regular file: to read a pipe could take forever.
    """
    name = printable(path.name)
    try:
        if path.exists() and not path.is_file():
            raise LessonError(f"{name} cannot be read: it is not a file.")
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise LessonError(f"{name} cannot be read: {error.strerror}.") from None
