"""The process of a run starts safely, and its end is told."""

import os
import signal
import sys

import pytest

from aecore.errors import TrainingError
from aecore.jobs import launcher, queue
from aecore.jobs.store import LOG
from aecore.system import threads
from aecore.system.child_process import module_command
from aecore.ui.text import runs as run_text
from tests.support import runs, strangers

LONG = 500


@pytest.fixture(autouse=True)
def own_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))


def test_files_where_the_app_was_started_are_not_imported(tmp_path, monkeypatch):
    """`random.py` there was once executed, and the run ended as "Interrupted" without a cause."""
    strangers.fill(tmp_path)
    monkeypatch.chdir(tmp_path)

    run = runs.wait_for_end(queue.submit(runs.spec(epochs=1)))

    assert (run.state, run.message) == ("done", "")
    assert strangers.executed(tmp_path) == []


def test_a_process_that_dies_at_its_start_tells_its_last_line(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise ImportError('a broken package')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    run = runs.wait_for_end(queue.submit(runs.spec()))

    assert run.state == "interrupted"
    assert run.message.endswith("ended unexpectedly: ImportError: a broken package")
    assert run.message in run_text.detail(run, ())


@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGKILL, "perhaps because the memory was full"), (signal.SIGSEGV, "signal 11")],
)
def test_a_process_that_a_signal_ends_tells_which_and_the_resumed_run_forgets_it(
    monkeypatch, number, words
):
    monkeypatch.setattr(launcher, "module_command", suicide(number))
    killed = runs.wait(queue.submit(runs.spec(epochs=1)), lambda run: run.message)
    monkeypatch.setattr(launcher, "module_command", module_command)

    done = runs.wait_for_end(queue.resume(killed))

    assert killed.state == "interrupted"
    assert words in killed.message
    assert (done.state, done.message) == ("done", "")
    assert (done.path / LOG).read_text() == ""


def suicide(number):
    """A command that ends by a signal."""
    code = f"import os; os.kill(os.getpid(), {int(number)})"
    return lambda *_: [sys.executable, "-c", code]


def test_a_process_that_cannot_start_is_told_later_too(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")
    with pytest.raises(TrainingError):
        queue.submit(runs.spec())

    (run,) = queue.list_runs().runs

    assert "cannot start" in run.message
    assert "/there/is/no/python" in run.message


@pytest.mark.parametrize(("chosen", "expected"), [("1", 1), ("2", 2)])
def test_the_process_gets_as_many_threads_as_the_user_allows(monkeypatch, chosen, expected):
    """It once got one a core whatever OMP_NUM_THREADS said."""
    code = "import os, sys; sys.exit('OMP_NUM_THREADS=' + os.environ['OMP_NUM_THREADS'])"
    monkeypatch.setattr(launcher, "module_command", lambda *_: [sys.executable, "-c", code])
    monkeypatch.setattr(threads, "_affinity", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", chosen)

    run = runs.wait_for_end(queue.submit(runs.spec(threads=0)))

    assert run.spec.threads == expected
    assert f"OMP_NUM_THREADS={expected}" in run.message
    assert os.environ["OMP_NUM_THREADS"] == chosen


@pytest.mark.parametrize("name", ["/ok data — ñ", os.fsdecode(b"/data \xff")])
def test_a_data_folder_may_have_any_name(monkeypatch, name):
    monkeypatch.setenv("AECORE_DATA", name)
    monkeypatch.setattr(queue, "_start", lambda path, alive: None)

    run = queue.submit(runs.spec())

    assert queue.find(run.id).spec.data == name
