"""Reconstruction errors and experiments with the code, computed once for all sessions."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from aecore.analysis import dimension_importance, metrics, perturbation
from aecore.analysis.dimension_importance import Decode, Importance
from aecore.analysis.perturbation import NoiseSweep
from aecore.checkpoints.file import Checkpoint
from aecore.models import inference
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache.datasets import TestSet
from aecore.ui.cache.shared import measured, shared
from aecore.ui.measurement import Measurement


def decoder(checkpoint: Checkpoint) -> Decode:
    """Return a function from codes (B, D) to digits (B, 784)."""
    return functools.partial(inference.decode, checkpoint_cache.load_model(checkpoint))


def encode(checkpoint: Checkpoint, images: np.ndarray) -> np.ndarray:
    """Return codes (B, D) float32 of digits (B, 784)."""
    return inference.encode(checkpoint_cache.load_model(checkpoint), images)


def codes(checkpoint: Checkpoint, numbers: np.ndarray) -> np.ndarray:
    """Return codes (B, D) float32 of test digits in use, as in the atlas where they are its own."""
    digits = datasets.test_set()
    if digits.matches(checkpoint.card):
        return checkpoint.codes[numbers].astype(np.float32)
    return encode(checkpoint, digits.images[numbers])


def atlas_images(checkpoint: Checkpoint, numbers: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return test digits of a checkpoint's atlas, (B, 784), decoded where they are not loaded.

    Also returns whether they are loaded.
    """
    digits = datasets.test_set()
    if digits.matches(checkpoint.card):
        return digits.images[numbers], True
    return decoder(checkpoint)(checkpoint.codes[numbers].astype(np.float32)), False


@measured(kept=16, spinner="Evaluating the test digits…")
def test_errors(checkpoint: Checkpoint, digits: TestSet) -> dict[str, np.ndarray]:
    """Return the MSE of every clean test digit, (N,), by `model` and by `PCA` of the same D."""
    return {
        "model": _model_errors(checkpoint, digits),
        "PCA": metrics.mse(digits.images, checkpoint.pca.reconstruct(digits.images)),
    }


def _model_errors(checkpoint: Checkpoint, digits: TestSet) -> np.ndarray:
    if digits.matches(checkpoint.card):
        return checkpoint.errors.astype(np.float64)  # measured when the model was made
    model = checkpoint_cache.load_model(checkpoint)
    return metrics.mse(digits.images, inference.reconstruct(model, digits.images))


def importance(checkpoint: Checkpoint, digits: TestSet) -> Importance:
    """Return the importance of each latent dimension, once it has been measured."""
    fixed = _fixed_errors(checkpoint, digits)
    baseline, pca_increase = _baseline_errors(checkpoint, digits)
    tables = [fixed[block] for block in _blocks(checkpoint)]
    return Importance(baseline=baseline, fixed=np.concatenate(tables), pca_increase=pca_increase)


def importance_measurement(checkpoint: Checkpoint, digits: TestSet) -> Measurement:
    """Return the measurement that `importance` needs."""
    fixed, blocks = _fixed_errors(checkpoint, digits), _blocks(checkpoint)

    def measure() -> Iterator[None]:
        rows = dimension_importance.measured_digits(len(digits.labels))
        images, labels = digits.images[rows], digits.labels[rows]
        codes = encode(checkpoint, images)
        for block in blocks:
            if block not in fixed:
                fixed[block] = dimension_importance.fixed_errors(
                    decoder(checkpoint), codes, images, labels, range(*block)
                )
            yield

    return Measurement(
        key=("importance", checkpoint.digest, digits.fingerprint),
        measure=measure,
        missing=lambda: len(blocks) - len(fixed),
        parts=len(blocks),
        text="Fixing one dimension at a time…",
    )


def _blocks(checkpoint: Checkpoint) -> list[tuple[int, int]]:
    return dimension_importance.dimension_ranges(checkpoint.card.model.latent_dim)


@shared(kept=64)
def _fixed_errors(checkpoint: Checkpoint, digits: TestSet) -> dict[tuple[int, int], np.ndarray]:
    """Return the errors with the dimensions of each range fixed, as far as they are measured."""
    return {}


@measured(kept=64)
def _baseline_errors(checkpoint: Checkpoint, digits: TestSet) -> tuple[np.ndarray, np.ndarray]:
    rows = dimension_importance.measured_digits(len(digits.labels))
    errors = test_errors(checkpoint, digits)["model"][rows]
    baseline = dimension_importance.error_row(errors, digits.labels[rows])
    linear = checkpoint.pca.encode(digits.images[rows])
    return baseline, dimension_importance.pca_increase(linear, digits.spec.n_pixels)


@measured(kept=256)
def dropout_errors(checkpoint: Checkpoint, digits: TestSet, rate: float) -> tuple[float, float]:
    """Return the mean MSE with one pass of code dropout for each digit: the model's and PCA's."""
    images = digits.images[dimension_importance.measured_digits(len(digits.labels))]
    pca = checkpoint.pca
    return (
        perturbation.dropout_error(
            decoder(checkpoint), encode(checkpoint, images), images, rate=rate
        ),
        perturbation.dropout_error(pca.decode, pca.encode(images), images, rate=rate),
    )


@measured(kept=64)
def deviations(checkpoint: Checkpoint, digits: TestSet) -> tuple[np.ndarray, np.ndarray]:
    """Return the standard deviation of each latent dimension, (D,): the model's and PCA's."""
    linear = checkpoint.pca.encode(digits.images)
    return checkpoint.codes.std(axis=0, dtype=np.float64), linear.std(axis=0, dtype=np.float64)


@measured(kept=128, spinner="Adding noise to the code…")
def code_noise(checkpoint: Checkpoint, digits: TestSet, number: int) -> NoiseSweep:
    """Return what noise of every level on the code of a test digit does."""
    image = digits.images[number]
    return perturbation.sweep_noise(
        (decoder(checkpoint), checkpoint.pca.decode),
        (encode(checkpoint, image[None])[0], checkpoint.pca.encode(image[None])[0]),
        deviations(checkpoint, digits),
        image,
        checkpoint_cache.neighbor_index(checkpoint),
    )
