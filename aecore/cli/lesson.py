"""The commands `lesson check` and `lesson grade`: lessons, and what a class hands in."""

from __future__ import annotations

import argparse

from aecore.cli.result import Result
from aecore.lessons.check import check
from aecore.lessons.grading import grade
from aecore.lessons.lesson import LessonError
from aecore.system import atomic_file
from aecore.system.file_content import printable


def check_lesson(options: argparse.Namespace) -> Result:
    """Say line by line what is wrong with a lesson's file."""
    lesson, faults = check(options.file)
    name = printable(str(options.file))
    text = "\n".join(f"{name}, {fault}" for fault in faults)
    if lesson is not None and not faults:
        text = f"{name}: {lesson.title}, {len(lesson.steps)} steps, {lesson.minutes} minutes"
    return Result(
        {
            "path": str(options.file),
            "title": lesson.title if lesson else None,
            "steps": len(lesson.steps) if lesson else 0,
            "faults": faults,
        },
        text,
        status=1 if faults else 0,
    )


def grade_lessons(options: argparse.Namespace) -> Result:
    """Write a table of all hand-ins of a folder; name those that are skipped."""
    grades = grade(options.folder)
    name = printable(str(options.out))
    try:
        atomic_file.write(options.out, grades.to_csv().encode())
    except OSError as error:
        raise LessonError(f"{name} cannot be written: {error.strerror}.") from None
    count = len(grades.handins)
    lines = [f"{name}: {count} hand-in{'' if count == 1 else 's'}"]
    lines += [f"skipped: {why}" for why in grades.skipped.values()]
    return Result(
        {"path": str(options.out), "handins": grades.rows(), "skipped": grades.skipped},
        "\n".join(lines),
    )
