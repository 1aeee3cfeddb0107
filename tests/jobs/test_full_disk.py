"""A run on a disk that is full, for a while or for good."""

import errno
import os

import numpy as np
import pytest

from aecore.jobs import queue, snapshots
from aecore.jobs import store as run_store
from aecore.jobs.recorder import Recorder
from aecore.jobs.store import STATE_FILE, STATUS
from aecore.system import atomic_file
from aecore.training.history import EpochRecord
from aecore.training.resume_state import ResumeState
from tests.support import runs
from tests.support.run_in_process import Poison, submit, weights_on_disk, work

pytest_plugins = ["tests.support.run_in_process"]
pytestmark = pytest.mark.usefixtures("torch_threads", "threads_put_back", "in_this_process")


class FullDisk:
    """Every write of a new file's content fails while it is full."""

    def __init__(self, monkeypatch):
        self.full, self.failed = False, 0
        for name in ("replace", "fsync"):
            monkeypatch.setattr(os, name, self._wrap(getattr(os, name)))

    def _wrap(self, real):
        def call(*args):
            if self.full:
                self.failed += 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args)

        return call


def test_a_disk_that_is_full_for_a_while_loses_nothing(plain, monkeypatch):
    path = submit()
    disk = FullDisk(monkeypatch)
    said = []

    def fill(it, *batch):
        disk.full = True
        return it.real(*batch)

    def make_room(seconds):
        said.append(run_store.read_status(path).message)
        disk.full = False

    with monkeypatch.context() as patch:
        Poison(patch, 25, fill)
        patch.setattr("aecore.jobs.recorder.sleep", make_room)
        run = work(path)

    assert disk.failed > 0
    assert len(said) == 1
    assert "no room left on the disk" in said[0]
    assert (run.state, run.epoch, run.message) == ("done", 3, "")
    assert runs.same_weights(weights_on_disk(path), plain())
    assert ResumeState.load(path / STATE_FILE).epoch == 3


def test_a_disk_that_stays_full_is_told_and_the_run_goes_on_from_what_was_saved(plain, monkeypatch):
    path = submit()
    with monkeypatch.context() as patch:
        disk = FullDisk(patch)
        patch.setattr("aecore.jobs.recorder.RETRY_SECONDS", 0.0)

        def fill(it, *batch):
            disk.full = True
            return it.real(*batch)

        Poison(patch, 25, fill)
        failed = work(path)

    saved = ResumeState.load(path / STATE_FILE).epoch
    queue.resume(path)
    run = work(path)

    assert failed.state == "failed"
    assert "no room left on the disk" in failed.message
    assert saved == 1
    assert run.state == "done"
    assert runs.same_weights(weights_on_disk(path), plain())
    assert not list(path.rglob(f"{atomic_file.MARK}*"))


def test_a_full_disk_is_told_while_it_lasts(monkeypatch):
    path = submit()
    disk = FullDisk(monkeypatch)
    recorder = Recorder(path, run_store.read_spec(path))
    record = EpochRecord(epoch=1, train_loss=1, train_mse=1, test_mse=1, seconds=1)
    rows = np.zeros((3, 784))
    frame = snapshots.Snapshot.of(1, np.ones((3, 2)), rows, rows, None)

    disk.full = True
    recorder.add_snapshot(frame)
    recorder.update_status()
    during = run_store.read_status(path).message
    disk.full = False
    recorder.add_snapshot(frame)
    recorder.add_epoch(record)

    assert "no room left on the disk" in during
    assert run_store.read_status(path).message == ""


def test_the_status_tells_of_a_full_disk_in_its_old_place(tmp_path, monkeypatch):
    path = submit()
    recorder = Recorder(path, run_store.read_spec(path))
    FullDisk(monkeypatch).full = True

    recorder.update_status(message="x" * 300)

    assert run_store.read_status(path).message == "x" * 300
    assert sorted(file.name for file in path.iterdir() if file.name.startswith(STATUS)) == [STATUS]
