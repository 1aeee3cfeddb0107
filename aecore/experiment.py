"""From a configuration and a data set to a checkpoint: train, measure, pack."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version

import numpy as np
import torch

from aecore import inference
from aecore.baseline import PCA
from aecore.card import Card
from aecore.checkpoint import Checkpoint, stored_type
from aecore.config import ModelConfig, TrainConfig
from aecore.dataset import Dataset, to_unit
from aecore.errors import TrainingError
from aecore.evaluation import evaluate
from aecore.history import EpochRecord
from aecore.latent import MapDistance
from aecore.metrics import mse
from aecore.model import Autoencoder
from aecore.noise import corrupt_fixed
from aecore.training import new_model, train

_PARTS = 16
"""In which the training digits are measured: their reconstructions need less memory so."""


class DivergedError(TrainingError):
    """The loss stopped being finite after some good epochs."""

    def __init__(self, message: str, kept: Checkpoint) -> None:
        super().__init__(message)
        self.kept = kept
        """What the last good epoch had learnt, not yet saved."""


def run(
    name: str,
    preset: str | None,
    model_config: ModelConfig,
    train_config: TrainConfig,
    dataset: Dataset,
    *,
    device: torch.device,
    on_epoch: Callable[[EpochRecord], None] = lambda record: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Checkpoint:
    """Train a model and pack it, its figures and its atlas into a checkpoint, not yet saved.

    A run that is stopped gives the checkpoint of what was learnt so far.

    Raises
    ------
    TrainingError
        If it was stopped before the first epoch was done, or the loss stopped being finite; after
        a good epoch that is a `DivergedError`, which holds what was learnt until then.
    """
    model = new_model(model_config, seed=train_config.seed, device=device)
    history: list[EpochRecord] = []
    records = train(
        model,
        torch.tensor(dataset.train_images, device=device),
        torch.tensor(to_unit(dataset.test_images), device=device),
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
        raise TrainingError("Stopped before the first epoch was done; nothing was learnt or saved.")
    made = pack(name, preset, model, train_config, dataset, history)
    if diverged is not None:
        raise DivergedError(str(diverged), made)
    return made


def pack(
    name: str,
    preset: str | None,
    model: Autoencoder,
    train_config: TrainConfig,
    dataset: Dataset,
    history: Sequence[EpochRecord],
    *,
    pca: PCA | None = None,
) -> Checkpoint:
    """Measure a trained model and make it a checkpoint, not yet saved.

    Parameters
    ----------
    name : str
    preset : str or None
    model : Autoencoder
        Its weights are rounded as they will be stored.
    train_config : TrainConfig
    dataset : Dataset
    history : sequence of EpochRecord
        Of the epochs that it was trained for.
    pca : PCA, optional
        Of the same D and digits, where it is known already.

    Raises
    ------
    TrainingError
        If values are too large for a checkpoint.
    """
    device = next(model.parameters()).device
    weights = _as_stored(model, train_config)
    pca = pca or PCA.fit(dataset.train_images, model.config.latent_dim)
    figures = evaluate(model, pca, train_config.noise, dataset)
    figures["train_mse"] = _train_mse(model, train_config, dataset)
    card = Card(
        preset=preset,
        model=model.config,
        train=train_config,
        # Not the data set's own words: those may name a folder of this machine.
        source="MNIST" if dataset.is_mnist else f"{dataset.kind} digits",
        fingerprint=dataset.fingerprint,
        device=_device_name(device),
        seconds=history[-1].seconds,
        versions=_versions(),
        metrics=figures,
        history=tuple(history),
    )
    clean = to_unit(dataset.test_images)
    codes = _storable(inference.encode(model, clean), np.float16, train_config)
    return Checkpoint(
        name=name,
        card=card,
        weights=weights,
        pca=pca,
        codes=codes,
        labels=dataset.test_labels,
        distances=MapDistance(codes).own_distances.astype(np.float32),
        errors=mse(clean, inference.reconstruct(model, clean)).astype(np.float32),
    )


def _as_stored(model: Autoencoder, config: TrainConfig) -> dict[str, np.ndarray]:
    """The weights rounded as the disk will have them, so that what is measured is what is kept."""
    kind = stored_type(model.config)
    weights = {
        name: _storable(value, kind, config).astype(np.float32)
        for name, value in inference.weights_of(model).items()
    }
    device = next(model.parameters()).device
    stored = {name: torch.tensor(value, device=device) for name, value in weights.items()}
    model.load_state_dict(stored, assign=True)  # in place of matrices that training has transposed
    return weights


def _storable(values: np.ndarray, kind: type[np.floating], config: TrainConfig) -> np.ndarray:
    """Values in a type that may be too small for those of a model that has gone astray."""
    with np.errstate(over="ignore"):
        stored = values.astype(kind)
    if not np.isfinite(stored).all():
        raise TrainingError(
            f"Training has gone astray: values of up to {np.abs(values).max():.2g} are more than a "
            f"checkpoint can hold. Try a smaller learning rate than {config.learning_rate:g}."
        )
    return stored


def _train_mse(model: Autoencoder, config: TrainConfig, dataset: Dataset) -> float:
    """The error of the model's task on the training digits, in eval mode."""
    clean = to_unit(dataset.train_images)
    noisy = corrupt_fixed(clean, config.noise)
    parts = zip(np.array_split(clean, _PARTS), np.array_split(noisy, _PARTS), strict=True)
    errors = [mse(target, inference.reconstruct(model, x)) for target, x in parts]
    return float(np.concatenate(errors).mean())


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "scikit-learn": version("scikit-learn"),
    }


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
