"""Hand-ins, which come from outside, and the table of a class."""

import csv
import io
import json

import pytest

from aecore.lessons import grading, handin
from aecore.lessons.lesson import LessonError


def step(number=1, **changes):
    return {
        "step": number,
        "title": "First",
        "kind": "choice",
        "first": "tie",
        "first_gap": 1,
        "last": "pca",
        "seconds": 30,
        "answer": {
            "value": "pca",
            "text": "PCA has 0.1.",
            "gap": 0,
            "source": {"data": "MNIST", "model": "plane"},
        },
    } | changes


def content(**changes):
    whole = {
        "format": handin.FORMAT,
        "lesson": "bottleneck",
        "title": "Bottleneck",
        "name": "Ada",
        "n_steps": 2,
        "steps": [step()],
    }
    return json.dumps(whole | changes).encode()


def test_a_hand_in_is_read():
    handed = handin.parse(content(steps=[step(2, kind="curve", first=[[2, 0.1]]), step(1)]))

    assert [each.step for each in handed.steps] == [1, 2]
    first, second = handed.steps
    assert (first.first, first.last, first.value, first.gap) == ("tie", "pca", "pca", 0)
    assert (first.right_first, second.right_first) == (False, None)
    assert second.first == [[2, 0.1]]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"", "no valid JSON"),
        (b"[" * 100_000, "no valid JSON"),
        (b"{}", "no hand-in"),
        (b"\xff\xfe", "no valid JSON"),
        (b" " * 1_000_001, "larger than 1 MB"),
        (content(format="other"), "its format is not"),
        (content(steps={}), "steps must list"),
        (content(steps=[step(n) for n in range(1, 22)]), "at most 20 steps"),
        (content(steps=[1]), "must be an object"),
        (content(steps=[step(), step()]), "listed twice"),
        (content(steps=[step(0)]), "step must be a whole number"),
        (content(steps=[step(1.5)]), "step must be a whole number"),
        (content(steps=[step(kind="guess")]), "no prediction 'guess'"),
        (content(steps=[step(first={"a": 1})]), "first must be a number"),
        (content(steps=[step(first=[["a", 1]])]), "first must be a text, a number, or a list"),
        (content(steps=[step(first=1e300)]), "first must be a number"),
        (content(steps=[step(answer=[1])]), "answer must be an object"),
        (content(steps=[step(answer={"source": "x"})]), "source must be an object"),
        (content(steps=[step(seconds="long")]), "seconds must be a number"),
        (content(lesson=None), "lesson must be a text"),
        (content(name="x" * 3_000), "name must be a text of at most 2,000"),
    ],
)
def test_what_is_no_hand_in_is_refused_in_one_line(bad, why):
    with pytest.raises(LessonError, match=why) as caught:
        handin.parse(bad)

    assert "\n" not in str(caught.value)


@pytest.fixture
def folder(tmp_path):
    for number in range(30):
        (tmp_path / f"{number:02}.json").write_bytes(content(name=f"Student {number}"))
    return tmp_path


def table(grades):
    return list(csv.DictReader(io.StringIO(grades.to_csv())))


def test_a_class_becomes_a_table(folder):
    rows = table(grading.grade(folder))

    assert len(rows) == 30
    first = rows[0]
    assert (first["file"], first["name"], first["lesson"]) == ("00.json", "Student 0", "bottleneck")
    assert (first["answered"], first["of"]) == ("1", "2")
    assert (first["choices"], first["right at first"], first["minutes"]) == ("1", "0", "0.5")
    assert (first["1 first"], first["1 first gap"], first["1 last"]) == ("tie", "1.0", "pca")
    assert (first["1 gap"], first["1 measured"], first["model"]) == ("0.0", "pca", "plane")


def test_a_bad_file_is_named_and_skipped(folder):
    (folder / "bad.json").write_text("{")
    (folder / "notes.txt").write_text("no hand-in")
    (folder / "folder.json").mkdir()

    grades = grading.grade(folder)

    assert len(grades.handins) == 30
    assert grades.skipped["bad.json"] == "bad.json: The file is no valid JSON."
    assert grades.skipped["folder.json"].startswith("folder.json cannot be read")
    assert len(grades.skipped) == 2


def test_steps_that_somebody_left_out_are_empty(folder):
    (folder / "01.json").write_bytes(content(steps=[step(1, last=None), step(3)], n_steps=3))

    rows = table(grading.grade(folder))

    assert rows[0]["3 first"] == ""
    assert (rows[1]["3 first"], rows[1]["1 last"]) == ("tie", "")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_name_is_no_formula_of_a_spreadsheet(tmp_path, name):
    (tmp_path / "one.json").write_bytes(content(name=name))

    (row,) = table(grading.grade(tmp_path))

    assert row["name"][0] not in "=+-@\t\r"


def test_a_folder_without_hand_ins_is_refused(tmp_path):
    with pytest.raises(LessonError, match=r"holds no hand-in: there is no \.json file"):
        grading.grade(tmp_path)
    with pytest.raises(LessonError, match="cannot be read"):
        grading.grade(tmp_path / "missing")

    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(LessonError, match=r"holds no hand-in: bad.json: The file is no hand-in"):
        grading.grade(tmp_path)


def test_half_a_character_and_a_number_of_400_digits_do_no_harm():
    assert handin.parse(content(lesson="\ud800")).lesson == "\ufffd"
    with pytest.raises(LessonError, match="list of points"):
        handin.parse(content(steps=[step(kind="curve", first=[[2, 10**400]])]))


def test_a_folder_of_too_many_hand_ins_is_refused(folder, monkeypatch):
    monkeypatch.setattr(grading, "MAX_FILES", 1)

    with pytest.raises(LessonError, match=r"holds 30 \.json files; at most 1 are graded at a time"):
        grading.grade(folder)
