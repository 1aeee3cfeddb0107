"""Output that cannot be written, or holds characters that the terminal lacks."""

import io
import json
import os
import pty
import re
import resource
import signal
import sys
import termios

import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.cli import result
from aecore.cli.train import _ProgressBar
from aecore.training.history import EpochRecord
from tests.support.command_line import QUICK, start

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")

FULL = "aecore: The output cannot be written: No space left on device.\n"
needs_dev_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


def finish(*arguments, **options):
    """Run a command as a program; its exit status, stdout and stderr."""
    process = start(*arguments, **options)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def leave_no_room():
    """Limit every file of a program to 50 bytes, as a full disk would; pipes are not."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))


@needs_dev_full
@pytest.mark.parametrize(
    "arguments",
    [["models"], ["models", "--json"], ["--help"], ["train", "--help"], ["data"]],
    ids=" ".join,
)
def test_a_full_disk_under_stdout_is_one_line_and_exit_1(models, arguments):
    with open("/dev/full", "w") as full:
        status, _, err = finish(*arguments, stdout=full)

    said = [line for line in err.splitlines(keepends=True) if not line.startswith("Data: ")]
    assert (status, said) == (1, [FULL])


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "plane", "--data", "bundled", *QUICK],
        ["decode", "--model", "tiny", "--z=0,0"],
        ["reconstruct", "{picture}", "--model", "tiny"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_file_that_does_not_fit_on_the_disk_is_one_line(models, picture, tmp_path, arguments):
    target = tmp_path / "full" / "made.safetensors"
    target.parent.mkdir()
    command = [part.format(picture=picture) for part in arguments]

    status, out, err = finish(*command, "--out", target, preexec_fn=leave_no_room)

    assert status == 1
    assert (out + err).splitlines()[-1].endswith("cannot be written: File too large.")
    assert "Traceback" not in err
    assert not [path for path in target.parent.rglob("*") if path.is_file()]


@needs_dev_full
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
def test_rows_that_cannot_be_written_are_one_line(models, picture, tmp_path, as_json):
    command = ["reconstruct", picture, picture, "--model", "tiny", "--out", tmp_path / "out"]
    with open("/dev/full", "w") as full:
        status, _, err = finish(*command, *as_json, stdout=full)

    assert (status, err) == (1, FULL)


@needs_dev_full
def test_a_model_is_saved_wherever_its_progress_goes(tmp_path):
    out = tmp_path / "kept.safetensors"
    with open("/dev/full", "w") as full:
        status, printed, _ = finish("train", "plane", *QUICK, "--out", out, "--json", stderr=full)

    assert status == 0
    assert json.loads(printed)["path"] == str(out)
    assert checkpoint_file.load(out).card.preset == "plane"


@pytest.mark.parametrize("arguments", [["models", "--json"], ["--help"]], ids=" ".join)
def test_a_reader_that_goes_away_ends_a_command_quietly(models, arguments):
    reader, writer = os.pipe()
    os.close(reader)

    status, _, err = finish(*arguments, stdout=writer)
    os.close(writer)

    assert (status, err) == (1, "")


def test_stdout_that_the_caller_has_closed_is_told(models):
    status, _, err = finish("models", stdout=None, preexec_fn=lambda: os.close(1))

    assert (status, err) == (1, "aecore: The output cannot be written: stdout is closed.\n")


def test_progress_does_not_move_to_stdout_where_stderr_is_closed(models):
    status, out, _ = finish("data", "--json", preexec_fn=lambda: os.close(2))

    assert status == 0
    assert json.loads(out)["train"] == 1297


@pytest.mark.parametrize(
    "settings",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LC_ALL": "C"}],
    ids=["ascii", "C without UTF-8", "C"],
)
def test_every_picture_has_its_row_whatever_it_is_called(models, picture, tmp_path, settings):
    """A name that is no UTF-8 once cost the rows of all pictures."""
    folder = os.fsencode(tmp_path / "números")
    os.mkdir(folder)
    for name in (b"\xff.png", "ñ €.png".encode(), b"of two\nlines.png"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(picture.read_bytes())
    command = ["reconstruct", os.fsdecode(folder), "--model", "tiny", "--out", tmp_path / "out"]
    environment = os.environ | settings

    status, out, err = finish(*command, env=environment)
    _, printed, _ = finish(*command, "--json", env=environment)

    assert (status, err) == (0, "")
    assert [", digit 0: " in line for line in out.splitlines()] == [True] * 3
    assert len(json.loads(printed)) == 3


@pytest.mark.parametrize("name", ["ok data — ñ", os.fsdecode(b"data \xff"), "数据"])
def test_a_data_folder_may_have_any_name(mnist_folder, tmp_path, name):
    (tmp_path / name).symlink_to(mnist_folder)
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}

    status, out, err = finish("data", "--data", tmp_path / name, env=environment)

    assert status == 0
    assert "60,000 training" in out
    assert err.startswith("Data: ")


def test_rows_are_printed_as_they_come(run, models, picture, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr("aecore.cli.reconstruct.write", written.append)
    command = ["reconstruct", picture, picture, "--model", "tiny", "--out", tmp_path / "out"]

    status, out, _ = run(*command)

    assert (status, out) == (0, "")
    assert [row.split(",")[0] for row in written] == [str(picture)] * 2


# --- progress on a terminal ----------------------------------------------------------------------


@pytest.fixture
def terminal(monkeypatch):
    """Let stderr be a terminal of some width; what it shows is read from the descriptor."""
    outside, inside = pty.openpty()
    with open(inside, "w") as stream, open(outside, "rb", buffering=0):

        def of_width(columns):
            termios.tcsetwinsize(inside, (24, columns))
            monkeypatch.setattr(sys, "stderr", stream)
            return outside

        yield of_width


def record(epoch):
    return EpochRecord(
        epoch=epoch, train_loss=0.04, train_mse=0.04, test_mse=0.04, seconds=7.0 * epoch
    )


@pytest.mark.parametrize("columns", [200, 81, 80, 79, 60, 40, 22, 10, 1])
def test_progress_stays_on_one_line_of_a_terminal_of_any_width(terminal, columns):
    """From epoch 10 on it once had 81 characters, and left a line an epoch on 80 columns."""
    shown_on = terminal(columns)
    bar = _ProgressBar(10_000)

    for epoch in (1, 10, 9_999):
        bar(record(epoch))

    shown = b""
    while len(shown) < 3 * columns:
        shown += os.read(shown_on, 4096)
    shown = shown.decode()
    assert "\n" not in shown
    assert {len(line) for line in shown.split("\r")[1:]} == {columns - 1}
    if columns >= 22:
        assert re.search(r"epoch 9999/10000", shown)


def test_the_bar_gives_way_before_the_facts_do():
    bar = _ProgressBar(15)

    wide, narrow, narrower = (bar._line(record(3), width) for width in (120, 79, 60))

    facts = "epoch 3/15  loss 0.04000  test MSE 0.04000  1:24 left"
    assert wide == f"[#####...................] {facts}"
    assert narrow == f"[#####..................] {facts}"
    assert narrower == facts


def test_a_terminal_that_tells_no_width_is_taken_for_80_columns(terminal):
    shown_on = terminal(0)

    _ProgressBar(15)(record(3))

    shown = b""
    while len(shown) < 80:
        shown += os.read(shown_on, 4096)
    assert len(shown) == 80


# --- Ctrl-C --------------------------------------------------------------------------------------


class Interrupted(io.RawIOBase):
    """A file in whose first writing of progress Ctrl-C arrives."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, view):
        content = bytes(view)
        if b"epoch" in content and b"epoch" not in self.content:
            signal.raise_signal(signal.SIGINT)
        self.content += content
        return len(content)


