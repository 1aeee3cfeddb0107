"""A table of what a class has handed in, for the teacher."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aecore.lessons import handin
from aecore.lessons.handin import Answered, HandIn
from aecore.lessons.lesson import LessonError
from aecore.system.csv_text import to_csv
from aecore.system.file_content import printable

MAX_FILES = 10_000
_COLUMNS = (
    *("file", "name", "lesson", "finished", "answered", "of", "choices", "right at first"),
    *("minutes", "model", "data"),
)
_OF_A_STEP = ("first", "first gap", "last", "gap", "measured")


@dataclass(frozen=True)
class Grades:
    """The hand-ins of a folder."""

    handins: dict[str, HandIn]
    """By the name of the file, sorted."""
    skipped: dict[str, str]
    """Why others are left out, by the name of the file."""

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each hand-in, with five columns for each step."""
        return [_row(file, each) for file, each in self.handins.items()]

    def to_csv(self) -> str:
        """Return the table as CSV; what a hand-in lacks is an empty field."""
        rows = self.rows()
        steps = sorted({each.step for handed in self.handins.values() for each in handed.steps})
        columns = [*_COLUMNS, *(f"{step} {name}" for step in steps for name in _OF_A_STEP)]
        return to_csv(columns, ([_cell(row.get(name)) for name in columns] for row in rows))


def grade(folder: Path) -> Grades:
    """Read the hand-ins of a folder: all its `.json` files. Nothing is measured again.

    Raises
    ------
    LessonError
        If the folder cannot be read, or holds none or too many.
    """
    name = printable(str(folder))
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    except OSError as error:
        raise LessonError(f"The folder {name} cannot be read: {error.strerror}.") from None
    if len(files) > MAX_FILES:
        raise LessonError(
            f"The folder {name} holds {len(files):,} .json files; at most {MAX_FILES:,} are graded "
            "at a time."
        )
    handins: dict[str, HandIn] = {}
    skipped: dict[str, str] = {}
    for path in files:
        try:
            handins[printable(path.name)] = handin.read(path)
        except LessonError as error:
            skipped[printable(path.name)] = str(error)
    if not handins:
        found = "; ".join(skipped.values()) or "there is no .json file in it"
        raise LessonError(f"The folder {name} holds no hand-in: {found}")
    return Grades(handins, skipped)


def _row(file: str, handed: HandIn) -> dict[str, Any]:
    right = [each.right_first for each in handed.steps if each.right_first is not None]
    seconds = [each.seconds for each in handed.steps if each.seconds is not None]
    row = {
        "file": file,
        "name": handed.name,
        "lesson": handed.lesson,
        "finished": handed.finished,
        "answered": sum(each.first is not None for each in handed.steps),
        "of": handed.n_steps,
        "choices": len(right),
        "right at first": sum(right),
        "minutes": round(sum(seconds) / 60, 1) if seconds else None,
        "model": _all(handed.steps, "model"),
        "data": _all(handed.steps, "data"),
    }
    for each in handed.steps:
        values = (each.first, each.first_gap, each.last, each.gap, each.value)
        row |= {
            f"{each.step} {name}": value for name, value in zip(_OF_A_STEP, values, strict=True)
        }
    return row


def _all(steps: Sequence[Answered], name: str) -> str:
    """Return all different values of a field, in their order."""
    return ", ".join(dict.fromkeys(filter(None, (getattr(each, name) for each in steps))))


def _cell(value: Any) -> Any:
    """Return a cell; a text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, list):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
