"""Small runs for tests of the jobs: a tiny model and the bundled digits."""

from __future__ import annotations

import dataclasses
import time

from aecore import jobs
from aecore.config import ModelConfig, TrainConfig
from aecore.run_folder import Run, RunSpec

MODEL = ModelConfig(latent_dim=2, hidden_dims=(16,))
RECIPE = TrainConfig(gamma=1e-4, epochs=3, batch_size=64)


def spec(model: ModelConfig = MODEL, *, threads: int = 1, **changes) -> RunSpec:
    """A run of `MODEL` on one thread, its recipe changed."""
    train = dataclasses.replace(RECIPE, **changes)
    return RunSpec(preset=None, model=model, train=train, device="cpu", threads=threads)


def wait(run: Run, until, *, seconds: float = 60.0) -> Run:
    """The run as soon as `until(run)` holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = jobs.listed(run.id)
        if until(found):
            return found
        time.sleep(0.01)
    log = (run.path / "log.txt").read_text() if (run.path / "log.txt").exists() else ""
    raise AssertionError(f"not within {seconds:g} s: {jobs.listed(run.id)}\n{log}")


def wait_for_end(run: Run) -> Run:
    """The run as it ended."""
    return wait(run, lambda found: found.ended)
