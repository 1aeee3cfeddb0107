"""One run in this process: what it leaves in its folder, whatever goes wrong."""

import dataclasses
import math
import shutil
import time

import numpy as np
import pytest
import torch

from aecore.checkpoints import file as checkpoint_file
from aecore.config import NoiseConfig
from aecore.jobs import queue, snapshots, trainer
from aecore.jobs import store as run_store
from aecore.jobs.store import STATE_FILE, STOP
from aecore.training.resume_state import ResumeState
from tests.support import runs
from tests.support.run_in_process import Poison, submit, weights_on_disk, work

pytest_plugins = ["tests.support.run_in_process"]
pytestmark = pytest.mark.usefixtures("torch_threads", "threads_put_back", "in_this_process")


def test_a_finished_run_has_everything(plain):
    path = submit(noise=NoiseConfig(level=0.3))

    run = work(path)

    assert (run.state, run.epoch, run.progress) == ("done", 3, 1.0)
    assert runs.same_weights(weights_on_disk(path), plain(noise=NoiseConfig(level=0.3)))
    found = checkpoint_file.load(run.checkpoint_path)
    assert found.card.train == run.spec.train
    assert found.card.history == run_store.read_history(run)
    assert found.card.metrics["pca_test_mse"] == run.pca_test_mse
    assert found.card.metrics["test_mse"] == pytest.approx(found.card.history[-1].test_mse)
    assert snapshots.epochs(run) == (0, 1, 2, 3)
    scene = snapshots.read_scene(run)
    assert scene.labels.shape == (500,)
    assert scene.inputs.shape == scene.targets.shape == (10, 784)
    assert not np.array_equal(scene.inputs, scene.targets)


def test_the_last_frame_is_the_map_of_the_checkpoint():
    run = work(submit())

    last = snapshots.read(run, 3)
    found = checkpoint_file.load(run.checkpoint_path)
    placed = found.codes[:2000].astype(float) @ last.rotation + last.shift
    np.testing.assert_allclose(placed, last.points, atol=0.03)
    assert np.array_equal(last.filters, found.weights["encoder.layers.0.weight"].astype("f2"))


def test_a_stop_in_mid_epoch_keeps_the_last_whole_epoch(plain, monkeypatch):
    path = submit()
    Poison(
        monkeypatch,
        2 * 21 + 5,
        lambda it, *batch: (path / STOP).touch() or it.real(*batch),
    )
    monkeypatch.setattr("aecore.jobs.recorder.POLL_SECONDS", 0.0)

    run = work(path)

    assert (run.state, run.epoch, run.has_checkpoint, run.resumable) == ("stopped", 2, True, True)
    assert run.message == "Stopped after epoch 2 of 3."
    assert runs.same_weights(weights_on_disk(path), plain(epochs=2))


def test_a_stop_before_the_first_epoch_was_done_says_so(monkeypatch):
    path = submit()
    Poison(monkeypatch, 5, lambda it, *batch: (path / STOP).touch() or it.real(*batch))
    monkeypatch.setattr("aecore.jobs.recorder.POLL_SECONDS", 0.0)

    run = work(path)

    assert (run.state, run.epoch, run.has_checkpoint, run.resumable) == ("stopped", 0, False, True)
    assert "nothing was learned yet" in run.message


