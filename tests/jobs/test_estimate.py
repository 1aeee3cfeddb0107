"""Estimates of the size and the training time of a run."""

import dataclasses
from pathlib import Path

import pytest

from aecore.config import NoiseConfig
from aecore.jobs.estimate import epoch_work, estimate
from aecore.jobs.store import Run
from aecore.presets import get_preset
from tests.support import runs

PLANE = get_preset("plane")


def finished(preset, *, seconds_per_epoch, queued=0.0, device="cpu", digits=60_000):
    return Run(
        id="20260101-000000-000000-0000",
        path=Path("/nowhere"),
        spec=runs.RunSpec(preset=preset.name, model=preset.model, train=preset.train),
        state="done",
        queued=queued,
        phase="",
        epoch=20,
        progress=1.0,
        seconds_left=0.0,
        seconds_per_epoch=seconds_per_epoch,
        pca_test_mse=None,
        source="MNIST",
        digits=digits,
        device=device,
        message="",
        notes=(),
        has_checkpoint=True,
        kept_as=(),
    )


def test_weights_are_counted():
    found = estimate(PLANE.model, PLANE.train, n_train=60_000)

    matrices, biases = 2 * (784 * 128 + 128 * 2), 128 + 2 + 128 + 784
    assert found.weights == matrices + biases


def test_without_a_run_the_time_is_that_of_a_matrix_product():
    found = estimate(PLANE.model, PLANE.train, n_train=60_000)
    twice = dataclasses.replace(PLANE.train, epochs=2 * PLANE.train.epochs)

    assert "from a matrix product measured here" in found.basis
    assert 0.1 < found.seconds < 1_000
    assert estimate(PLANE.model, twice, n_train=60_000).seconds == pytest.approx(2 * found.seconds)


def test_the_latest_run_on_the_device_tells_the_time():
    wide = get_preset("wide")
    measured = [
        finished(PLANE, seconds_per_epoch=9.0, queued=1.0),
        finished(PLANE, seconds_per_epoch=0.5, queued=2.0),
        finished(PLANE, seconds_per_epoch=0.01, queued=3.0, device="cuda"),
        finished(PLANE, seconds_per_epoch=0.02, queued=3.5, digits=1_297),
        dataclasses.replace(
            finished(PLANE, seconds_per_epoch=7.0, queued=4.0), seconds_per_epoch=None
        ),
    ]

    same = estimate(PLANE.model, PLANE.train, n_train=60_000, device="cpu", runs=measured)
    other = estimate(wide.model, wide.train, n_train=60_000, device="cpu", runs=measured)

    assert same.seconds == pytest.approx(0.5 * PLANE.train.epochs)
    assert same.basis == "from the latest run here: 0.5 s an epoch of plane"
    share = epoch_work(wide.model, wide.train, 60_000) / epoch_work(
        PLANE.model, PLANE.train, 60_000
    )
    assert other.seconds == pytest.approx(0.5 * share * wide.train.epochs)


def test_more_of_anything_is_more_work():
    base = epoch_work(PLANE.model, PLANE.train, 60_000)

    assert epoch_work(PLANE.model, PLANE.train, 30_000) < base
    assert (
        epoch_work(dataclasses.replace(PLANE.model, hidden_dims=(256,)), PLANE.train, 60_000) > base
    )
    for changes in ({"noise": NoiseConfig()}, {"distortion": 0.5}, {"batch_size": 64}):
        train = dataclasses.replace(PLANE.train, **changes)
        assert epoch_work(PLANE.model, train, 60_000) > base
