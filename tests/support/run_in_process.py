"""Runs of training that are worked on in the process of the test, and what disturbs them."""

import numpy as np
import pytest
import torch

from aecore.checkpoints import file as checkpoint_file
from aecore.jobs import queue, worker
from aecore.jobs import store as run_store
from aecore.training.fused_backprop import FusedBackprop
from tests.support import runs


@pytest.fixture
def threads_put_back():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def in_this_process(monkeypatch, tmp_path):
    """Nothing is started; the runs are in a folder of the test."""
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(queue, "_start", lambda path, alive: None)
    monkeypatch.setattr(worker, "give_way", lambda: None)


def submit(**changes):
    """The folder of a run that waits for its process."""
    return queue.submit(runs.spec(**changes)).path


def work(path):
    """What `python -m aecore.jobs.worker` does; the run as it ended."""
    worker.main([str(path)])
    return run_store.read(path)


def weights_on_disk(path):
    return checkpoint_file.load(path / "checkpoint.safetensors").weights


@pytest.fixture
def plain(digits):
    """The weights of `runs.spec()` trained without any of this: (epochs) -> weights."""
    return lambda **changes: runs.plain_weights(runs.spec(**changes), digits)


@pytest.fixture
def mnist_like(digits, tmp_path):
    """A folder with an mnist.npz of the first 1,000 bundled digits."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = {
        name: array[:1000].reshape(-1, 28, 28) if name[0] == "x" else array[:1000]
        for name, array in zip(names, digits.arrays.values(), strict=True)
    }
    np.savez(folder / "mnist.npz", **arrays)
    return folder


class Poison:
    """A loss that stops being a number after so many steps."""

    def __init__(self, monkeypatch, steps, poisoned):
        self.steps, self.poisoned, self.real = steps, poisoned, FusedBackprop.__call__
        monkeypatch.setattr(FusedBackprop, "__call__", lambda *batch: self(*batch))

    def __call__(self, *batch):
        self.steps -= 1
        if self.steps < 0:
            return self.poisoned(self, *batch)
        return self.real(*batch)