def test_ctrl_c_while_progress_is_printed_keeps_what_was_learned(run_json, tmp_path, monkeypatch):
    """It once ended in "reentrant call inside <_io.BufferedWriter>", and nothing was saved."""
    file = Interrupted()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BufferedWriter(file)))
    out = tmp_path / "kept.safetensors"

    status, facts = run_json("train", "plane", *QUICK, "--epochs", "500", "--out", out)

    assert (status, facts["epochs"], facts["stopped"]) == (130, 1, True)
    assert b"Stopping: saving" in file.content
    assert len(checkpoint_file.load(out).card.history) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_real_ctrl_c_on_a_terminal_keeps_what_was_learned(tmp_path, attempt):
    outside, inside = pty.openpty()
    process = start(
        *("train", "plane", "--epochs", "10000", "--hidden-dims", "4", "--batch-size", "1000"),
        *("--device", "cpu", "--out", tmp_path / "kept.safetensors"),
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    said = b""
    while said.count(b"epoch") < 3 * (attempt + 1):
        said += os.read(outside, 4096)

    process.send_signal(signal.SIGINT)
    while process.poll() is None or said[-1:] != b"\n":
        try:
            said += os.read(outside, 4096)
        except OSError:  # the terminal is gone with the process
            break

    assert process.wait(60) == 130
    assert b"Traceback" not in said
    assert b"Stopping: saving" in said
    assert checkpoint_file.load(tmp_path / "kept.safetensors").card.history


# --- python -OO ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["train", "--help"], ["bench", "decode", "--help"], ["models"], ["data"]],
    ids=" ".join,
)
def test_commands_need_neither_docstrings_nor_assertions(models, arguments):
    environment = os.environ | {"PYTHONOPTIMIZE": "2"}

    status, out, err = finish(*arguments, env=environment)

    assert status == 0
    assert out.count("\n") >= 1
    assert "Traceback" not in err


def test_output_is_thrown_away_once_it_has_failed(monkeypatch, tmp_path):
    with open(tmp_path / "out", "w") as stream:
        stream.write("held back")
        result._discard(stream)

    assert (tmp_path / "out").read_text() == ""
