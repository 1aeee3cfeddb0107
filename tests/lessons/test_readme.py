"""The documented formats are those that are read."""

import json
import re
from pathlib import Path

from aecore import lessons
from aecore.lessons import handin
from aecore.lessons.format import MAX_BYTES, MAX_LINK_BYTES, MAX_STEPS, parse_lesson
from aecore.lessons.lesson import KINDS
from aecore.lessons.registry import MEASURES

README = Path(lessons.__file__).with_name("README.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return found


def rows(first):
    """Cells of the rows of the table that has `first` as its first column's title."""
    table = README.partition(f"| {first} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_the_lesson_of_the_readme_is_read_without_fault():
    lesson = parse_lesson(block("toml"), "bottleneck")

    (step,) = lesson.steps
    assert step.release == ("page_intro", "reconstruction_grid")
    assert step.answer.expect == ("autoencoder",)


def test_the_hand_in_of_the_readme_is_read():
    handed = handin.parse(block("json").encode())

    assert (handed.name, handed.n_steps) == ("Ada", 4)
    assert handed.steps[0].right_first is False
    assert set(json.loads(block("json"))) >= {"format", "lesson", "steps"}


def test_every_measure_is_listed_with_its_kind_and_arguments():
    listed = {row[0].strip("`"): row for row in rows("measure")}

    assert set(listed) == set(MEASURES)
    for name, measure in MEASURES.items():
        _, kind, arguments, answers = listed[name]
        assert kind == measure.kind
        assert set(measure.arguments) == set(re.findall(r"`([a-z_]+)`", arguments))
        assert all(f"`{outcome}`" in answers for outcome in measure.outcomes)


def test_every_kind_of_prediction_is_listed():
    assert [row[0].strip("`") for row in rows("`kind`")] == list(KINDS)


def test_limits_are_those_of_the_format():
    assert f"at most {MAX_LINK_BYTES // 1024} kB" in README
    assert f"at most {MAX_BYTES // 1024} kB and {MAX_STEPS} steps" in README
    assert handin.MAX_BYTES == 1_000_000
