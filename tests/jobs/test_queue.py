"""Runs as processes: they outlive who started them, wait for each other, and can be killed."""

import dataclasses
import errno
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.errors import ConfigError, TrainingError
from aecore.jobs import queue, snapshots
from aecore.jobs import store as run_store
from aecore.jobs.store import ALIVE, CHECKPOINT, SPEC, STATE_FILE, STATUS
from aecore.system import atomic_file
from aecore.system.process_lock import ProcessLock
from aecore.training.history import EpochRecord
from aecore.training.resume_state import ResumeState
from tests.support import runs

KILLS = int(os.environ.get("AECORE_KILLS", "3"))
"""All 50 take minutes: AECORE_KILLS=50 python -m pytest -n 0 tests/jobs/test_queue.py -k killed"""
LONG = 500


@pytest.fixture(autouse=True)
def own_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def no_processes(monkeypatch):
    """Submitted runs stay without a process."""
    monkeypatch.setattr(queue, "_start", lambda path, alive: None)


def pid_of(run):
    """The process that works on a run."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                command = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if str(run.path).encode() in command:
                return int(process.name)
    return None


def zombies():
    """Children of this process that have ended and that nobody took note of."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state == "Z" and int(parent) == os.getpid():
            found.append(stat.parent.name)
    return found


