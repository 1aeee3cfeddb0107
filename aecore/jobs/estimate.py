"""Estimates of the size and the training time of a run on this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from aecore.config import N_PIXELS, ModelConfig, TrainConfig
from aecore.corruptions import NOISES
from aecore.jobs.store import Run
from aecore.models.families import family_of
from aecore.system.threads import cores, one_thread

_SHARE = 0.7
"""Of the speed of a bare matrix product, reached in training: 0.5 to 0.85 for our presets."""
_MUON_STEPS = 4
"""Polynomials of Muon's orthogonalization; each is three products with the Gram matrix."""
_PASS = 30.0
"""Cost of an elementwise pass over a digit or a weight, out of cache, in multiply-adds a value."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Size and training time of a run."""

    weights: int
    """Weights and biases."""
    seconds: float
    """Of training, for the whole plan."""
    basis: str
    """What the seconds are estimated from."""


def estimate(
    model: ModelConfig,
    train: TrainConfig,
    *,
    n_train: int,
    device: str = "auto",
    runs: Sequence[Run] = (),
) -> Estimate:
    """Estimate the size and the training time of a run.

    The time is that of the latest run on the same device and about as many digits, scaled by the
    work of an epoch; without one, that work at the speed of a matrix product measured here.

    Parameters
    ----------
    model : ModelConfig
    train : TrainConfig
    n_train : int
        Training digits.
    device : str
        As in `RunSpec`.
    runs : sequence of Run
        As `aecore.jobs.queue.list_runs` returns them.
    """
    work = epoch_work(model, train, n_train)
    measured = _latest(runs, device, n_train)
    if measured is not None and measured.seconds_per_epoch:
        seconds = measured.seconds_per_epoch
        rate = epoch_work(measured.spec.model, measured.spec.train, measured.digits) / seconds
        name = measured.spec.title or measured.spec.preset or "the run"
        basis = f"from the latest run here: {seconds:.2g} s an epoch of {name}"
    else:
        rate = _SHARE * _product_rate()
        basis = (
            f"from a matrix product measured here: {rate / 1e9:.0f} billion multiply-adds a second"
        )
    return Estimate(
        weights=family_of(model).count_weights(model),
        seconds=train.epochs * work / rate,
        basis=basis,
    )


def epoch_work(model: ModelConfig, train: TrainConfig, n_train: int) -> float:
    """Return about how many multiply-adds an epoch takes."""
    family = family_of(model)
    shapes = [shape for shape in family.state_shapes(model).values() if len(shape) > 1]
    weights = sum(math.prod(shape) for shape in shapes)
    digits: float = n_train * family.multiply_adds(model)
    corruption = NOISES[train.noise.kind].cost if train.noise else 0.0
    passes = 4 + corruption + 8 * train.distortion
    digits += n_train * model.n_inputs * passes * _PASS
    step = 4 * weights * _PASS
    if train.optimizer == "muon":
        step += sum(_orthogonalization(shape[0], math.prod(shape[1:])) for shape in shapes)
    return digits + math.ceil(n_train / train.batch_size) * step


def _orthogonalization(rows: int, columns: int) -> float:
    short, long = sorted((rows, columns))
    return _MUON_STEPS * (2 * short**2 * long + short**3)


def _latest(runs: Sequence[Run], device: str, n_train: int) -> Run | None:
    """Find the run submitted last, of those that measured an epoch under such conditions."""
    comparable = [
        run
        for run in runs
        if run.seconds_per_epoch
        and device in ("auto", run.device, run.spec.device)
        and n_train <= 2 * run.digits <= 4 * n_train
    ]
    return max(comparable, key=lambda run: run.queued, default=None)


@cache
def _product_rate() -> float:
    """Measure the multiply-adds a second of products as in training, on all cores.

    One core is measured and multiplied: several threads are as quick on idle cores only, and wait
    for each other beside other work, up to 16 ms a product where one thread takes 1 ms.
    """
    a, b = np.ones((512, N_PIXELS), np.float32), np.ones((N_PIXELS, 128), np.float32)
    seconds = []
    with one_thread():
        for _ in range(10):
            begun = time.perf_counter()
            a @ b
            seconds.append(time.perf_counter() - begun)
    return cores() * a.size * b.shape[1] / float(np.median(seconds))
