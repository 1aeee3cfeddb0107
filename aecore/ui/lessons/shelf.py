"""The lessons of a visit: those of the server, and those that it has brought along."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from aecore.jobs.queue import training_allowed
from aecore.lessons import catalog
from aecore.lessons.catalog import Listing
from aecore.lessons.format import MAX_LINK_BYTES
from aecore.lessons.lesson import Lesson, LessonError, Step
from aecore.ui.cache.shared import shared
from aecore.ui.pages import find_pages

_BROUGHT = "lessons_brought"
_MAX_BROUGHT = 8
_TRAINING = "train", "sweeps"
"""Paths of pages that only say why they are closed where nothing may be trained."""
NO_TRAINING = "Training is off on this server. Run the app on your own computer to try it."


@dataclass(frozen=True)
class Brought:
    """A lesson that belongs to one visit."""

    lesson: Lesson
    source: str
    """Its file's text."""
    is_link: bool
    """Whether a link carried it: anybody may have written it."""


def listing() -> Listing:
    """Return the lessons of the server, and why others cannot be used."""
    folder = catalog.own_folder()
    try:
        files = tuple(sorted(folder.glob("*.toml"))) if folder else ()
    except OSError:
        files = ()
    return _listing(folder, files)


@shared(kept=4)
def _listing(folder: Path | None, files: tuple[Path, ...]) -> Listing:
    return catalog.listing(folder)


def brought() -> Mapping[str, Brought]:
    """Return the lessons that this visit has brought along, by name."""
    return st.session_state.get(_BROUGHT, {})


def bring(name: str, content: bytes, *, is_link: bool) -> Lesson:
    """Take in a lesson for this visit alone; it stands in for one of the server by its name.

    Raises
    ------
    LessonError
        If it is no lesson.
    """
    if is_link and len(content) > MAX_LINK_BYTES:
        limit = MAX_LINK_BYTES // 1024
        raise LessonError(f"line 1: a link carries at most {limit} kB of a lesson")
    lesson = catalog.from_bytes(content, name)
    others = {each: kept for each, kept in brought().items() if each != name}
    latest = list(others.items())[-(_MAX_BROUGHT - 1) :]
    st.session_state[_BROUGHT] = dict([*latest, (name, Brought(lesson, content.decode(), is_link))])
    return lesson


def find(name: str) -> Lesson | None:
    """Return the lesson with a name; None where there is none."""
    if own := brought().get(name):
        return own.lesson
    return listing().lessons.get(name)


def why_closed(lesson: Lesson) -> str:
    """Return why a lesson cannot be taken here; empty where it can."""
    return NO_TRAINING if "training" in lesson.requires and not training_allowed() else ""


def is_open(step: Step) -> bool:
    """Return whether the page of a step can be used here."""
    return training_allowed() or step.page not in _TRAINING


def query(lesson: Lesson, number: int) -> dict[str, str]:
    """Return the parameters of the URL that opens a step, counted from 1."""
    step = lesson.steps[number - 1]
    return {**step.state, "lesson": lesson.name, "step": str(number)}


def describe(lesson: Lesson) -> dict[str, Any]:
    """Return what the browser needs to know of a lesson."""
    own = brought().get(lesson.name)
    return {
        "name": lesson.name,
        "title": lesson.title,
        "summary": lesson.summary,
        "minutes": lesson.minutes,
        "closed": why_closed(lesson),
        "source": own.source if own else "",
        "isLink": own.is_link if own else False,
        "fingerprint": hashlib.sha256(repr(lesson).encode()).hexdigest()[:16],
        "steps": [_describe_step(lesson, number) for number in range(1, len(lesson.steps) + 1)],
    }


def _describe_step(lesson: Lesson, number: int) -> dict[str, Any]:
    step = lesson.steps[number - 1]
    texts = ("title", "page", "question", "reveal", "explanation", "why", "light")
    prediction = step.prediction
    return {
        **{name: getattr(step, name) for name in texts},
        "href": f"./{step.page}?{urlencode(query(lesson, number), safe=',')}",
        "model": step.state.get("model", ""),
        "isOpen": is_open(step),
        "done": dict(step.done) if step.done else None,
        "prediction": asdict(prediction) if prediction else None,
    }


def is_known_page(step: Step) -> bool:
    """Return whether the page of a step is in the navigation here."""
    return any(page.path == step.page for page in find_pages())
