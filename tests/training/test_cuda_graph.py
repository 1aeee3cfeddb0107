"""Captured steps, with a stand-in on the processor for the CUDA device."""

import dataclasses
import logging

import pytest
import torch

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import new_model
from aecore.training import loop
from aecore.training.cuda_graph import CapturedStep
from aecore.training.loop import train

pytestmark = pytest.mark.usefixtures("torch_threads")

MODEL = ModelConfig(latent_dim=3, hidden_dims=(12,), latent_dropout=0.2)
RECIPE = TrainConfig(gamma=0.01, noise=NoiseConfig(), epochs=2, batch_size=100, optimizer="muon")


class StandIn:
    """Captures by keeping the work; counts what is asked of it."""

    def __init__(self):
        self.runs = self.captures = self.replays = 0

    def run(self, work):
        self.runs += 1
        work()

    def capture(self, work):
        self.captures += 1

        def replay():
            self.replays += 1
            self.replay(work)

        return replay

    def replay(self, work):
        work()


class Failing(StandIn):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def capture(self, work):
        super().capture(work)
        work()  # what a broken capture leaves behind must not be trusted
        raise self.error


class DrawingMore(StandIn):
    def __init__(self, generator):
        super().__init__()
        self.generator = generator

    def replay(self, work):
        work()
        torch.rand(1, generator=self.generator)


@pytest.fixture(scope="module")
def images(digits):
    return torch.tensor(digits.train_images), torch.tensor(to_unit(digits.test_images))


@pytest.fixture
def run(images, monkeypatch):
    """Train, with steps captured by a device or as on a processor: (weights, errors)."""

    def run(device=None):
        def compile(step):
            chosen = device(step._generator) if isinstance(device, type) else device
            return CapturedStep(
                step, RECIPE.batch_size, step._generator, step._changed_tensors(), device=chosen
            )

        with monkeypatch.context() as patch:
            if device is not None:
                patch.setattr(loop.TrainingStep, "compile", compile)
            model = new_model(MODEL, seed=0, device=torch.device("cpu"))
            records = list(train(model, *images, RECIPE))
        weights = torch.cat([each.detach().flatten() for each in model.parameters()])
        return weights, [dataclasses.replace(record, seconds=0.0) for record in records]

    return run


def same(first, second):
    return torch.equal(first[0], second[0]) and first[1] == second[1]


def test_a_captured_step_is_compared_once_and_then_replayed(run, caplog):
    device = StandIn()

    captured = run(device)

    # Of 2 x 13 steps one an epoch is short, three warm up, and the fourth is taken both ways.
    assert (device.captures, device.runs, device.replays) == (1, 3 + 2 + 1, 26 - 3 - 2)
    assert same(captured, run())
    assert not caplog.records


@pytest.mark.parametrize(
    "error",
    [RuntimeError("not permitted\nwhen stream is capturing"), torch.OutOfMemoryError()],
    ids=["refused", "out of memory"],
)
def test_a_capture_that_fails_leaves_uncaptured_steps_and_one_warning(run, caplog, error):
    device = Failing(error)

    uncaptured = run(device)

    assert (device.captures, device.runs) == (1, 26)
    assert same(uncaptured, run())
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert "not used, as it failed: " in warning.getMessage()
    assert "\n" not in warning.getMessage()


def test_a_captured_step_that_draws_other_random_numbers_is_not_trusted(run, caplog):
    distrusted = run(DrawingMore)

    assert same(distrusted, run())
    (warning,) = caplog.records
    assert "it draws other random numbers" in warning.getMessage()


@pytest.mark.parametrize(
    ("share", "trusted"), [(1.001, True), (1.1, False), (0.0, False), (float("nan"), False)]
)
def test_differences_beyond_rounding_are_not_trusted(caplog, share, trusted):
    """The step moves 5 values; the graph moves them by a share of that, or to no numbers."""
    values = torch.zeros(5)
    device = StandIn()
    device.replay = lambda work: values.add_(share)
    generator = torch.Generator()
    step = CapturedStep(lambda indices: values.add_(1.0), 2, generator, [values], device=device)

    for _ in range(6):
        step(torch.tensor([0, 1]))

    moves = 3.0 + 3 * share if trusted else 6.0
    torch.testing.assert_close(values, torch.full((5,), moves))
    assert len(caplog.records) == (not trusted)
    assert all("it differs by" in each.getMessage() for each in caplog.records)
