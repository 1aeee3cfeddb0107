"""Lessons as TOML: what a file becomes, and what is said of one that is wrong."""

import pytest

from aecore.lessons import catalog
from aecore.lessons.format import _KINDS_OF_ARGUMENTS, MAX_BYTES, parse_lesson
from aecore.lessons.lesson import LessonError
from aecore.lessons.registry import MEASURES
from tests.support.lessons import LESSON


def faults(text):
    with pytest.raises(LessonError) as caught:
        parse_lesson(text, "own")
    return str(caught.value).split("\n")


def test_a_file_becomes_a_lesson():
    lesson = parse_lesson(LESSON, "own")

    assert (lesson.name, lesson.title, lesson.minutes) == ("own", "Two numbers", 5)
    (step,) = lesson.steps
    assert (step.page, step.state, step.hide) == ("reconstruct", {"model": "plane"}, ("model",))
    assert step.question == "How large?"
    assert (step.prediction.kind, step.prediction.maximum) == ("number", 1)
    assert step.answer.arguments == {"unit": 2}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("minutes = 5", "minutes = ", "line 3: this is no valid TOML"),
        ("minutes = 5", "minutes = 'long'", "line 3: minutes must be a whole number"),
        ("minutes = 5", "hours = 1", "line 3: there is no key 'hours' here"),
        ('title = "First"\n', "", "line 5: title is missing"),
        ('page = "reconstruct"', 'page = "rebuild"', "line 7: page: there is no page 'rebuild'"),
        ('model = "plane"', 'modle = "plane"', "line 8: state: the page has no 'modle'"),
        ('["model"]', '["models"]', "line 9: hide: 'models' cannot be hidden on this page"),
        ('["model"]', '["reconstruction_grid"]', "line 9: hide: 'reconstruction_grid' cannot"),
        ('light = "rec', 'light = "wreck', "line 10: light: 'wreckonstruction_grid' is no element"),
        ("How large?", "<script>alert(1)</script>", "line 11: question holds HTML"),
        ("How large?", "[x](javascript:alert(1))", "line 11: question holds a link to javascript"),
        ("How large?", "![x](https://a.b/c.png)", "line 11: question holds a picture"),
        ('kind = "number"', 'kind = "guess"', "line 15: kind: there is no prediction 'guess'"),
        ("maximum = 1", "maximum = -1", "line 16: a number needs a minimum below a maximum"),
        ('"unit_cost"', '"magic"', "line 19: measure: there is no measure 'magic'"),
        ("unit =", "dims =", "line 20: unit_cost has no argument 'dims'"),
        ("unit = 2", "unit = 'x'", "line 20: unit must be a whole number"),
        ("unit = 2", "unit = true", "line 20: unit must be a whole number"),
        ("unit = 2", "unit = 1e300", "line 20: unit must be a whole number"),
        ("arguments = { unit = 2 }", "", "line 18: unit_cost needs the argument 'unit'"),
        ('kind = "number"', 'kind = "point"', "line 18: unit_cost answers a number, not a point"),
    ],
)
def test_a_fault_is_named_with_its_line(old, new, fault):
    assert old in LESSON

    found = faults(LESSON.replace(old, new, 1))

    assert found[0].startswith(fault)


def test_all_faults_are_listed_in_their_order():
    text = LESSON.replace("minutes = 5", "minutes = 0.5").replace('"unit_cost"', '"magic"')

    assert [line.split(":")[0] for line in faults(text)] == ["line 3", "line 19"]


def test_a_lesson_of_5_mb_is_refused_unread():
    (line,) = faults("#" * 5_000_000)

    assert line == f"line 1: the lesson has 4,883 kB, at most {MAX_BYTES // 1024} are allowed"


def test_odd_numbers_and_long_lines_are_faults_like_others():
    assert faults(LESSON.replace("minutes = 5", "minutes = " + "9" * 9_000))[0].startswith("line ")
    assert "whole number" in faults(LESSON.replace("minutes = 5", "minutes = inf"))[0]
    blanks = "minutes = [\n[" + " " * 200_000 + "1, 2]]"
    assert (
        faults(LESSON.replace("minutes = 5", blanks))[0] == "line 3: minutes must be a whole number"
    )
    assert len(faults(LESSON + "\n".join(f"x{i} = 1" for i in range(2_000)))) == 21


def test_every_fault_stays_on_its_line():
    text = LESSON.replace("minutes = 5", '"a\\nb" = 1').replace("unit = 2", '"a\\nb" = 1')

    assert all(line.startswith("line ") for line in faults(text))


def test_a_bad_file_costs_the_others_nothing(tmp_path):
    (tmp_path / "good.toml").write_text(LESSON)
    (tmp_path / "bad.toml").write_text("title = ")
    (tmp_path / "large.toml").write_bytes(b"#" * 5_000_000)
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes(b"title = 'x'\nsummary = '\xe9'")

    found = catalog.listing(tmp_path)

    assert "good" in found.lessons
    assert found.problems["bad.toml"].startswith("line 1: this is no valid TOML")
    assert found.problems["large.toml"] == "line 1: the file is larger than 256 kB"
    assert found.problems["latin.toml"] == "line 2: the text is not in UTF-8"
    assert found.problems["folder.toml"] == "folder.toml cannot be read: it is not a file."
    assert len(found.problems) == 4


def test_a_folder_of_too_many_lessons_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "MAX_FILES", 1)
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(LESSON)

    found = catalog.listing(tmp_path)

    assert {"a"} == {"a", "b"} & set(found.lessons)
    (problem,) = found.problems.values()
    assert problem == "Of 2 lessons in the folder only the first 1 are read."


def test_shipped_lessons_are_without_fault():
    found = catalog.listing()

    assert found.problems == {}
    assert found.lessons


def test_arguments_of_every_measure_are_of_a_kind_that_is_checked():
    annotations = {
        argument.annotation
        for measure in MEASURES.values()
        for argument in measure.arguments.values()
    }

    assert annotations == set(_KINDS_OF_ARGUMENTS)


@pytest.mark.parametrize("pairs", ["'4-9'", "[]", "[1]", "['']", "['4-9', 5]"])
def test_a_list_holds_what_it_should(pairs):
    text = LESSON.replace("unit_cost", "most_confused").replace("unit = 2", f"pairs = {pairs}")
    text = text.replace('kind = "number"', "kind = 'choice'\nchoices = { a = 'A', b = 'B' }")

    assert faults(text)[0] == "line 21: pairs must be a list of texts"
