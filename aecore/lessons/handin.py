"""What a student hands in: predictions and measured answers, as the browser writes them to a file.

`README.md` has the format. A hand-in comes from outside: nothing in it is trusted, and nothing is
measured again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aecore.lessons.files import read_start
from aecore.lessons.format import MAX_STEPS
from aecore.lessons.lesson import KINDS, LessonError
from aecore.system.file_content import printable

FORMAT = "aecore-handin-1"
MAX_BYTES = 1_000_000
_MAX_TEXT = 2_000


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A step with its first and last prediction and what was measured."""

    step: int
    """From 1."""
    title: str
    kind: str
    first: Any
    last: Any
    first_gap: float | None
    gap: float | None
    """Of the last prediction."""
    value: Any
    """The measured answer; None where there was none."""
    text: str
    """The same in a sentence."""
    model: str
    data: str
    seconds: float | None
    """From the opening of the step to the first prediction."""

    @property
    def right_first(self) -> bool | None:
        """Whether the first choice was right; None of other predictions, or without an answer."""
        return None if self.kind != "choice" or self.value is None else self.first == self.value


@dataclass(frozen=True, kw_only=True)
class HandIn:
    """A file that was handed in."""

    lesson: str
    title: str
    name: str
    """Of the student, as typed; empty where none was."""
    finished: str
    """When it was handed in, by the student's clock."""
    n_steps: int
    """Steps with a prediction in the lesson."""
    steps: tuple[Answered, ...]


def read(path: Path) -> HandIn:
    """Read a hand-in.

    Raises
    ------
    LessonError
        If the file cannot be read or is no hand-in; the message begins with its name.
    """
    content = read_start(path, MAX_BYTES)
    try:
        return parse(content)
    except LessonError as error:
        raise LessonError(f"{printable(path.name)}: {error}") from None


def parse(content: bytes) -> HandIn:
    """Read a hand-in from the bytes of its file.

    Raises
    ------
    LessonError
        If it is too large or none.
    """
    if len(content) > MAX_BYTES:
        raise LessonError(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        raise LessonError("The file is no valid JSON.") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise LessonError(f"The file is no hand-in: its format is not {FORMAT!r}.")
    steps = values.get("steps")
    if not isinstance(steps, list) or len(steps) > MAX_STEPS:
        raise LessonError(f"steps must list at most {MAX_STEPS} steps.")
    answered = tuple(_answered(each) for each in steps)
    numbers = [each.step for each in answered]
    if len(set(numbers)) < len(numbers):
        raise LessonError("A step is listed twice.")
    return HandIn(
        lesson=_text(values, "lesson"),
        title=_text(values, "title"),
        name=_text(values, "name", default=""),
        finished=_text(values, "finished", default=""),
        n_steps=int(_number(values, "n_steps", default=len(steps)) or 0),
        steps=tuple(sorted(answered, key=lambda each: each.step)),
    )


def _answered(values: Any) -> Answered:
    if not isinstance(values, dict):
        raise LessonError("Each of steps must be an object.")
    answer = values.get("answer") or {}
    if not isinstance(answer, dict):
        raise LessonError("answer must be an object.")
    source = answer.get("source") or {}
    if not isinstance(source, dict):
        raise LessonError("source must be an object.")
    step = _number(values, "step")
    if step is None or step != int(step) or not 1 <= step <= MAX_STEPS:
        raise LessonError(f"step must be a whole number from 1 to {MAX_STEPS}.")
    kind = _text(values, "kind")
    if kind not in KINDS:
        raise LessonError(f"There is no prediction {kind[:40]!r}.")
    return Answered(
        step=int(step),
        title=_text(values, "title", default=""),
        kind=kind,
        first=_prediction(values, "first"),
        last=_prediction(values, "last"),
        first_gap=_number(values, "first_gap", default=None),
        gap=_number(answer, "gap", default=None),
        value=_prediction(answer, "value"),
        text=_text(answer, "text", default=""),
        model=_text(source, "model", default=""),
        data=_text(source, "data", default=""),
        seconds=_number(values, "seconds", default=None),
    )


_REQUIRED = object()


def _text(values: Mapping[str, Any], key: str, default: Any = _REQUIRED) -> str:
    value = values.get(key)
    if value is None and default is not _REQUIRED:
        return default
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise LessonError(f"{key} must be a text of at most {_MAX_TEXT:,} characters.")
    return printable(value)


def _number(values: Mapping[str, Any], key: str, default: Any = _REQUIRED) -> float | None:
    value = values.get(key)
    if value is None and default is not _REQUIRED:
        return default
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not abs(value) < 1e15:  # type: ignore[arg-type]
        raise LessonError(f"{key} must be a number.")
    return float(value)  # type: ignore[arg-type]


def _prediction(values: Mapping[str, Any], key: str) -> Any:
    """Return a prediction or an answer: a text, a number, a list of numbers or pairs, or None."""
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, str):
        return _text(values, key)
    if not isinstance(value, list):
        return _number(values, key)
    flat = [x for each in value for x in (each if isinstance(each, list) else [each])]
    if not all(type(x) in (int, float) and abs(x) < 1e15 for x in flat):
        raise LessonError(f"{key} must be a text, a number, or a list of points.")
    return value
