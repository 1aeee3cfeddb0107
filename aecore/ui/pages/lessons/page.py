"""`/lessons`: all lessons with the visitor's progress, and a teacher's own."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from aecore.lessons.format import MAX_BYTES, MAX_LINK_BYTES
from aecore.lessons.lesson import Lesson, LessonError
from aecore.ui import navigation, scaffold
from aecore.ui.components import upload_note
from aecore.ui.components.registry import mount
from aecore.ui.lessons import shelf
from aecore.ui.text.formats import escape

_EXPLANATION = (
    "A lesson asks before it shows: **predict** what a model will do, then see it **measured** on "
    "the data in use, and read why. Your answers stay in this browser."
)
_START, _PROBLEM = "lessons_start", "lessons_problem"
_FROM_LINK = "link-"
"""Begins the names of lessons that links carry, so that they stand in for none of the server."""


def render() -> None:
    scaffold.draw_title("Lessons")
    with scaffold.intro():
        st.markdown(_EXPLANATION)
    _open_what_was_asked_for()
    place = st.container()
    st.header("Your own lesson", anchor=False)
    _take_upload()
    with place:
        _list()
    scaffold.close_page()


def _list() -> None:
    """Draw the lessons: those of the visit first."""
    own = [each.lesson for each in shelf.brought().values()]
    names = {lesson.name for lesson in own}
    listed = shelf.listing()
    lessons = [*own, *(each for each in listed.lessons.values() if each.name not in names)]
    if problem := st.session_state.pop(_PROBLEM, ""):
        _show_faults("The lesson in the link cannot be used", problem)
    mount(
        "lessons",
        "lesson_list",
        {
            "lessons": [shelf.describe(lesson) for lesson in lessons],
            "mostInLink": MAX_LINK_BYTES,
        },
        start=_note_start,
        bring=_take_link,
    )
    for name, problem in listed.problems.items():
        _show_faults(f"{name} cannot be used", problem)


def _show_faults(what: str, faults: str) -> None:
    lines = "\n".join(f"- {escape(line)}" for line in faults.splitlines())
    st.warning(f"{escape(what)}:\n\n{lines}", icon=":material/error:")


def _note_start(report: Any) -> None:
    """Remember which lesson the visitor wants to open: callbacks cannot open pages."""
    st.session_state[_START] = report


def _open_what_was_asked_for() -> None:
    report = st.session_state.pop(_START, None)
    if not isinstance(report, dict):
        return
    lesson, number = shelf.find(str(report.get("lesson"))), report.get("step")
    if lesson is None or type(number) is not int or not 1 <= number <= len(lesson.steps):
        return
    step = lesson.steps[number - 1]
    if not shelf.is_known_page(step):
        raise LessonError(f"The page {step.page} is not available here.")
    navigation.open_page(step.page, shelf.query(lesson, number))


def _take_link(report: Any) -> None:
    """Take in the lesson that the fragment of the page's address carries."""
    if not isinstance(report, dict):
        return
    name = f"{_FROM_LINK}{_slug(str(report.get('name')))}"
    try:
        shelf.bring(name, str(report.get("source")).encode("utf-8", "replace"), is_link=True)
    except LessonError as error:
        st.session_state[_PROBLEM] = str(error)


def _take_upload() -> None:
    """Draw where a teacher puts in a file of their own, for this visit."""
    st.markdown(
        "Write one as a file, try it here, and share it: as a link, if it is small, or in the "
        "folder `AECORE_LESSONS` of a server. `python -m aecore lesson check FILE` says line by "
        "line what is wrong."
    )
    upload_note.draw()
    file = st.file_uploader(
        f"A lesson (TOML, at most {MAX_BYTES // 1024} kB), for this visit alone",
        type=["toml"],
        key="lesson_upload",
        max_upload_size=1,
    )
    if file is None:
        return
    try:
        lesson: Lesson = shelf.bring(
            _slug(file.name.rsplit(".", 1)[0]), file.getvalue(), is_link=False
        )
    except LessonError as error:
        _show_faults(f"{file.name} cannot be used", str(error))
    else:
        st.success(f"{escape(lesson.title)} is in the list above.", icon=":material/check:")


def _slug(text: str) -> str:
    """Return a name as lessons have them."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")
    return slug[:50] or "lesson"
