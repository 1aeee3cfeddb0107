"""Measure a trained model and pack it into a checkpoint."""

from __future__ import annotations

import copy
import hashlib
import logging
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from aecore.analysis.evaluation import evaluate, measure_errors
from aecore.analysis.metrics import mse
from aecore.checkpoints.card import Card, unlabeled
from aecore.checkpoints.file import Checkpoint, stored_type
from aecore.config import NoiseConfig, TrainConfig
from aecore.data.dataset import Dataset
from aecore.data.noise import corrupt_fixed
from aecore.errors import AecoreError, TrainingError
from aecore.imaging.levels import to_unit
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.pca import PCA
from aecore.training.device import device_name
from aecore.training.history import EpochRecord

MIN_DIGITS = 2
"""Of either kind: training and test."""
Figures = Callable[[Autoencoder, PCA, NoiseConfig | None, Dataset], dict[str, float]]
"""Measures a model, as `aecore.analysis.evaluation.evaluate` does."""
_LOGGER = logging.getLogger(__name__)
_PARTS = 16
"""Parts in which the training digits are measured, to save memory."""


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
    """Measure a trained model and return it as a checkpoint, not yet saved.

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
    weights = round_as_stored(model, train_config)
    pca = pca or PCA.baseline(dataset.train_images, model.config)
    dataset = dataset.measured()
    metrics = measure(evaluate, model, pca, train_config.noise, dataset)
    metrics["train_mse"] = _train_mse(model, train_config, dataset)
    card = {"source": _source(dataset), "fingerprint": dataset.fingerprint, "data": dataset.spec}
    return _checkpoint(
        model, train_config, history, to_unit(dataset.test_images),
        card | {"preset": preset, "metrics": metrics},
        name=name, weights=weights, pca=pca, labels=dataset.test_labels,
    )  # fmt: skip


def pack_rows(
    model: Autoencoder,
    train_config: TrainConfig,
    rows: np.ndarray,
    history: Sequence[EpochRecord],
    *,
    estimator: Mapping[str, Any],
    labels: np.ndarray | None = None,
    source: str = "of the rows given to fit",
) -> Checkpoint:
    """Measure a model on rows of numbers, and return it as a checkpoint.

    Parameters
    ----------
    model : Autoencoder
        Left as it is.
    train_config : TrainConfig
    rows : ndarray of shape (N, P), float32
        As the model takes them.
    history : sequence of EpochRecord
    estimator : mapping
        See `Checkpoint.estimator`.
    labels : ndarray of shape (N,), uint8, optional
        By default all 0.
    source : str
        What the rows are, after their number.

    Raises
    ------
    TrainingError
        If values are too large for a checkpoint.
    """
    model = copy.deepcopy(model).float()
    weights = round_as_stored(model, train_config)
    pca = PCA.baseline(rows, model.config)
    metrics = measure_errors(model, pca, train_config.noise, rows)
    data = unlabeled(model.config)
    if labels is not None:
        data = replace(data, classes=tuple(map(str, range(int(labels.max()) + 1))))
    fingerprint = hashlib.sha256(np.ascontiguousarray(rows).data).hexdigest()[:16]
    card = {"source": f"{len(rows):,} {source}", "fingerprint": fingerprint}
    return _checkpoint(
        model, train_config, history, rows,
        card | {"data": data, "preset": None, "metrics": metrics},
        name="", weights=weights, pca=pca, estimator=estimator,
        labels=np.zeros(len(rows), np.uint8) if labels is None else labels,
    )  # fmt: skip


def _checkpoint(
    model: Autoencoder,
    train_config: TrainConfig,
    history: Sequence[EpochRecord],
    clean: np.ndarray,
    card: Mapping[str, Any],
    **own: Any,
) -> Checkpoint:
    """Measure pictures (N, P); `card` and `own` are the fields that only the caller knows."""
    codes = _storable(inference.encode(model, clean), np.float16, train_config)
    return Checkpoint(
        card=Card(
            model=model.config,
            train=train_config,
            device=device_name(next(model.parameters()).device),
            seconds=history[-1].seconds,
            versions=_versions(),
            history=tuple(history),
            **card,
        ),
        codes=codes,
        distances=NeighborIndex(codes).own_distances.astype(np.float32),
        errors=mse(clean, inference.reconstruct(model, clean)).astype(np.float32),
        **own,
    )


def _source(dataset: Dataset) -> str:
    """Name the data without its own words: those may name folders of this machine."""
    if dataset.is_mnist:
        return "MNIST"
    if dataset.kind in ("folder", "openml", "cache") and not dataset.spec.shows_digits:
        return dataset.spec.title
    return f"{dataset.kind} {dataset.spec.nouns}"


def require_enough_digits(dataset: Dataset) -> None:
    """Check before training that there is something to learn from and to measure with.

    Raises
    ------
    TrainingError
        If there are fewer than 2 training or 2 test digits, or all training digits are equal.
    """
    counts = {"training": len(dataset.train_images), "test": len(dataset.test_images)}
    for part, count in counts.items():
        if count < MIN_DIGITS:
            raise TrainingError(
                f"There are too few {part} {dataset.spec.nouns} to train a model: {count}, at "
                f"least {MIN_DIGITS} are needed. Use a larger data set."
            )
    first = dataset.train_images[0]
    if all(np.array_equal(first, other) for other in dataset.train_images[1:]):
        raise TrainingError(
            f"All {counts['training']:,} training {dataset.spec.nouns} are the same picture: there "
            "is nothing to learn. Use another data set."
        )


def measure(
    figures: Figures, model: Autoencoder, pca: PCA, noise: NoiseConfig | None, dataset: Dataset
) -> dict[str, float]:
    """Measure figures of a trained model; where that fails, its errors alone."""
    try:
        return figures(model, pca, noise, dataset)
    except (AecoreError, ValueError, MemoryError, RuntimeError):  # the last: of torch
        _LOGGER.warning("Some figures of the model cannot be measured.", exc_info=True)
        return measure_errors(model, pca, noise, to_unit(dataset.test_images))


def round_as_stored(model: Autoencoder, config: TrainConfig) -> dict[str, np.ndarray]:
    """Round the weights as on disk, in the model too, so that what is measured is what is saved.

    Raises
    ------
    TrainingError
        If they are too large for a checkpoint.
    """
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
    """Convert values to a type that may be too small for those of a diverged model."""
    with np.errstate(over="ignore"):
        stored = values.astype(kind)
    if not np.isfinite(stored).all():
        raise TrainingError(
            f"Training has diverged: values of up to {np.abs(values).max():.2g} are more than a "
            f"checkpoint can hold. Try a smaller learning rate than {config.learning_rate:g}."
        )
    return stored


def _train_mse(model: Autoencoder, config: TrainConfig, dataset: Dataset) -> float:
    """Return the error of the model's task on the training digits, in eval mode."""
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