def test_a_run_outlives_the_process_that_submitted_it():
    code = (
        "from aecore.jobs import queue\nfrom tests.support import runs\n"
        "print(queue.submit(runs.spec()).id)"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    name = done.stdout.strip()

    run = runs.wait_for_end(run_store.read(name))

    assert done.returncode == 0, done.stderr
    assert (run.state, run.epoch, run.message) == ("done", 3, "")
    assert checkpoint_file.load(run.checkpoint_path).card.train == runs.spec().train
    assert len(run_store.read_history(run)) == 3
    assert snapshots.epochs(run) == (0, 1, 2, 3)
    assert (run.path / "log.txt").read_text() == ""


def test_of_three_runs_one_trains_and_the_others_wait_in_their_order():
    first, second, third = (queue.submit(runs.spec(epochs=LONG)) for _ in range(3))
    try:
        started = runs.wait(first, lambda run: run.epoch >= 1)
        waiting = [queue.find(run.id) for run in (second, third)]

        queue.stop(second)
        canceled = runs.wait_for_end(second)
        moved_up = queue.find(third.id)
        asked = time.monotonic()
        queue.stop(first)
        runs.wait(first, lambda run: run.phase != "training")
        took = time.monotonic() - asked
        stopped = runs.wait_for_end(first)
        runs.wait(third, lambda run: run.state == "running")
    finally:
        queue.stop(third)
    ended = runs.wait_for_end(third)

    assert started.state == "running"
    assert [(run.state, run.place) for run in waiting] == [("queued", 1), ("queued", 2)]
    assert (canceled.state, canceled.message) == ("stopped", "Taken out of the queue.")
    assert (moved_up.state, moved_up.place) == ("queued", 1)
    assert took < 1.0
    assert (stopped.state, stopped.has_checkpoint) == ("stopped", True)
    assert checkpoint_file.load(stopped.checkpoint_path).card.history[-1].epoch == stopped.epoch
    assert ended.state == "stopped"
    deadline = time.monotonic() + 5
    while zombies() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert zombies() == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds processes in /proc")
def test_however_often_a_run_is_killed_nothing_is_lost(digits):
    """Killed at random moments of its start, its training and its saving, and resumed each time."""
    model = dataclasses.replace(runs.MODEL, latent_dropout=0.2)
    changes = {"epochs": 30, "optimizer": "muon", "schedule": "linear", "learning_rate": 3e-3}
    spec = runs.spec(model, **changes)
    expected = runs.plain_weights(spec, digits)
    rng = np.random.default_rng()
    run, kills, reached = queue.submit(spec), 0, 0
    while True:
        if kills < KILLS:
            if kills % 4:  # every fourth falls into the start
                runs.wait(run, lambda it: it.ended or it.phase in ("training", "measuring"))
            time.sleep(rng.uniform(0.0, 0.8))
            kill(run)
        ended = runs.wait_for_end(run)
        if ended.state == "done":
            assert (ended.notes, ended.message) == ((), "")
            assert len(run_store.read_history(ended)) == ended.epoch == 30
            found = checkpoint_file.load(ended.checkpoint_path).weights
            assert runs.same_weights(found, expected)
            if kills == KILLS:
                break
            run, reached = queue.submit(spec), 0  # the kill came too late
            continue

        kills += 1
        assert (ended.state, ended.resumable) == ("interrupted", True)
        reached = whole_after_a_kill(run, reached)
        run = queue.resume(run)


def kill(run):
    """End the process that works on a run, if it is still there, as nothing can ward off."""
    pid = pid_of(run)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def whole_after_a_kill(run, reached):
    """Check that everything in a folder is whole, and that no epoch was lost that was saved."""
    saved = 0
    if (run.path / STATE_FILE).exists():
        saved = ResumeState.load(run.path / STATE_FILE).epoch
    assert saved >= reached
    if (run.path / CHECKPOINT).exists():
        checkpoint_file.load(run.path / CHECKPOINT)
    assert all(snapshots.read(run, epoch) for epoch in snapshots.epochs(run))
    left = [path.name for path in run.path.rglob(".*")]
    assert left == []
    return saved


# --- without processes ---------------------------------------------------------------------------


def test_submitting_takes_no_time_to_speak_of(no_processes):
    begun = time.perf_counter()

    queue.submit(runs.spec())

    assert time.perf_counter() - begun < 0.5


def test_a_run_whose_process_is_gone_is_interrupted_at_once_and_tidied_up(no_processes):
    run = queue.submit(runs.spec())
    status = dataclasses.replace(run_store.read_status(run.path), state="running")
    run_store.write_status(run.path, status)
    (run.path / f"{atomic_file.MARK}state.safetensors").write_bytes(b"half")
    (run.path / ".saving-abc").mkdir()
    with ProcessLock(run.path / ALIVE) as alive:
        assert alive.acquire()
        held = queue.find(run.id)

    gone = queue.find(run.id)

    assert held.state == "running"
    assert (gone.state, gone.resumable) == ("interrupted", True)
    assert not list(run.path.glob(".*"))


def test_a_run_at_work_can_neither_be_deleted_nor_resumed(no_processes):
    run = queue.submit(runs.spec())
    with ProcessLock(run.path / ALIVE) as alive:
        alive.acquire()

        with pytest.raises(TrainingError, match="still training or waiting"):
            queue.delete(run)
        with pytest.raises(TrainingError, match="still training or waiting"):
            queue.resume(run)
    queue.delete(run)

    assert queue.list_runs().runs == ()
    assert not run.path.exists()
    with pytest.raises(TrainingError, match="no training run"):
        queue.stop(run)


@pytest.mark.parametrize("name", ["../x", "..", "", "/etc", "20260101-000000-000000-zzzz"])
def test_only_runs_can_be_deleted(no_processes, tmp_path, name):
    queue.submit(runs.spec())

    with pytest.raises(TrainingError, match="no training run"):
        queue.delete(name)
    with pytest.raises(TrainingError, match="no training run"):
        run_store.read(name)


def test_a_resumed_run_goes_to_the_end_of_the_queue(no_processes, monkeypatch):
    old, new = queue.submit(runs.spec()), queue.submit(runs.spec())
    held = []

    def hold(path, alive):
        mine = ProcessLock(path / ALIVE, os.dup(alive.descriptor()))
        held.append(mine)

    monkeypatch.setattr(queue, "_start", hold)
    for run in (new, old):
        queue.resume(run)

    found = queue.list_runs().runs

    assert [(run.id, run.state, run.place) for run in found] == [
        (new.id, "queued", 1),
        (old.id, "queued", 2),
    ]
    for each in held:
        each.release()


def test_a_finished_run_is_resumed_for_more_epochs_only(no_processes):
    run = queue.submit(runs.spec())
    status = run_store.read_status(run.path)
    run_store.write_status(run.path, dataclasses.replace(status, state="done", epoch=3))
    (run.path / CHECKPOINT).touch()

    with pytest.raises(TrainingError, match=r"complete after 3 epochs\. To train on, add epochs"):
        queue.resume(run)
    with pytest.raises(ConfigError, match="3 epochs are planned already"):
        queue.resume(run, epochs=3)
    with pytest.raises(ConfigError, match="Epochs must be a whole number from"):
        queue.resume(run, epochs=501)
    longer = queue.resume(run, epochs=6)

    assert longer.spec.train.epochs == 6
    assert (longer.epoch, longer.progress) == (3, 0.5)


def test_training_can_be_switched_off(no_processes, monkeypatch):
    run = queue.submit(runs.spec())
    monkeypatch.setenv("AECORE_TRAINING", "off")

    assert not queue.training_allowed()
    for call in (lambda: queue.submit(runs.spec()), lambda: queue.resume(run)):
        with pytest.raises(TrainingError, match="switched off"):
            call()
    assert len(queue.list_runs().runs) == 1


def test_the_folder_of_digits_in_use_is_written_down(no_processes, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", "/some/where")

    run = queue.submit(runs.spec())

    assert run.spec.data == "/some/where"
    assert queue.submit(runs.spec(threads=0)).spec.threads == queue.cores()


def test_settings_beyond_the_limits_are_refused(no_processes):
    with pytest.raises(ConfigError, match="Epochs must be a whole number from 1 to 500"):
        queue.submit(runs.spec(epochs=501))

    assert queue.list_runs().runs == ()


def test_a_folder_that_cannot_be_written_is_told(no_processes, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "file"))

    with pytest.raises(TrainingError, match=r"cannot be written: .*name another with AECORE_RUNS"):
        queue.submit(runs.spec())


def test_a_full_disk_is_told_and_leaves_no_run(no_processes, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(TrainingError, match="No space left on device"):
            queue.submit(runs.spec())

    assert queue.list_runs().runs == ()
    assert list(run_store.runs_dir().iterdir()) == []


def test_a_process_that_cannot_start_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")

    with pytest.raises(TrainingError, match="The training process cannot start"):
        queue.submit(runs.spec())

    assert [run.state for run in queue.list_runs().runs] == ["interrupted"]


@pytest.mark.parametrize("name", [SPEC, STATUS])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"epochs": 1}', b"\x80\x04K\x01.", b"[" * 100_000, b" " * 2**21],
    ids=["empty", "cut", "list", "null", "other", "pickle", "deep", "large"],
)
def test_a_damaged_run_is_told_and_can_be_deleted(no_processes, name, content):
    whole, broken = queue.submit(runs.spec()), queue.submit(runs.spec())
    (broken.path / name).write_bytes(content)

    found = queue.list_runs()

    assert [run.id for run in found.runs] == [whole.id]
    assert [run.id for run in found.damaged] == [broken.id]
    assert f"{broken.id} cannot be read: {name}" in found.damaged[0].reason
    queue.delete(broken.id)
    assert queue.list_runs().damaged == ()


