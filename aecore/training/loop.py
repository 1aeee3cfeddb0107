"""The training loop: no printing, no files. Records go out, stop requests come in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from aecore.config import NoiseConfig, TrainConfig
from aecore.data.noise import corrupt_fixed
from aecore.errors import TrainingError
from aecore.models.autoencoder import Autoencoder
from aecore.models.families import family_of
from aecore.training.batches import Batches
from aecore.training.cuda_graph import CapturedStep
from aecore.training.fused_backprop import FusedBackprop
from aecore.training.history import EpochRecord
from aecore.training.loss import AutogradBackprop, weight_decay
from aecore.training.optimizers import new_optimizers
from aecore.training.resume_state import ResumeState
from aecore.training.schedules import learning_rates

_EVALUATION_BATCH = 2_000


def train(
    model: Autoencoder,
    train_images: Tensor,
    test_images: Tensor | None,
    config: TrainConfig,
    *,
    sample_weight: Tensor | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    state: ResumeState | None = None,
    on_state: Callable[[ResumeState], None] = lambda state: None,
) -> Iterator[EpochRecord]:
    """Train `model` in place, yielding a record after each epoch.

    A run resumed from a state gives, bit for bit on a CPU with as many threads, the weights that it
    would have had without the break.

    Parameters
    ----------
    model : Autoencoder
        Already on its device.
    train_images : Tensor of shape (N, P), uint8 in 0..255 or floating
        On the model's device; the whole of the data is one tensor there.
    test_images : Tensor of shape (M, P), floating, or None
        On the model's device. Without any, the test error of a record is the training error.
    config : TrainConfig
    sample_weight : Tensor of shape (N,), floating, optional
        Of the errors of the training pictures in the loss; its mean should be 1.
    should_stop : callable
        Called before every step. Once it returns True the generator ends, without a record
        for the epoch under way; the model keeps what it has learned.
    state : ResumeState, optional
        Where to resume; the epochs before are neither trained nor yielded again.
    on_state : callable
        Called with the state after every epoch, before its record is yielded. The state changes
        with the next step: copy what is to last.

    Yields
    ------
    EpochRecord

    Raises
    ------
    TrainingError
        If the loss stops being finite; the model then holds the last good epoch's weights. Or if
        the two configurations do not fit together, or the state is another model's or device's.
    """
    if sample_weight is not None and model.config.variational:
        raise TrainingError("Variational models are trained without sample weights.")
    if config.kl_weight and not model.config.variational:
        raise TrainingError("kl_weight is for variational models; this one is not. Leave it at 0.")
    device = train_images.device
    generator = torch.Generator(device=device).manual_seed(config.seed)
    step = TrainingStep(model, train_images, config, generator, sample_weight)
    take_step = step.compile()
    n_steps = math.ceil(len(train_images) / config.batch_size)
    schedule = learning_rates(config, config.epochs * n_steps).to(device).split(n_steps)
    test_inputs = None if test_images is None else fixed_corruption(test_images, config.noise)
    history = list(state.history) if state else []
    if state:
        state.restore(model, step.optimizers, generator)
    good_weights = _copy_weights(model)
    started = time.perf_counter() - (history[-1].seconds if history else 0.0)

    for epoch in range(len(history) + 1, config.epochs + 1):
        model.train()
        step.sums.zero_()
        for indices, rate in zip(step.batches.shuffle(), schedule[epoch - 1], strict=True):
            if should_stop():
                return
            step.learning_rate.copy_(rate)
            take_step(indices)

        means = step.means()
        test_error = (
            means[1]
            if test_images is None or test_inputs is None
            else mean_squared_error(model, test_inputs, test_images)
        )
        # The only transfer from the device, and so the only wait for it, in an epoch.
        train_loss, train_mse, test_mse = torch.stack((*means, test_error)).tolist()
        if not (math.isfinite(train_loss) and math.isfinite(test_mse)):
            model.load_state_dict(good_weights)
            raise _divergence(epoch, config.learning_rate)
        good_weights = _copy_weights(model)
        record = EpochRecord(
            epoch=epoch,
            train_loss=train_loss,
            train_mse=train_mse,
            test_mse=test_mse,
            seconds=time.perf_counter() - started,
        )
        history.append(record)
        on_state(ResumeState.of(model, step.optimizers, generator, history))
        yield record


class TrainingStep:
    """One update of a model's weights from a batch of digits.

    Parameters
    ----------
    model : Autoencoder
    images : Tensor of shape (N, P), uint8 in 0..255 or floating
    config : TrainConfig
    generator : torch.Generator
        Draws the batches, dropout and a variational model's codes.
    sample_weight : Tensor of shape (N,), optional
        See `train`.
    """

    def __init__(
        self,
        model: Autoencoder,
        images: Tensor,
        config: TrainConfig,
        generator: torch.Generator,
        sample_weight: Tensor | None = None,
    ) -> None:
        self._model = model
        self._config = config
        self._generator = generator
        self._n_images = len(images)
        self._sample_weight = sample_weight
        self._backpropagate = _new_backprop(model, len(images), config, generator)
        self.batches = Batches(
            images,
            config,
            shape=model.config.input_shape,
            n_parts=self._backpropagate.n_parts,
            generator=generator,
        )
        self.learning_rate = torch.zeros((), device=images.device)
        """Scalar; change it in place."""
        self.optimizers = new_optimizers(model, config, learning_rate=self.learning_rate)
        self.sums = torch.zeros(2, device=images.device)
        """Loss and mean squared error, summed over the digits of the epoch so far."""
        self._sum_of_losses, self._sum_of_errors = self.sums

    def __call__(self, indices: Tensor) -> None:
        """Learn from the digits with these indices, (B,) int64."""
        x, target = self.batches.load(indices)
        weight = None if self._sample_weight is None else self._sample_weight[indices, None]
        loss, mse = self._backpropagate(x, target, weight)
        for optimizer in self.optimizers:
            optimizer.step()
        self._sum_of_losses.add_(loss, alpha=len(indices))
        self._sum_of_errors.add_(mse, alpha=len(indices))

    def compile(self) -> Callable[[Tensor], None]:
        """Return the step as it runs fastest on its device."""
        if isinstance(self._backpropagate, AutogradBackprop):
            return self
        if self._generator.device.type == "cuda":
            return CapturedStep(
                self, self._config.batch_size, self._generator, self._changed_tensors()
            )
        return torch.inference_mode()(self.__call__)  # tracks no versions and views of tensors

    def _changed_tensors(self) -> list[Tensor]:
        """Return the tensors in which a step leaves what the next one needs."""
        states = [tensor for each in self.optimizers for tensor in each.state_tensors().values()]
        return [*self._model.state_dict().values(), *states, self.sums]

    @torch.no_grad()
    def means(self) -> Tensor:
        """Return the epoch's mean loss, with weight decay as it is now, and error: (2,)."""
        means = self.sums / self._n_images
        means[0] += weight_decay(self._model, self._config.gamma)
        return means


