"""Small runs for tests of the jobs: a tiny model and the bundled digits."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import torch

from aecore.config import ModelConfig, TrainConfig
from aecore.data.dataset import Dataset
from aecore.imaging.levels import to_unit
from aecore.jobs import queue
from aecore.jobs.store import Run, RunSpec
from aecore.models.autoencoder import new_model
from aecore.training.loop import train

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
        found = queue.find(run.id)
        if until(found):
            return found
        time.sleep(0.03)
    log = (run.path / "log.txt").read_text() if (run.path / "log.txt").exists() else ""
    raise AssertionError(f"not within {seconds:g} s: {queue.find(run.id)}\n{log}")


def wait_for_end(run: Run) -> Run:
    """The run as it ended."""
    return wait(run, lambda found: found.ended)


def plain_weights(spec: RunSpec, digits: Dataset) -> dict[str, np.ndarray]:
    """What `spec` gives when it is trained in one go, without any job."""
    images = torch.tensor(digits.train_images), torch.tensor(to_unit(digits.test_images))
    threads = torch.get_num_threads()
    torch.set_num_threads(spec.threads)
    try:
        model = new_model(spec.model, seed=spec.train.seed, device=torch.device("cpu"))
        for _ in train(model, *images, spec.train):
            pass
    finally:
        torch.set_num_threads(threads)
    return {name: value.numpy() for name, value in model.state_dict().items()}


def same_weights(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    """Whether they agree bit for bit."""
    return all(np.array_equal(first[name], second[name]) for name in first | second)
