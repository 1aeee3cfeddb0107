"""Read lessons from TOML, and say line by line what is wrong; `README.md` has the format."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import aecore.lessons.measures  # noqa: F401 (registers the measures)
from aecore.lessons import lines
from aecore.lessons.lesson import (
    KINDS,
    REQUIREMENTS,
    Lesson,
    LessonError,
    Measurement,
    Prediction,
    Step,
)
from aecore.lessons.pages import ANY_PAGE, PAGES
from aecore.lessons.registry import MEASURES
from aecore.lessons.table import MAX_LINE, MAX_NUMBER, MAX_TEXT, Table

MAX_BYTES = 256 * 1024
MAX_LINK_BYTES = 8 * 1024
"""Of a lesson that a link carries."""
MAX_STEPS = 20
MAX_CHOICES = 10
MAX_AT = 16
MAX_ITEMS = 20
"""Of a list among a measure's arguments."""
MAX_FAULTS = 20
"""How many are listed."""
_KINDS_OF_ARGUMENTS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "list[str]": "a list of texts",
    "list[float]": "a list of numbers",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def parse_lesson(text: str, name: str) -> Lesson:
    """Read a lesson.

    Parameters
    ----------
    text : str
        Of the TOML file.
    name : str
        Of the file, without its ending.

    Raises
    ------
    LessonError
        If it is too large, no TOML or no lesson; each fault on a line of its own, beginning with
        "line N: ".
    """
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        raise LessonError(
            f"line 1: the lesson has {size / 1024:,.0f} kB, at most {MAX_BYTES // 1024} are allowed"
        )
    if not _NAME.fullmatch(name):
        raise LessonError(
            "line 1: name the file in small letters, digits, '-' and '_', at most 64, "
            f"not {name[:80]!r}"
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of too many digits is no TOML error
        raise LessonError(_syntax_fault(str(error), text)) from None
    faults: list[tuple[int, str]] = []
    table = Table(values, (), lines.locate(text), faults)
    lesson = _lesson(table, name)
    if faults:
        ordered = [f"line {line}: {what}" for line, what in sorted(faults)]
        more = [f"and {len(ordered) - MAX_FAULTS} more"] if len(ordered) > MAX_FAULTS else []
        raise LessonError("\n".join(ordered[:MAX_FAULTS] + more))
    return lesson


def _syntax_fault(message: str, text: str) -> str:
    """Turn the message of `tomllib` so that it begins with the line."""
    what, _, place = message.partition(" (at ")
    found = re.search(r"line (\d+)", place)
    line = found[1] if found else text.count("\n") + 1
    return f"line {line}: this is no valid TOML: {what[:1].lower() + what[1:]}"


def _lesson(table: Table, name: str) -> Lesson:
    steps = table.values.pop("step", [])
    if not isinstance(steps, list) or not all(isinstance(each, dict) for each in steps):
        table.fault("step", "write each step under a line [[step]]")
        steps = []
    elif not 1 <= len(steps) <= MAX_STEPS:
        table.fault("step", f"a lesson has 1 to {MAX_STEPS} steps, this one has {len(steps)}")
    lesson = Lesson(
        name=name,
        title=table.text("title", required=True),
        summary=table.text("summary", required=True),
        minutes=table.number("minutes", whole=True, default=5),
        order=table.number("order", whole=True, default=1000),
        requires=table.words("requires", REQUIREMENTS, "{} cannot be required"),
        steps=tuple(
            _step(Table(values, ("step", number), table.places, table.faults))
            for number, values in enumerate(steps[:MAX_STEPS])
        ),
    )
    table.end()
    return lesson


def _step(table: Table) -> Step:
    if "page" not in table.values:
        table.fault("page", "page is missing")
    if ("prediction" in table.values) != ("answer" in table.values):
        table.fault("prediction", "a prediction needs an answer that is measured, and vice versa")
    path = table.word("page", list(PAGES), "there is no page {}")
    page = PAGES.get(path, ANY_PAGE)
    state = table.plain("state")
    for parameter, value in state.items():
        if parameter not in page.parameters and path in PAGES:
            known = ", ".join(sorted(page.parameters))
            table.fault("state", f"state: the page has no {parameter[:60]!r}; there are: {known}")
        if not isinstance(value, (str, int, float)) or len(str(value)) > MAX_TEXT:
            table.fault("state", f"state: {parameter[:60]!r} must be a text or a number")
    step = Step(
        title=table.text("title", required=True),
        page=path,
        state={key: _query_text(value) for key, value in state.items()},
        hide=table.words("hide", page.controls, "{} cannot be hidden on this page"),
        release=table.words("release", page.keys, "{} is no element of this page"),
        light=table.word("light", page.keys, "{} is no element of this page"),
        question=table.markdown("question", required=True),
        reveal=table.markdown("reveal"),
        explanation=table.markdown("explanation"),
        why=table.markdown("why"),
        prediction=_prediction(table.table("prediction")),
        answer=_measurement(table.table("answer")),
        done=_done(table),
    )
    _check_answer(table, step)
    table.end()
    return step


def _query_text(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _prediction(table: Table | None) -> Prediction | None:
    if table is None:
        return None
    kind = table.word("kind", KINDS, "there is no prediction {}")
    if kind not in KINDS:
        if not kind:
            table.fault("kind", "kind is missing")
        return None
    choices = table.plain("choices")
    at = table.values.pop("at", [])
    if kind == "choice" and not 2 <= len(choices) <= MAX_CHOICES:
        table.fault("choices", f"a choice needs 2 to {MAX_CHOICES} choices, not {len(choices)}")
    for key, caption in choices.items():
        if not isinstance(caption, str) or not 1 <= len(caption) <= MAX_LINE or len(key) > 40:
            table.fault("choices", f"choices: {key[:40]!r} must be a short text")
    if not _is_ascending(at) or len(at) > MAX_AT or (kind == "curve" and len(at) < 2):
        table.fault("at", f"at must list 2 to {MAX_AT} latent dimensions, ascending")
        at = []
    low, high = table.number("minimum"), table.number("maximum")
    if kind in ("number", "curve") and not (low is not None and high is not None and low < high):
        table.fault("minimum", f"a {kind} needs a minimum below a maximum")
    prediction = Prediction(
        kind=kind,
        choices=choices,
        minimum=low,
        maximum=high,
        unit=table.text("unit"),
        at=tuple(at),
    )
    table.end()
    return prediction


def _is_ascending(at: Any) -> bool:
    whole = isinstance(at, list) and all(type(each) is int and each > 0 for each in at)
    return whole and all(one < other for one, other in pairwise(at))


def _measurement(table: Table | None) -> Measurement | None:
    if table is None:
        return None
    name = table.word("measure", list(MEASURES), "there is no measure {}")
    arguments = table.plain("arguments")
    expect = table.values.pop("expect", [])
    if not isinstance(expect, list) or not all(isinstance(each, str) for each in expect):
        table.fault("expect", "expect must be a list of choices")
        expect = []
    above, below = table.number("above"), table.number("below")
    if not name:
        table.fault("measure", "measure is missing")
    if name in MEASURES:
        known = MEASURES[name].arguments
        for key, value in arguments.items():
            if key not in known:
                text = ", ".join(known) or "none"
                table.fault("arguments", f"{name} has no argument {key[:60]!r}; there are: {text}")
            elif not _is_a(known[key].annotation, value):
                table.fault(
                    "arguments", f"{key} must be {_KINDS_OF_ARGUMENTS[known[key].annotation]}"
                )
        for key, parameter in known.items():
            if parameter.default is inspect.Parameter.empty and key not in arguments:
                table.fault("arguments", f"{name} needs the argument {key!r}")
    table.end()
    return Measurement(
        measure=name, arguments=arguments, expect=tuple(expect), above=above, below=below
    )


def _is_a(annotation: str, value: Any) -> bool:
    """Return whether a value is of the kind that a measure's argument is annotated with."""
    if annotation.startswith("list["):
        inner = annotation.removeprefix("list[").removesuffix("]")
        is_list = isinstance(value, list) and 1 <= len(value) <= MAX_ITEMS
        return is_list and all(_is_a(inner, each) for each in value)
    if annotation == "str":
        return isinstance(value, str) and 1 <= len(value) <= MAX_LINE
    is_number = isinstance(value, int if annotation == "int" else (int, float))
    return is_number and not isinstance(value, bool) and abs(value) < MAX_NUMBER


def _done(table: Table) -> Mapping[str, Any] | None:
    done = table.plain("done")
    if done and not isinstance(done.get("event"), str):
        table.fault("done", "done needs an event")
    return done or None


def _check_answer(table: Table, step: Step) -> None:
    """Check that the prediction and the measure of a step belong together."""
    if step.prediction is None or step.answer is None:
        return
    measure = MEASURES.get(step.answer.measure)
    if measure is None:
        return
    if measure.kind != step.prediction.kind:
        what = f"{measure.name} answers a {measure.kind}, not a {step.prediction.kind}"
        table.fault("answer", what)
    if missing := set(measure.outcomes) - set(step.prediction.choices):
        what = f"{measure.name} may find {', '.join(sorted(missing))}, which no choice offers"
        table.fault("prediction", what)
    if unknown := set(step.answer.expect) - set(step.prediction.choices):
        table.fault("answer", f"expect holds {min(unknown)[:60]!r}, which no choice offers")
