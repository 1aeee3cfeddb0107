"""What a training run will cost on this machine, and what is unusual about its settings."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from aecore.config import N_PIXELS, ModelConfig, TrainConfig
from aecore.corruptions import NOISES
from aecore.jobs.store import Run
from aecore.presets import Preset
from aecore.system.threads import cores, one_thread

_SHARE = 0.7
"""Of the speed of a bare matrix product, what training reaches: 0.5 to 0.85 for our presets."""
_MUON_PRODUCTS = 4
"""Polynomials of Muon's orthogonalisation; each is three products with the Gram matrix."""
_TOUCHES = 30.0
"""Multiply-adds that an operation on every value of a digit or a weight, out of cache, is worth."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What to expect of a run."""

    weights: int
    """Weights and biases."""
    seconds: float
    """Of training, for the whole plan."""
    basis: str
    """How the seconds were found."""


def estimate(
    model: ModelConfig,
    train: TrainConfig,
    *,
    n_train: int,
    device: str = "auto",
    runs: Sequence[Run] = (),
) -> Estimate:
    """Size and time of a run.

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
        The latest first, as `aecore.jobs.queue.listing` has them.
    """
    each = epoch_work(model, train, n_train)
    measured = _latest(runs, device, n_train)
    if measured is not None:
        rate = epoch_work(measured.spec.model, measured.spec.train, measured.digits)
        rate /= measured.seconds_per_epoch
        name = measured.spec.title or measured.spec.preset or "the run"
        basis = f"from the latest run here: {measured.seconds_per_epoch:.2g} s an epoch of {name}"
    else:
        rate = _SHARE * _product_rate()
        basis = (
            f"from a matrix product measured here: {rate / 1e9:.0f} billion multiply-adds a second"
        )
    return Estimate(weights=model.n_weights, seconds=train.epochs * each / rate, basis=basis)


def epoch_work(model: ModelConfig, train: TrainConfig, n_train: int) -> float:
    """About how many multiply-adds an epoch takes."""
    shapes = [shape for shape in model.weight_shapes().values() if len(shape) == 2]
    weights = sum(math.prod(shape) for shape in shapes)
    first = N_PIXELS * model.hidden_dims[0]
    digits = n_train * (3 * weights - first)  # forward, and twice back but for the pixels
    corruption = NOISES[train.noise.kind].cost if train.noise else 0.0
    passes = 4 + corruption + 8 * train.distortion
    digits += n_train * N_PIXELS * passes * _TOUCHES
    step = 4 * weights * _TOUCHES
    if train.optimizer == "muon":
        step += sum(_orthogonalising(*shape) for shape in shapes)
    return digits + math.ceil(n_train / train.batch_size) * step


def _orthogonalising(rows: int, columns: int) -> float:
    short, long = sorted((rows, columns))
    return _MUON_PRODUCTS * (2 * short**2 * long + short**3)


def _latest(runs: Sequence[Run], device: str, n_train: int) -> Run | None:
    """The run that was submitted last, of those that have measured an epoch as it will be here."""
    fit = [
        run
        for run in runs
        if run.seconds_per_epoch
        and device in ("auto", run.device, run.spec.device)
        and n_train <= 2 * run.digits <= 4 * n_train
    ]
    return max(fit, key=lambda run: run.queued, default=None)


@cache
def _product_rate() -> float:
    """Multiply-adds a second of products as in training, on all cores.

    Measured with one and multiplied: several are as quick on idle cores only, and wait for each
    other beside other work, up to 16 ms a product where one thread takes 1 ms.
    """
    a, b = np.ones((512, N_PIXELS), np.float32), np.ones((N_PIXELS, 128), np.float32)
    seconds = []
    with one_thread():
        for _ in range(10):
            begun = time.perf_counter()
            a @ b
            seconds.append(time.perf_counter() - begun)
    return cores() * a.size * b.shape[1] / float(np.median(seconds))


def unusual(
    model: ModelConfig, train: TrainConfig, *, preset: Preset | None = None
) -> tuple[str, ...]:
    """What is out of the ordinary about these settings, a sentence each.

    Parameters
    ----------
    model : ModelConfig
    train : TrainConfig
    preset : Preset, optional
        The one it came from.
    """
    return (*_of_model(model), *_of_training(model, train), *_beside_preset(train, preset))


def _of_model(model: ModelConfig) -> Iterator[str]:
    dim, narrowest, rate = model.latent_dim, min(model.hidden_dims), model.latent_dropout
    if dim == N_PIXELS:
        yield f"A code of {dim} numbers has room for every pixel: nothing has to be squeezed."
    elif dim > narrowest:
        yield (
            f"The code has {dim} numbers, but a hidden layer only {narrowest} units: no more than "
            f"{narrowest} of the code's directions can be used."
        )
    elif dim == narrowest and dim > 2:
        yield (
            f"The narrowest hidden layer has as many units as the code has numbers ({dim}): those "
            "that switch off are missed, and PCA is hard to beat."
        )
    if rate:
        none = rate**dim
        if none >= 0.005:
            what = {1: "the only number", 2: "both numbers"}.get(dim, f"all {dim} numbers")
            yield (
                f"Code dropout {rate:g} on {dim} dimension{'s' * (dim > 1)} drops {what} of a "
                f"digit's code in {none:.0%} of steps."
            )
        elif rate >= 0.5:
            left = (1 - rate) * dim
            yield f"Code dropout {rate:g} leaves {left:.3g} of {dim} numbers of a code on average."
    if model.weight_init == "zeros":
        yield (
            "All weight matrices start at zero: units of a layer differ at first only by their "
            "biases."
        )
    for before, after in itertools.pairwise(model.hidden_dims):
        if after > before:
            yield f"A hidden layer of {after} units follows a narrower one of {before}."
            break


def _of_training(model: ModelConfig, train: TrainConfig) -> Iterator[str]:
    noise = train.noise
    if noise is not None:
        if advice := NOISES[noise.kind].advice(noise.level, N_PIXELS):
            yield advice
        if noise.level == 0.0:
            yield "The noise has level 0: the input is left as it is."
    if model.variational and not train.kl_weight:
        yield "The KL divergence has weight 0: nothing holds the codes near N(0, I)."
    if train.gamma > 0.03:
        yield f"gamma {train.gamma:g} is a strong penalty: large weights cost more than errors."


def _beside_preset(train: TrainConfig, preset: Preset | None) -> Iterator[str]:
    if preset is None:
        return
    usual = preset.notebook_recipe() if train.optimizer == "adam" else preset.train
    ratio = train.learning_rate / usual.learning_rate
    if ratio >= 4 or ratio <= 0.25:
        size = f"{ratio:.3g} times" if ratio > 1 else f"1/{1 / ratio:.3g} of"
        yield (
            f"The learning rate {train.learning_rate:g} is {size} that of {preset.name} "
            f"({usual.learning_rate:g}): "
            + ("training may diverge." if ratio > 1 else "it may need many more epochs.")
        )
    if train.batch_size >= 8 * usual.batch_size or 8 * train.batch_size <= usual.batch_size:
        yield (
            f"Batches of {train.batch_size:,} instead of {usual.batch_size:,}: "
            + (
                "far fewer steps an epoch."
                if train.batch_size > usual.batch_size
                else "far more steps an epoch, and slower ones."
            )
        )
    if train.epochs * 4 <= usual.epochs:
        yield f"{train.epochs} epochs are few beside the {usual.epochs} of {preset.name}."