def test_a_stop_while_the_digits_are_read_is_honored_at_once(monkeypatch):
    path = submit()
    real = trainer.sources.load

    def slow(*args, **kwargs):
        (path / STOP).touch()
        time.sleep(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(trainer.sources, "load", slow)
    begun = time.monotonic()

    run = work(path)

    assert time.monotonic() - begun < 1.0
    assert (run.state, run.epoch) == ("stopped", 0)
    assert run.message == "Stopped while it was starting."


@pytest.mark.parametrize("changes", [{}, {"optimizer": "muon", "schedule": "linear"}])
def test_a_stopped_run_resumes_to_the_weights_of_one_that_never_stopped(
    plain, monkeypatch, changes
):
    path = submit(**changes)
    with monkeypatch.context() as patch:
        Poison(patch, 30, lambda it, *batch: (path / STOP).touch() or it.real(*batch))
        patch.setattr("aecore.jobs.recorder.POLL_SECONDS", 0.0)
        assert work(path).epoch == 1

    queue.resume(path)
    run = work(path)

    assert (run.state, run.epoch) == ("done", 3)
    assert runs.same_weights(weights_on_disk(path), plain(**changes))
    assert [record.epoch for record in run_store.read_history(run)] == [1, 2, 3]
    assert snapshots.epochs(run) == (0, 1, 2, 3)


def test_a_finished_run_can_be_given_more_epochs(plain):
    path = submit(optimizer="muon", schedule="linear")
    work(path)

    queue.resume(path, epochs=5)
    run = work(path)

    assert run.spec.train.restarts == (3,)
    assert runs.same_weights(
        weights_on_disk(path),
        plain(optimizer="muon", schedule="linear", epochs=5, restarts=(3,)),
    )
    assert checkpoint_file.load(run.checkpoint_path).card.train == run.spec.train


def test_a_diverged_run_says_why_and_keeps_the_last_good_epoch(plain, monkeypatch):
    path = submit()

    def poison(it, *batch):
        loss, mse = it.real(*batch)
        return loss * math.nan, mse

    with monkeypatch.context() as patch:
        Poison(patch, 2 * 21 + 5, poison)
        run = work(path)

    assert run.state == "failed"
    assert "stopped being finite in epoch 3" in run.message
    assert runs.same_weights(weights_on_disk(path), plain(epochs=2))
    assert ResumeState.load(path / STATE_FILE).epoch == 2


def test_batches_that_do_not_fit_into_memory_are_halved(plain, monkeypatch):
    path = submit()

    def burst(it, learner, x, target, weight):
        if x.shape[1] > 16:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return it.real(learner, x, target, weight)

    with monkeypatch.context() as patch:
        Poison(patch, 0, burst)
        run = work(path)

    assert (run.state, run.spec.train.batch_size) == ("done", 16)
    assert [note[:17] for note in run.notes] == ["Batches of 64 did", "Batches of 32 did"]
    assert "from epoch 1 on they hold 16" in run.notes[-1]
    assert runs.same_weights(weights_on_disk(path), plain(batch_size=16))


def test_memory_that_holds_no_batch_at_all_is_told(monkeypatch):
    path = submit()

    def burst(*batch):
        raise torch.OutOfMemoryError("CUDA out of memory")

    Poison(monkeypatch, 0, burst)

    run = work(path)

    assert run.state == "failed"
    assert "not even with batches of 16. Choose a smaller model" in run.message


def test_a_data_folder_removed_while_training_disturbs_nothing(mnist_like, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(mnist_like))
    path = submit()
    Poison(
        monkeypatch,
        10,
        lambda it, *batch: shutil.rmtree(mnist_like, ignore_errors=True) or it.real(*batch),
    )

    run = work(path)

    assert not mnist_like.exists()
    assert (run.state, run.epoch) == ("done", 3)


def test_a_data_folder_removed_before_is_told_and_the_run_can_be_resumed_when_it_is_back(
    mnist_like, monkeypatch
):
    monkeypatch.setenv("AECORE_DATA", str(mnist_like))
    path = submit()
    hidden = mnist_like.rename(mnist_like.with_name("elsewhere"))

    failed = work(path)
    hidden.rename(mnist_like)
    queue.resume(path)
    run = work(path)

    assert failed.state == "failed"
    assert f"{mnist_like}: not a folder, it does not exist" in failed.message
    assert run.state == "done"


def test_other_digits_than_a_run_began_with_are_refused(mnist_like, monkeypatch):
    path = submit()
    assert work(path).state == "done"
    spec = run_store.read_spec(path)
    queue.resume(path, epochs=5)
    changed = dataclasses.replace(spec, data=str(mnist_like), train=queue.extend(spec.train, 5))
    run_store.write_spec(path, changed)

    run = work(path)

    assert run.state == "failed"
    assert "not those the run began with" in run.message
    assert run.has_checkpoint


def test_a_damaged_state_is_told_and_trained_again(plain):
    path = submit()
    work(path)
    queue.resume(path, epochs=4)
    state = path / STATE_FILE
    state.write_bytes(state.read_bytes()[:1000])

    run = work(path)

    assert run.state == "done"
    assert "saved state of the run is damaged" in run.notes[0]
    assert "starts again from the beginning" in run.notes[0]
    assert runs.same_weights(weights_on_disk(path), plain(epochs=4))


def test_an_unexpected_fault_is_told_and_written_into_the_log(monkeypatch, capsys):
    path = submit()

    def burst(*batch):
        raise ZeroDivisionError("oh")

    Poison(monkeypatch, 25, burst)

    run = work(path)

    assert run.state == "failed"
    assert run.message.startswith("An unexpected ZeroDivisionError: oh.")
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert ResumeState.load(path / STATE_FILE).epoch == 1


def test_progress_is_told_within_an_epoch(monkeypatch):
    path = submit()
    monkeypatch.setattr("aecore.jobs.recorder.STATUS_SECONDS", 0.0)
    told = []
    real = run_store.write_status

    def write(path, status):
        told.append(status.progress)
        real(path, status)

    monkeypatch.setattr(run_store, "write_status", write)

    work(path)

    assert told == sorted(told)
    assert len({progress for progress in told if 0 < progress < 1 / 3}) > 5


def test_saving_takes_a_small_share_of_the_time(monkeypatch):
    path = submit(epochs=30)
    saved = []

    def slow(state, to):
        saved.append(state.epoch)
        time.sleep(0.05)

    monkeypatch.setattr(ResumeState, "save", slow)

    work(path)

    assert saved[0] == 1
    assert saved[-1] == 30
    assert len(saved) < 15
