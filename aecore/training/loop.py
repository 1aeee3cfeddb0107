"""The training loop: no printing, no files. Records go out, stop requests come in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from aecore.config import N_PIXELS, ModelConfig, NoiseConfig, TrainConfig
from aecore.corruptions import NOISES
from aecore.data.augmentation import augment
from aecore.data.noise import corrupt, corrupt_fixed
from aecore.errors import TrainingError
from aecore.models.autoencoder import Autoencoder, penalty
from aecore.training.cuda_graph import CapturedStep
from aecore.training.fused_backprop import Backpropagation, apart, together
from aecore.training.history import EpochRecord
from aecore.training.optimizers import new_optimizers, rates
from aecore.training.resume_state import TrainingState

_EVALUATION_BATCH = 2_000


def pick_device(name: str | None = None) -> torch.device:
    """The device called `name`; without one the best there is: CUDA, then MPS, then the CPU.

    Raises
    ------
    TrainingError
        If the named device is unknown or not on this machine.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name is None or name == "auto":
        name = next(device for device, there in available.items() if there)
    if not available.get(name, False):
        there = ", ".join(device for device in available if available[device])
        raise TrainingError(f"There is no device {name!r} here. Choose one of: auto, {there}.")
    return torch.device(name)


def new_model(config: ModelConfig, *, seed: int, device: torch.device) -> Autoencoder:
    """A model with fresh weights that depend on the seed alone, not on the device."""
    return Autoencoder(config, generator=torch.Generator().manual_seed(seed)).to(device)


def train(
    model: Autoencoder,
    train_images: Tensor,
    test_images: Tensor,
    config: TrainConfig,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    state: TrainingState | None = None,
    keep: Callable[[TrainingState], None] = lambda state: None,
) -> Iterator[EpochRecord]:
    """Train `model` in place, yielding a record after each epoch.

    A run that goes on from a state gives, bit for bit on a CPU with as many threads, what it would
    have given without the break.

    Parameters
    ----------
    model : Autoencoder
        Already on its device.
    train_images : Tensor of shape (N, 784), uint8 in 0..255
        On the model's device; the whole of the data is one tensor there.
    test_images : Tensor of shape (M, 784), float32 in 0..1
        On the model's device.
    config : TrainConfig
    should_stop : callable
        Asked before every step. When it says yes the generator ends, without a record
        for the epoch under way; the model keeps what it has learned.
    state : TrainingState, optional
        Where to go on; the epochs before are neither trained nor yielded again.
    keep : callable
        Gets the state after every epoch, before its record is yielded. It changes with the next
        step: copy what is to last.

    Yields
    ------
    EpochRecord

    Raises
    ------
    TrainingError
        If the loss stops being finite; the model then holds the last good epoch's weights. Or if
        the two configurations do not fit together, or the state is another model's or device's.
    """
    if config.kl_weight and not model.config.variational:
        raise TrainingError("kl_weight is for variational models; this one is not. Leave it at 0.")
    device = train_images.device
    generator = torch.Generator(device=device).manual_seed(config.seed)
    test_inputs = fixed_corruption(test_images, config.noise)
    steps = math.ceil(len(train_images) / config.batch_size)
    schedule = rates(config, config.epochs * steps).to(device).split(steps)
    rate = schedule[0][0].clone()
    backpropagate = Backpropagation(
        model,
        kl_weight=config.kl_weight,
        batch_sizes={config.batch_size, len(train_images) % config.batch_size},
        generator=generator,
    )
    optimizers = new_optimizers(model, config, rate=rate)
    sum_of_losses, sum_of_errors = sums = torch.zeros(2, device=device)
    gather = Gathering(train_images, config.batch_size, parts=backpropagate.parts)

    def step(rows: Tensor) -> None:
        """Learn from the digits in these rows."""
        target = gather(rows)
        if config.distortion:
            whole = augment(together(target), share=config.distortion, generator=generator)
            target = apart(whole, backpropagate.parts)
        x = _corrupt(target, config.noise, generator)
        loss, mse = backpropagate(x, target)
        for optimizer in optimizers:
            optimizer.step()
        sum_of_losses.add_(loss, alpha=len(rows))
        sum_of_errors.add_(mse, alpha=len(rows))

    if device.type == "cuda":
        run = CapturedStep(step, config.batch_size, generator)
    else:
        run = torch.inference_mode()(step)  # no books are kept of versions and views
    history = list(state.history) if state else []
    if state:
        state.restore(model, optimizers, generator)
    good = _copy_state(model)
    begun = time.perf_counter() - (history[-1].seconds if history else 0.0)

    for epoch, epoch_rates in list(enumerate(schedule, start=1))[len(history) :]:
        model.train()
        sums.zero_()
        order = torch.randperm(len(train_images), generator=generator, device=device)
        for rows, step_rate in zip(order.split(config.batch_size), epoch_rates, strict=True):
            if should_stop():
                return
            rate.copy_(step_rate)
            run(rows)

        means = sums / len(train_images)
        with torch.no_grad():
            means[0] += penalty(model, config.gamma)
        test_error = mean_squared_error(model, test_inputs, test_images)
        # The one time that an epoch waits for the device.
        mean_loss, mean_mse, test_mse = torch.stack((*means, test_error)).tolist()
        if not (math.isfinite(mean_loss) and math.isfinite(test_mse)):
            model.load_state_dict(good)
            raise _divergence(epoch, config.learning_rate)
        good = _copy_state(model)
        record = EpochRecord(
            epoch=epoch,
            train_loss=mean_loss,
            train_mse=mean_mse,
            test_mse=test_mse,
            seconds=time.perf_counter() - begun,
        )
        history.append(record)
        keep(TrainingState.of(model, optimizers, generator, history))
        yield record


