"""What is wrong with a lesson's file, and which of its models are missing here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aecore.checkpoints import catalog as models
from aecore.lessons import catalog, lines
from aecore.lessons.files import read_start
from aecore.lessons.format import MAX_BYTES
from aecore.lessons.lesson import Lesson, LessonError, Step


def check(path: Path) -> tuple[Lesson | None, list[str]]:
    """Read a lesson's file.

    Returns
    -------
    Lesson or None
        None where the file is no lesson.
    list of str
        Its faults, each beginning with "line N: "; models that are not here are among them.

    Raises
    ------
    LessonError
        If the file cannot be read.
    """
    content = read_start(path, MAX_BYTES)
    try:
        lesson = catalog.from_bytes(content, path.stem)
    except LessonError as error:
        return None, str(error).split("\n")
    places = lines.locate(content.decode("utf-8").replace("\r\n", "\n"))
    known = set(models.names())
    return lesson, [
        f"line {lines.line_of(places, ('step', number, table))}: there is no model {name!r} here"
        for number, step in enumerate(lesson.steps)
        for table, name in _models(step)
        if name not in known
    ]


def _models(step: Step) -> list[tuple[str, str]]:
    """Return the models that a step names, each with the table that does."""
    arguments: dict[str, Any] = dict(step.answer.arguments) if step.answer else {}
    named = [arguments.get("model", ""), *arguments.get("models", [])]
    found = [("state", step.state.get("model", "")), *(("answer", str(name)) for name in named)]
    return [(table, name) for table, name in found if name]
