"""Evaluation of a model: the figures that `evaluate` prints and a checkpoint keeps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from aecore.analysis import metrics
from aecore.config import ModelConfig, NoiseConfig
from aecore.data.dataset import Dataset
from aecore.data.limits import size_words
from aecore.data.noise import FIXED_SEED, compensate, corrupt_fixed
from aecore.errors import ShapeError
from aecore.imaging.levels import to_unit
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.pca import PCA
from aecore.training.loss import kl_divergence

_TRUSTED = 2_000  # all pairs of them are compared
_NEIGHBORS = 5


def evaluate(
    model: Autoencoder, pca: PCA, noise: NoiseConfig | None, dataset: Dataset
) -> dict[str, float]:
    """Measure a model on the test digits, those of `Dataset.measured`.

    Raises a ShapeError if they have another size than those that the model takes.

    Parameters
    ----------
    model : Autoencoder
    pca : PCA
        Of the same D.
    noise : NoiseConfig or None
        The corruption that the model was trained on; it is measured on it, with a fixed seed.
    dataset : Dataset

    Returns
    -------
    dict of float
        `test_mse`: mean squared error per pixel of the model's task, output not clipped;
        `sse_per_image`: the same summed over the pixels; `pca_test_mse`: PCA at the
        same task and size; `knn5_accuracy` and `pca_knn5_accuracy`: of 5 nearest
        neighbors among the clean training digits' codes; `trustworthiness` and
        `pca_trustworthiness`: of the codes' 5 nearest neighbors among the first 2,000 clean
        test digits. Denoisers also: `clean_mse`, the error with clean input; `noisy_psnr`,
        `denoised_psnr` (means over the digits, dB), `denoised_ssim` and `denoised_mse`, of
        images clipped to 0..1. Variational models also: `kl_divergence`, the mean over the
        digits, in nats, and `sampled_mse`, the error when a code is drawn from a digit's
        distribution instead of taking its mean as all other figures do. Left out: the accuracies
        where there are no labels or fewer than 5 training digits, the trustworthiness of up to 10
        test digits.
    """
    shape, own = dataset.spec.shape, model.config.input_shape
    if shape != own and model.config.is_picture:
        raise ShapeError(
            f"The model takes pictures of {size_words(own)} pixels, and those of the data in use "
            f"are {size_words(shape)}. Name the data it was trained on with --data."
        )
    dataset = dataset.measured()
    clean = to_unit(dataset.test_images)
    figures = measure_errors(model, pca, noise, clean)
    trusted = clean[:_TRUSTED]
    encoders = {"": lambda x: inference.encode(model, x), "pca_": pca.encode}
    for prefix, encode in encoders.items():
        if (accuracy := classifier_accuracy(encode, dataset)) is not None:
            figures[f"{prefix}knn5_accuracy"] = accuracy
        if len(trusted) > 2 * _NEIGHBORS:
            figures[f"{prefix}trustworthiness"] = metrics.trustworthiness(
                trusted, encode(trusted), n_neighbors=_NEIGHBORS
            )
    if noise is not None:
        noisy = corrupt_fixed(clean, noise)
        figures |= _denoising(clean, noisy, inference.reconstruct(model, noisy), model.config)
        figures["clean_mse"] = float(metrics.mse(clean, inference.reconstruct(model, clean)).mean())
    if model.config.variational:
        figures |= _variational(model, clean)
    return figures


def measure_errors(
    model: Autoencoder, pca: PCA, noise: NoiseConfig | None, clean: np.ndarray
) -> dict[str, float]:
    """Measure the errors on pictures (N, P): those of `evaluate` that any test set has."""
    noisy = corrupt_fixed(clean, noise)
    test_mse = float(metrics.mse(clean, inference.reconstruct(model, noisy)).mean())
    return {
        "test_mse": test_mse,
        "sse_per_image": test_mse * clean.shape[1],
        "pca_test_mse": pca_error(pca, noise, clean, noisy),
    }


def pca_error(pca: PCA, noise: NoiseConfig | None, clean: np.ndarray, noisy: np.ndarray) -> float:
    """Return the error of PCA on pictures (N, P), of which it is given the noisy ones."""
    return float(metrics.mse(clean, pca.reconstruct(compensate(noisy, noise))).mean())


def classifier_accuracy(
    encode: Callable[[np.ndarray], np.ndarray], dataset: Dataset
) -> float | None:
    """Return the accuracy on the test digits of a 5-nearest-neighbor classifier on the codes.

    None where there are no labels or fewer than 5 training digits. `encode` maps images (B, P) in
    0..1 to codes (B, D).
    """
    if not dataset.spec.classes or len(dataset.train_images) < _NEIGHBORS:
        return None
    return metrics.knn_accuracy(
        encode(to_unit(dataset.train_images)),
        dataset.train_labels,
        encode(to_unit(dataset.test_images)),
        dataset.test_labels,
        k=_NEIGHBORS,
        n_labels=len(dataset.spec.classes),
    )


def _denoising(
    clean: np.ndarray, noisy: np.ndarray, output: np.ndarray, config: ModelConfig
) -> dict[str, float]:
    picture = output.clip(0.0, 1.0)
    figures = {
        "noisy_psnr": float(metrics.psnr(clean, noisy).mean()),
        "denoised_psnr": float(metrics.psnr(clean, picture).mean()),
        "denoised_mse": float(metrics.mse(clean, picture).mean()),
    }
    if config.is_picture:
        similarity = metrics.ssim(clean, picture, config.input_shape)
        figures["denoised_ssim"] = float(similarity.mean())
    return figures


def _variational(model: Autoencoder, clean: np.ndarray) -> dict[str, float]:
    mean, log_variance = inference.code_distribution(model, clean)
    drawn = np.random.default_rng(FIXED_SEED).standard_normal(mean.shape, dtype=np.float32)
    sampled = inference.decode(model, mean + np.exp(0.5 * log_variance) * drawn)
    divergence = kl_divergence(torch.from_numpy(mean), torch.from_numpy(log_variance))
    return {
        "kl_divergence": float(divergence.mean()),
        "sampled_mse": float(metrics.mse(clean, sampled).mean()),
    }
