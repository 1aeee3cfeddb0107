"""Folders and files without permission: one line on the command line and on the pages."""

import os
import shutil
import subprocess
import sys

import pytest

from aecore.data.readers.idx import IDX_FILES
from tests.support.command_line import REPOSITORY

WITHOUT_OVERRIDE = "-dac_override,-dac_read_search"
"""The capabilities by which permissions do not hold for root."""
PAGES = """
import sys
from tests.support.pages import open_page
for page in ("map", "reconstruct", "denoise", "filters", "compare", "your_digit"):
    app = open_page(page)
    print(page, len(app.exception), "; ".join(error.value for error in app.error))
"""


@pytest.fixture
def run_bound():
    """Run Python as one for whom permissions hold: the exit status, stdout and stderr."""
    command = [sys.executable]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("permissions do not hold for root, and setpriv is not installed")
        bound = [f"--{kind}={WITHOUT_OVERRIDE}" for kind in ("inh-caps", "bounding-set")]
        command = ["setpriv", *bound, sys.executable]

    def run(*arguments, **environment):
        done = subprocess.run(
            [*command, *map(str, arguments)],
            cwd=REPOSITORY,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def locked(tmp_path):
    """A folder that nobody may enter."""
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    "command",
    [
        ("data", "--data", "{locked}"),
        ("data", "--data", "{locked}/inside"),
        ("train", "plane", "--epochs", "1", "--data", "{locked}"),
        ("train", "plane", "--epochs", "1", "--data", "bundled", "--out", "{locked}/new"),
        ("train", "plane", "--epochs", "1", "--data", "bundled", "--out", "{locked}/a.safetensors"),
        ("reconstruct", "{locked}", "--model", "plane", "--out", "{locked}/out"),
        ("reconstruct", "{locked}/a.png", "--model", "plane", "--out", "{locked}/out"),
        ("decode", "--model", "plane", "--z=0,0", "--out", "{locked}/digit.png"),
        ("evaluate", "{locked}/a.safetensors"),
    ],
    ids=" ".join,
)
def test_a_command_tells_in_one_line_what_is_locked(run_bound, locked, command):
    status, out, err = run_bound("-m", "aecore", *(part.format(locked=locked) for part in command))

    assert status == 1
    assert "Traceback" not in err
    last = (out + err).splitlines()[-1]
    assert str(locked) in last


def test_training_into_a_locked_models_folder_is_refused_in_one_line(run_bound, locked):
    train = ("-m", "aecore", "train", "plane", "--epochs", "1", "--data", "bundled")

    status, _, err = run_bound(*train, AECORE_MODELS=str(locked / "models"))

    assert status == 1
    assert err.splitlines()[-1].endswith("cannot be written: Permission denied.")
    assert "Traceback" not in err


def test_a_models_folder_that_may_be_listed_but_not_entered_is_no_crash(run_bound, locked):
    locked.chmod(0o700)
    (locked / "plane.safetensors").write_bytes(b"")
    locked.chmod(0o400)

    status, _, err = run_bound("-m", "aecore", "models", AECORE_MODELS=str(locked))

    assert status == 0
    assert "Traceback" not in err
    assert "plane.safetensors cannot be used" in err


def test_the_pages_tell_that_the_data_is_locked(run_bound, locked, tmp_path):
    half = tmp_path / "half"
    half.mkdir()
    for stem in IDX_FILES.values():
        (half / stem).touch(mode=0)

    for folder in (locked, half):
        status, out, err = run_bound("-c", PAGES, AECORE_DATA=str(folder))

        assert status == 0, err
        for line in out.splitlines():
            page, exceptions, message = line.split(" ", 2)
            assert exceptions == "0", page
            assert "Permission denied" in message, page
