"""`lesson check` and `lesson grade`, as a teacher runs them."""

import json
import os
import subprocess
import sys

import pytest

from aecore.lessons import catalog, handin
from tests.support.command_line import REPOSITORY, complaint
from tests.support.lessons import LESSON

pytest_plugins = ["tests.support.command_line"]


@pytest.fixture
def write(tmp_path):
    def write(text, name="own.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("path", sorted(catalog.SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_lessons_pass(run, path):
    status, out, err = run("lesson", "check", path)

    assert (status, err) == (0, "")
    assert out.endswith("minutes\n")


def test_faults_are_listed_line_by_line(run, run_json, write):
    path = write(LESSON.replace("minutes = 5", "minutes = 'x'").replace("unit_cost", "magic"))

    status, out, err = run("lesson", "check", path)

    assert (status, err) == (1, "")
    first, second = out.splitlines()
    assert first == f"{path}, line 3: minutes must be a whole number"
    assert second.startswith(f"{path}, line 19: measure: there is no measure 'magic'")
    status, found = run_json("lesson", "check", path)
    assert (status, found["title"], len(found["faults"])) == (1, None, 2)


def test_a_missing_model_is_named(run, write):
    text = LESSON.replace('model = "plane"', 'model = "plain"')

    status, out, _ = run("lesson", "check", write(text))

    assert status == 1
    assert out.endswith("line 8: there is no model 'plain' here\n")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"#" * 5_000_000, "line 1: the file is larger than 256 kB"),
        (b"title = ", "line 1: this is no valid TOML"),
        (b"\xff", "line 1: the text is not in UTF-8"),
        (b"", "line 1: "),
        (b"[" * 5_000, "line 1: "),
    ],
)
def test_what_is_no_lesson_takes_few_lines(run, write, content, fault):
    status, out, err = run("lesson", "check", write(content))

    assert (status, err) == (1, "")
    assert fault in out
    assert "Traceback" not in out
    assert len(out.splitlines()) <= 5


def test_a_file_that_is_not_there_is_a_failure(run, tmp_path):
    status, line = complaint(run("lesson", "check", tmp_path / "none.toml"))

    assert status == 1
    assert "none.toml cannot be read: No such file" in line


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    step = {"step": 1, "kind": "number", "first": 3, "last": 4, "answer": {"value": 5, "gap": 1}}
    for number in range(30):
        text = {
            "format": handin.FORMAT,
            "lesson": "filters",
            "title": "Filters",
            "name": f"Student {number}",
            "steps": [step],
        }
        (folder / f"{number:02}.json").write_text(json.dumps(text))
    return folder


def test_a_class_is_graded(run, run_json, folder, tmp_path):
    (folder / "bad.json").write_text("{")
    table = tmp_path / "table.csv"

    status, out, _ = run("lesson", "grade", folder, "--out", table)

    assert status == 0
    assert out.splitlines() == [
        f"{table}: 30 hand-ins",
        "skipped: bad.json: The file is no valid JSON.",
    ]
    assert len(table.read_text().splitlines()) == 31
    status, found = run_json("lesson", "grade", folder, "--out", table)
    assert (status, len(found["handins"])) == (0, 30)
    assert list(found["skipped"]) == ["bad.json"]


def test_a_folder_of_nothing_and_a_place_that_cannot_be_written(run, folder, tmp_path):
    assert complaint(run("lesson", "grade", tmp_path / "no", "--out", "x.csv"))[0] == 1

    status, line = complaint(run("lesson", "grade", folder, "--out", tmp_path / "no" / "x.csv"))
    assert status == 1
    assert "cannot be written" in line
    os.mkfifo(pipe := tmp_path / "pipe")
    status, line = complaint(run("lesson", "grade", folder, "--out", pipe))
    assert status == 1
    assert "it is a device or a pipe" in line
    assert pipe.is_fifo()
    assert complaint(run("lesson", "grade", folder))[0] == 2
    assert complaint(run("lesson"))[0] == 2


def test_checking_and_grading_load_no_torch(folder, tmp_path):
    code = (
        "import sys; from aecore.cli.parser import main; "
        f"main(['lesson', 'grade', {str(folder)!r}, '--out', {str(tmp_path / 't.csv')!r}]); "
        f"main(['lesson', 'check', {str(catalog.SHIPPED / 'filters.toml')!r}]); "
        "print({'torch', 'sklearn', 'scipy', 'streamlit'} & set(sys.modules))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )

    assert ran.stdout.splitlines()[-1] == "set()"