class Gathering:
    """Takes digits out of the whole of the data: bytes, as picking rows waits for memory.

    Parameters
    ----------
    images : Tensor of shape (N, 784), uint8 in 0..255
    batch_size : int
        The largest batch that will be asked for.
    parts : int
        P, in how many parts the pixels are to come.
    """

    def __init__(self, images: Tensor, batch_size: int, *, parts: int) -> None:
        self._pieces = images.view(-1, N_PIXELS // parts)
        self._part = torch.arange(parts, device=images.device)[:, None]
        self._bytes = self._pieces.new_empty(parts * batch_size, N_PIXELS // parts)
        self._digits = torch.empty_like(self._bytes, dtype=torch.float32)

    def __call__(self, rows: Tensor) -> Tensor:
        """Digits by their numbers, (B,) int64 -> (P, B, 784 / P), float32 in 0..1.

        They are overwritten by the next ones.
        """
        numbers = torch.add(self._part, rows, alpha=len(self._part)).view(-1)
        picked = torch.index_select(self._pieces, 0, numbers, out=self._bytes[: len(numbers)])
        digits = torch.div(picked, 255.0, out=self._digits[: len(numbers)])
        return digits.view(len(self._part), len(rows), -1)


@torch.no_grad()
def mean_squared_error(model: Autoencoder, inputs: Tensor, targets: Tensor) -> Tensor:
    """Error per pixel in eval mode, a scalar on the model's device; both are (N, 784)."""
    model.eval()
    batches = zip(inputs.split(_EVALUATION_BATCH), targets.split(_EVALUATION_BATCH), strict=True)
    sums = [nn.functional.mse_loss(model(x), target, reduction="sum") for x, target in batches]
    return torch.stack(sums).sum() / targets.numel()


def _divergence(epoch: int, learning_rate: float) -> TrainingError:
    kept = f"the weights of epoch {epoch - 1} are kept" if epoch > 1 else "nothing was learned"
    return TrainingError(
        f"The loss stopped being finite in epoch {epoch}; {kept}. "
        f"Try a smaller learning rate than {learning_rate:g}."
    )


def _corrupt(target: Tensor, noise: NoiseConfig | None, generator: torch.Generator) -> Tensor:
    """Corrupt digits (P, B, 784 / P), whose pixels come in P parts."""
    if noise is None or NOISES[noise.kind].pixelwise:
        return corrupt(target, noise, generator=generator)
    return apart(corrupt(together(target), noise, generator=generator), len(target))


def fixed_corruption(images: Tensor, noise: NoiseConfig | None) -> Tensor:
    """The test digits as `aecore.data.noise.corrupt_fixed` corrupts them, on their own device."""
    return torch.from_numpy(corrupt_fixed(images.cpu().numpy(), noise)).to(images.device)


def _copy_state(model: Autoencoder) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}
