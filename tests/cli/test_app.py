"""`app`: the explorer opens, from wherever it was started; without its packages it says so."""

import os
import subprocess
import sys

import pytest

from aecore.cli import app
from tests.support.command_line import REPOSITORY, answer, complaint, free_port

pytest_plugins = ["tests.support.command_line"]


class Started(Exception):
    """In place of becoming another program."""


@pytest.fixture
def started(monkeypatch):
    """The commands that this process would have become."""
    commands = []

    def execve(program, command, environment):
        commands.append(command)
        raise Started

    monkeypatch.setattr(os, "execve", execve)
    return commands


def test_the_explorer_is_started_as_streamlit_runs_it(run, started, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", "before")  # put back by monkeypatch

    with pytest.raises(Started):
        run("app", "--port", "8600", "--data", "/digits")

    command = [sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "app.py")]
    assert started == [[*command, "--server.port", "8600"]]
    assert os.environ["AECORE_DATA"] == "/digits"


def test_a_public_server_is_protected_whatever_the_files_of_settings_say(run, started, monkeypatch):
    monkeypatch.setenv("AECORE_PUBLIC", "on")

    with pytest.raises(Started):
        run("app", "--port", "8600")

    (command,) = started
    assert command[5:8] == ["aecore.ui.public_server", "run", str(REPOSITORY / "app.py")]
    assert command[-2:] == ["--server.port", "8600"]
    assert {"--server.enableXsrfProtection=true", "--server.enableCORS=true"} <= {*command}


def test_without_the_packages_of_the_app_one_line_says_what_to_install(run, started, monkeypatch):
    monkeypatch.setattr(app, "find_spec", lambda name: None if name == "streamlit" else name)

    status, line = complaint(run("app"))

    assert (status, started) == (1, [])
    assert line.endswith("more packages are needed (streamlit): pip install 'aecore[app]'")


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_cannot_be_is_wrong_use(run, started, port):
    assert complaint(run("app", "--port", port))[0] == 2
    assert started == []


def test_the_explorer_answers_from_another_folder(tmp_path):
    port = free_port()
    environment = {"PYTHONPATH": str(REPOSITORY), "STREAMLIT_SERVER_HEADLESS": "true"}
    process = subprocess.Popen(
        [sys.executable, "-m", "aecore", "app", "--port", str(port)],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert answer(f"http://127.0.0.1:{port}/_stcore/health") == b"ok"
    finally:
        process.terminate()
        process.wait(30)
