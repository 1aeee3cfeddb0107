"""What the tests of `/train` share: runs in any state, and a queue that takes none."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from aecore.errors import TrainingError
from aecore.jobs import queue
from aecore.jobs import store as run_store
from aecore.jobs.store import ALIVE, CHECKPOINT, Run, RunSpec, Status
from aecore.presets import PRESETS
from aecore.system.process_lock import ProcessLock
from aecore.ui.cache import runs as run_cache

PLANE = PRESETS["plane"]


@pytest.fixture
def submitted(monkeypatch) -> list[RunSpec]:
    """What was submitted; nothing is trained."""
    specs: list[RunSpec] = []

    def submit(spec: RunSpec) -> Run:
        specs.append(spec)
        raise TrainingError("Not *today*.")

    monkeypatch.setattr(queue, "submit", submit)
    return specs


@pytest.fixture
def make_run(tiny_checkpoint) -> Iterator[Callable[..., Run]]:
    """Runs on disk in any state, without a process."""
    numbers = iter(range(1, 100))
    with ExitStack() as held:

        def make(
            state: str, *, epoch: int = 0, checkpoint: bool = False, dim: int = 2, **status
        ) -> Run:
            number = next(numbers)
            path = run_store.runs_dir() / f"20260101-000000-{number:06d}-abcd"
            path.mkdir(parents=True)
            model = dataclasses.replace(PLANE.model, latent_dim=dim)
            spec = RunSpec(preset="plane", model=model, train=PLANE.train)
            run_store.write_spec(path, spec)
            run_store.write_status(
                path, Status(state=state, queued=float(number), epoch=epoch, **status)
            )
            if checkpoint:
                shutil.copy(tiny_checkpoint.path, path / CHECKPOINT)
            alive = held.enter_context(ProcessLock(path / ALIVE))
            if state in ("queued", "running"):
                assert alive.acquire()
            run_cache.refresh()
            return run_store.read(path)

        yield make
