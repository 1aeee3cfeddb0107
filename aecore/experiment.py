"""From a configuration and a data set to a checkpoint: train, measure, pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from aecore.checkpoints.assembly import pack, require_enough_digits
from aecore.checkpoints.file import Checkpoint
from aecore.config import ModelConfig, TrainConfig
from aecore.data.dataset import Dataset
from aecore.errors import TrainingError
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import Autoencoder, new_model
from aecore.training.history import EpochRecord
from aecore.training.loop import train


class DivergedError(TrainingError):
    """The loss stopped being finite after some good epochs."""

    def __init__(self, message: str, kept: Checkpoint) -> None:
        super().__init__(message)
        self.kept = kept
        """What the last good epoch had learned, not yet saved."""


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model as training has left it, not yet measured."""

    model: Autoencoder
    history: tuple[EpochRecord, ...]
    """At least one epoch; fewer than were asked for where it was stopped."""
    error: TrainingError | None
    """Why it ended early, where the loss stopped being finite; the model is of the epoch before."""


def fit(
    model_config: ModelConfig,
    train_config: TrainConfig,
    dataset: Dataset,
    *,
    device: torch.device,
    on_epoch: Callable[[EpochRecord], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train a model that takes pictures of the data set's shape.

    Raises
    ------
    TrainingError
        If there are too few digits, it was stopped before the first epoch was done, or the loss
        was not finite in the first.
    """
    require_enough_digits(dataset)
    model_config = replace(model_config, input_shape=dataset.spec.shape)
    model = new_model(model_config, seed=train_config.seed, device=device)
    history: list[EpochRecord] = []
    records = train(
        model,
        torch.tensor(dataset.train_images, device=device),
        torch.tensor(to_unit(dataset.measured().test_images), device=device),
        train_config,
        should_stop=should_stop,
    )
    diverged = None
    try:
        for record in records:
            history.append(record)
            on_epoch(record)
    except TrainingError as error:
        if not history:
            raise
        diverged = error
    if not history:
        raise TrainingError(
            "Stopped before the first epoch was done; nothing was learned or saved."
        )
    return Trained(model=model, history=tuple(history), error=diverged)


def run(
    name: str,
    preset: str | None,
    model_config: ModelConfig,
    train_config: TrainConfig,
    dataset: Dataset,
    **training: Any,
) -> Checkpoint:
    """Train a model and pack it, its figures and its atlas into a checkpoint, not yet saved.

    A run that is stopped gives the checkpoint of what was learned so far. `training` are the other
    arguments of `fit`.

    Raises
    ------
    TrainingError
        As `fit`; after a good epoch that is a `DivergedError`, which holds what was learned until
        then.
    """
    trained = fit(model_config, train_config, dataset, **training)
    made = pack(name, preset, trained.model, train_config, dataset, trained.history)
    if trained.error is not None:
        raise DivergedError(str(trained.error), made)
    return made
