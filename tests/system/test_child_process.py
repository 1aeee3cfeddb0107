"""Child processes import this package, and nothing that lies where they start."""

import os
import signal
import subprocess
import sys

import pytest

from aecore.system.child_process import describe_end, environment, last_line, module_command
from tests.support import strangers
from tests.support.command_line import REPOSITORY


@pytest.mark.parametrize(
    "command",
    [module_command("aecore", "models"), [sys.executable, "-m", "aecore", "models"]],
    ids=["a child", "the command"],
)
def test_files_in_the_current_folder_are_not_imported(tmp_path, command):
    """`random.py` of a student's folder was once executed in place of the standard library's."""
    strangers.fill(tmp_path)
    path = {"PYTHONPATH": str(REPOSITORY)} if "-m" in command else {}

    done = subprocess.run(
        command, cwd=tmp_path, env=environment() | path, capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert strangers.executed(tmp_path) == []


def test_a_file_beside_the_package_does_not_stand_in_for_the_standard_library(tmp_path):
    (tmp_path / "aecore").symlink_to(REPOSITORY / "aecore")
    strangers.fill(tmp_path)
    command = [sys.executable, "-m", "aecore", "models"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert strangers.executed(tmp_path) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, ""),
        ("", ""),
        (":/one", "/one"),
        ("/one::/two:", "/one:/two"),
        (".:./:/one", "/one"),
        ("lib:/one", "lib:/one"),
    ],
)
def test_parts_of_pythonpath_that_are_the_current_folder_are_left_out(monkeypatch, before, after):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if before is not None:
        monkeypatch.setenv("PYTHONPATH", before)

    assert environment()["PYTHONPATH"] == after
    assert environment()["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize(
    ("status", "output", "expected"),
    [
        (1, "Traceback\n  line\nModuleNotFoundError: No module named 'torch'\n\n", "ModuleNotF"),
        (-signal.SIGKILL, "a warning\n", "killed, perhaps because the memory was full"),
        (-signal.SIGSEGV, "", "ended by signal 11 (Segmentation fault)"),
        (-64, "", "ended by signal 64"),
        (3, " \n", "exit code 3"),
    ],
)
def test_the_end_of_a_process_is_told_in_a_line(status, output, expected):
    assert describe_end(status, output).startswith(expected)


def test_a_last_line_is_short_and_printable():
    assert last_line("first\nan \x1b[31merror\x00 \t in red\n \n") == "an [31merror in red"
    assert len(last_line("x" * 10_000)) == 300
    assert last_line("\n") == ""