def _new_backprop(
    model: Autoencoder, n_images: int, config: TrainConfig, generator: torch.Generator
) -> FusedBackprop | AutogradBackprop:
    """Return the fastest way to the gradients of a model."""
    if not family_of(model.config).is_dense:
        return AutogradBackprop(model, kl_weight=config.kl_weight, generator=generator)
    return FusedBackprop(
        model,
        kl_weight=config.kl_weight,
        batch_sizes={config.batch_size, n_images % config.batch_size},
        generator=generator,
    )


@torch.no_grad()
def mean_squared_error(model: Autoencoder, inputs: Tensor, targets: Tensor) -> Tensor:
    """Return the error per pixel in eval mode, a scalar on the model's device; both (N, P)."""
    model.eval()
    batches = zip(inputs.split(_EVALUATION_BATCH), targets.split(_EVALUATION_BATCH), strict=True)
    sums = [nn.functional.mse_loss(model(x), target, reduction="sum") for x, target in batches]
    return torch.stack(sums).sum() / targets.numel()


def fixed_corruption(images: Tensor, noise: NoiseConfig | None) -> Tensor:
    """Corrupt test digits as `corrupt_fixed` does, on their own device."""
    return torch.from_numpy(corrupt_fixed(images.cpu().numpy(), noise)).to(images)


def _divergence(epoch: int, learning_rate: float) -> TrainingError:
    kept = f"the weights of epoch {epoch - 1} are kept" if epoch > 1 else "nothing was learned"
    return TrainingError(
        f"The loss stopped being finite in epoch {epoch}; {kept}. "
        f"Try a smaller learning rate than {learning_rate:g}."
    )


def _copy_weights(model: Autoencoder) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}
