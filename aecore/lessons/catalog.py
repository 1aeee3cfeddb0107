"""The lessons at hand: those that ship with the package, and a folder of the teacher's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aecore.lessons.files import read_start
from aecore.lessons.format import MAX_BYTES, parse_lesson
from aecore.lessons.lesson import Lesson, LessonError
from aecore.system.environment import path_text
from aecore.system.file_content import printable

SHIPPED = Path(__file__).parent
TOUR = "tour"
"""Name of the lesson that is the tour."""
MAX_FILES = 200
"""Of the teacher's own folder."""


@dataclass(frozen=True)
class Listing:
    """The lessons of all folders."""

    lessons: Mapping[str, Lesson]
    """By name, in their order; one in `AECORE_LESSONS` takes the place of a shipped one."""
    problems: Mapping[str, str]
    """Why others cannot be used, by the name of the file; the faults are lines."""


def read(path: Path) -> Lesson:
    """Read the lesson in a file.

    Raises
    ------
    LessonError
        If it cannot be read or is no lesson.
    """
    return from_bytes(read_start(path, MAX_BYTES), path.stem)


def from_bytes(content: bytes, name: str) -> Lesson:
    """Read a lesson from the bytes of its file, as they are uploaded.

    Raises
    ------
    LessonError
        If it is no lesson.
    """
    if len(content) > MAX_BYTES:
        raise LessonError(f"line 1: the file is larger than {MAX_BYTES // 1024} kB")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LessonError(f"line {line}: the text is not in UTF-8") from None
    return parse_lesson(text, name)


def listing(folder: Path | None = None) -> Listing:
    """Read all lessons; a bad file costs the others nothing.

    Parameters
    ----------
    folder : Path, optional
        Of the teacher's own lessons; default: `AECORE_LESSONS`, if it is set.
    """
    lessons: dict[str, Lesson] = {}
    problems: dict[str, str] = {}
    for path in _files(folder or own_folder(), problems):
        try:
            lessons[path.stem] = read(path)
        except LessonError as error:
            problems[printable(path.name)] = str(error)
    ranked = sorted(lessons.values(), key=lambda lesson: (lesson.order, lesson.title))
    return Listing({lesson.name: lesson for lesson in ranked}, problems)


def own_folder() -> Path | None:
    """Return the folder that `AECORE_LESSONS` names."""
    text = path_text(os.environ.get("AECORE_LESSONS"))
    return Path(text) if text else None


def _files(folder: Path | None, problems: dict[str, str]) -> Iterator[Path]:
    yield from sorted(SHIPPED.glob("*.toml"))
    if folder is None:
        return
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
        if len(files) > MAX_FILES:
            problems[printable(str(folder))] = (
                f"Of {len(files):,} lessons in the folder only the first {MAX_FILES} are read."
            )
        yield from files[:MAX_FILES]
    except OSError as error:
        name = printable(str(folder))
        problems[name] = f"The folder of lessons {name} cannot be read: {error.strerror}."