def test_half_a_line_of_history_is_left_out(no_processes):
    run = queue.submit(runs.spec())
    record = EpochRecord(epoch=1, train_loss=1, train_mse=1, test_mse=1, seconds=1)
    run_store.append_history(run.path, record)
    with (run.path / "history.jsonl").open("a") as file:
        file.write('{"epoch": 2, "train_lo')

    assert run_store.read_history(run) == (record,)


def test_only_so_many_ended_runs_are_kept_and_those_kept_by_name_go_last(no_processes, monkeypatch):
    monkeypatch.setattr(queue, "MAX_RUNS", 3)
    first, *others = (queue.submit(runs.spec()) for _ in range(3))
    queue.mark_kept(first, "mine")

    newest = queue.submit(runs.spec())

    assert [run.id for run in queue.list_runs().runs] == [newest.id, others[1].id, first.id]
    assert queue.find(first.id).kept_as == ("mine",)


def test_only_so_many_bytes_of_ended_runs_are_kept(no_processes, monkeypatch):
    monkeypatch.setattr(queue, "MAX_BYTES", 150_000)
    for _ in range(3):
        (queue.submit(runs.spec()).path / STATE_FILE).write_bytes(bytes(60_000))

    queue.submit(runs.spec())

    assert len(queue.list_runs().runs) == 3


def test_what_a_killed_server_left_half_made_goes_with_time(no_processes):
    queue.submit(runs.spec())
    old, fresh = (run_store.runs_dir() / f".new-{name}" for name in ("old", "fresh"))
    for folder in (old, fresh):
        folder.mkdir()
    os.utime(old, (0, 0))

    queue.submit(runs.spec())

    assert not old.exists()
    assert fresh.exists()
    assert len(queue.list_runs().runs) == 2
