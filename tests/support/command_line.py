"""Commands run in this process: what they give, print and say.

A test module asks for these fixtures with `pytest_plugins = ["tests.support.command_line"]`.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aecore.cli.parser import main

REPOSITORY = Path(__file__).resolve().parents[2]
QUICK = ["--epochs", "1", "--hidden-dims", "8", "--batch-size", "200", "--device", "cpu"]


@pytest.fixture
def run(capsys):
    """Run a command in this process: its exit status, what it printed and what it said."""

    def run(*arguments):
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as exit:
            status = exit.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def run_json(run):
    """The same with --json: the exit status and the one object on stdout."""

    def run_json(*arguments):
        status, out, _ = run(*arguments, "--json")
        assert out.count("\n") == 1
        return status, json.loads(out)

    return run_json


@pytest.fixture
def models(tmp_path, monkeypatch, tiny_checkpoint, tiny_denoiser):
    """A models folder with the two tiny models and a file that is none."""
    folder = tmp_path / "models"
    folder.mkdir()
    for found in (tiny_checkpoint, tiny_denoiser):
        (folder / found.path.name).write_bytes(found.path.read_bytes())
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    return folder


@pytest.fixture
def picture(tmp_path, unit_digits):
    """A picture file of a test digit, black on white."""
    path = tmp_path / "digit.png"
    ink = 1 - unit_digits[0].reshape(28, 28)
    Image.fromarray((ink * 255).astype(np.uint8)).resize((112, 112)).save(path)
    return path


def pixels(path):
    with Image.open(path) as opened:
        return np.array(opened)


def complaint(result):
    """The one line of a command that failed."""
    status, out, err = result
    assert out == ""
    lines = err.strip().splitlines()
    assert lines[-1].startswith("aecore: ")
    assert "Traceback" not in err
    assert all(line.startswith(("aecore: ", "Data: ")) for line in lines)
    return status, lines[-1]


def start(*arguments, **options):
    """The same as a program of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "aecore", *map(str, arguments)],
        cwd=REPOSITORY,
        text=True,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
    )


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answer(address, *, seconds=60):
    """What a server answers, waiting for it to start."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return response.read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
