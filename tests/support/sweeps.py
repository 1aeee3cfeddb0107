"""A Dask scheduler and workers as processes of their own, and results without training.

A test module asks for the fixtures with `pytest_plugins = ["tests.support.sweeps"]`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aecore.sweeps.grid import Point, SweepSpec
from aecore.sweeps.result import Result
from tests.support.command_line import REPOSITORY, free_port

SETTINGS = {"epochs": ("1",), "hidden_dims": ("8",), "batch_size": ("400",)}
"""Of trainings that take a tenth of a second."""


def spec(preset: str = "plane", *, seeds: int = 1, **values) -> SweepSpec:
    """A sweep over bundled digits."""
    return SweepSpec(preset=preset, values=values, seeds=tuple(range(seeds)), data="bundled")


def result(point: Point, *, fingerprint: str = "", **changes) -> Result:
    """A result that nobody has trained."""
    facts = {
        "key": point.key(fingerprint),
        "preset": point.preset,
        "settings": point.settings(),
        "seed": point.train.seed,
        "test_mse": 0.1 / point.model.latent_dim + 0.001 * point.train.seed,
        "pca_test_mse": 0.2 / point.model.latent_dim,
        "knn5_accuracy": 0.5,
        "seconds": 0.0,
        "threads": 1,
        "device": "cpu",
    }
    return Result(**facts | changes)


def results(spec: SweepSpec, **changes) -> list[Result]:
    """Those of all points."""
    return [result(point, **changes) for point in spec.points()]


def skip_training(sweep, point, *, fingerprint, **_) -> tuple[Result, bytes]:
    """In place of `aecore.sweeps.task.train_point`."""
    return result(point, fingerprint=fingerprint), b""


def dask(*arguments: str, cwd: Path = REPOSITORY, **environment: str) -> subprocess.Popen:
    """A scheduler or a worker, without pages of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "AECORE_DOWNLOAD": "off"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def ending(*processes: subprocess.Popen) -> Iterator[None]:
    """Processes that end with the block."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()  # a worker that has lost its scheduler tries on for long
        for process in processes:
            process.wait()


def start_scheduler(port: int | None = None) -> tuple[str, subprocess.Popen]:
    port = port or free_port()
    process = dask("scheduler", "--host", "127.0.0.1", "--port", str(port))
    return f"tcp://127.0.0.1:{port}", process


def start_worker(address: str, **options) -> subprocess.Popen:
    return dask("worker", address, "--nthreads", "1", "--no-nanny", **options)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers, each a process of its own."""
    address, process = start_scheduler()
    with ending(process), ending(start_worker(address), start_worker(address)):
        yield address


def wait_until(condition, *, seconds: float = 300.0) -> None:
    """Wait until `condition()` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
