"""The lesson beside a page: `?lesson=NAME&step=N`, and `&hide=a,b` with or without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import streamlit as st

from aecore.checkpoints.file import Checkpoint
from aecore.errors import AecoreError
from aecore.lessons.answer import measure
from aecore.lessons.context import Context
from aecore.lessons.lesson import Lesson, LessonError, Step
from aecore.ui import page_data, scaffold, url_state, waiting
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.registry import mount
from aecore.ui.lessons import shelf, trim
from aecore.ui.text.privacy import without_folders
from aecore.ui.theme import class_colors
from aecore.viewer.message import pack

OpenPage = Callable[[str, Mapping[str, str]], NoReturn]

_KEY = "lesson_panel"
_ANSWER, _GO = "lesson_answer", "lesson_go"
_STYLE = Path(__file__).resolve().parents[1] / "adapters" / "lesson.css"
_ON_A_MAP = ("point", "outline")


def show(open_page: OpenPage) -> None:
    """Draw what the URL asks for: the panel of a step, and the style sheet that trims the page.

    Parameters
    ----------
    open_page : callable
        Goes to the page with a path, with parameters of its URL.
    """
    hidden = trim.asked_to_hide(url_state.get("hide"))
    name = url_state.get("lesson")
    lesson = shelf.find(name) if name else None
    number = _number(lesson) if lesson else 1
    step, mark = (lesson.steps[number - 1], f"{lesson.name}/{number}") if lesson else (None, "")
    if style := trim.style(hidden, step, mark):
        st.html(f"<style>{style}</style>")
    if name:
        st.html(_STYLE)
        _panel(name, open_page)


def _number(lesson: Lesson) -> int:
    """Return the step that the URL asks for, from 1; the first where it names none."""
    text = url_state.get("step") or ""
    asked = int(text[:3]) if text.isdecimal() else 1
    return min(max(asked, 1), len(lesson.steps))


@scaffold.fragment
def _panel(name: str, open_page: OpenPage) -> None:
    """Draw the panel, and do what it has reported."""
    lesson = shelf.find(name)
    if lesson is None:
        problem = f"There is no lesson called “{name[:64]}” here."
        mount("lesson", _KEY, {"missing": name, "problem": problem}, bring=_bring, go=_note_go)
        _go(None, open_page)
        return
    _go(lesson, open_page)
    number = _number(lesson)
    header: dict[str, Any] = {
        "lesson": shelf.describe(lesson),
        "step": number,
        "picture": page_data.message(),
        "colors": class_colors(),
        "answer": st.session_state.get(_ANSWER),
        "axes": ["z1", "z2"],
        "noMap": "",
    }
    arrays: dict[str, np.ndarray] = {}
    prediction = lesson.steps[number - 1].prediction
    if prediction and prediction.kind in _ON_A_MAP:
        header["noMap"], arrays = _map()
    mount(
        "lesson",
        _KEY,
        pack(header, arrays),
        predict=_answer,
        go=_note_go,
        model=lambda _: None,  # the map is drawn again
    )


def _map() -> tuple[str, dict[str, np.ndarray]]:
    """Return why there is no map to predict on, if so, and the codes (N, 2) with their labels."""
    try:
        checkpoint = _checkpoint()
    except AecoreError as error:
        return str(error), {}
    if checkpoint.card.model.latent_dim != 2:
        name = checkpoint.name
        return f"{name} has no 2-D latent space. Pick plane at the top of the page.", {}
    return "", {"points": checkpoint.codes.astype(np.float32), "labels": checkpoint.labels}


def _checkpoint() -> Checkpoint:
    """Return the checkpoint that the page shows."""
    cards = checkpoint_cache.cards()
    for name in (
        url_state.get("model"),
        st.session_state.get("app_model"),
        scaffold.DEFAULT_MODEL,
    ):
        if name in cards:
            return checkpoint_cache.load(name)
    raise LessonError("There is no model to measure. Train one on the page Train.")


def _answer(report: Any) -> None:
    """Measure the answer to a prediction, and keep it for the panel."""
    if not isinstance(report, dict):
        return
    found: dict[str, Any] = {"id": str(report.get("id"))[:40], "error": "", "answer": None}
    try:
        with waiting.place(quietly=True):
            answer = measure(_context(), _step(report), report.get("value"))
        found["answer"] = answer.to_json()
    except AecoreError as error:
        found["error"] = without_folders(str(error))
    st.session_state[_ANSWER] = found


def _step(report: dict[str, Any]) -> Step:
    """Return the step that a report of the browser is about."""
    lesson = shelf.find(str(report.get("lesson")))
    number = report.get("step")
    if lesson is None or type(number) is not int or not 1 <= number <= len(lesson.steps):
        raise LessonError("There is no such step.")
    if reason := shelf.why_closed(lesson):
        raise LessonError(reason)
    return lesson.steps[number - 1]


def _context() -> Context:
    checkpoint = _checkpoint()
    scaffold.require_shape(checkpoint.card)
    return Context(
        checkpoint=checkpoint,
        test_set=datasets.test_set(),
        pca_errors=datasets.pca_errors,
        load=checkpoint_cache.load,
        build=checkpoint_cache.load_model,
    )


def _bring(report: Any) -> None:
    """Take in again a lesson that a reload of the page has cost the visit."""
    if not isinstance(report, dict):
        return
    name, content = str(report.get("name")), str(report.get("source")).encode("utf-8", "replace")
    try:
        shelf.bring(name, content, is_link=report.get("isLink") is True)
    except LessonError:
        return  # the panel goes on saying that there is none
    st.session_state[_GO] = "again"


def _note_go(number: Any) -> None:
    """Remember where the visitor wants to go: callbacks cannot open pages."""
    st.session_state[_GO] = number


def _go(lesson: Lesson | None, open_page: OpenPage) -> None:
    """Open the step that the visitor has asked for, or leave the lesson."""
    number = st.session_state.pop(_GO, None)
    if number is None:
        return
    if number == "again":
        st.rerun()
    if type(number) is int and lesson and 1 <= number <= len(lesson.steps):
        step = lesson.steps[number - 1]
        if not shelf.is_known_page(step):
            raise LessonError(f"The page {step.page} is not available here.")
        open_page(step.page, shelf.query(lesson, number))
    for parameter in ("lesson", "step"):
        url_state.set(parameter, None)
    url_state.flush()
    st.rerun()
