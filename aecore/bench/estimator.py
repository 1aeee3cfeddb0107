"""Compare the estimator with scikit-learn's `MLPRegressor` and with the command line's training."""

from __future__ import annotations

import math
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from aecore.config import ModelConfig, TrainConfig
from aecore.data.dataset import Dataset
from aecore.errors import ConfigError
from aecore.estimator import Autoencoder
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import new_model
from aecore.presets import Preset
from aecore.training.device import device_name
from aecore.training.loop import train


def bench_estimator(
    preset: Preset,
    dataset: Dataset,
    *,
    seeds: int,
    epochs: int,
    device: torch.device,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Time `Autoencoder.fit` beside `MLPRegressor.fit` and the command's training, in turns.

    Parameters
    ----------
    preset : Preset
        Gives the widths of all networks, and the recipe.
    dataset : Dataset
    seeds : int
        Number of turns, with the seeds 1, 2, ...
    epochs : int
        Of `MLPRegressor`, and of the estimator on the same optimizer and batch size.
    device : torch.device
        Of the estimator; `MLPRegressor` uses the CPU.
    progress : callable
        Called with what is timed next.

    Returns
    -------
    dict
        Medians over the seeds, and `runs`, the same for each seed:

        - `mlp_seconds`, `mlp_epoch_seconds`, `mlp_test_mse`: `MLPRegressor` with Adam, fitted to
          reconstruct the training pictures, float32;
        - `same_seconds`, `same_epoch_seconds`, `same_test_mse`: the estimator with the same widths,
          optimizer, batch size and pictures; `epoch_ratio` of the two epochs;
        - `recipe_seconds`, `recipe_epochs`, `recipe_test_mse`: the estimator with the preset's
          recipe, scheduled over the preset's `parity_epochs`, or as long as the preset's own
          training where it is not at the error of `MLPRegressor` by then; `recipe_share` of the
          time of `MLPRegressor`, infinite where neither gets to its error;
        - `fit_seconds`: the estimator on bytes with the settings of `aecore train`, over the
          preset's `parity_epochs`; `train_seconds`: the `seconds` of that command; `fit_ratio`.

        `MLPRegressor` has the ReLU on the code, too. No time includes a final test error.

    Raises
    ------
    ConfigError
        If the estimator cannot be given the preset's settings, or the preset is a denoiser.
    """
    recipe = replace(preset.train, epochs=preset.parity_epochs)
    preset = replace(preset, model=replace(preset.model, input_shape=dataset.spec.shape))
    _require_trainable(preset, recipe)
    runs = []
    for seed in range(1, seeds + 1):
        progress(f"seed {seed} of {seeds}: {epochs} epochs of MLPRegressor and of the estimator")
        times = _time_beside_mlp(preset, dataset, epochs, seed, device)
        progress(f"seed {seed} of {seeds}: the same settings by the estimator and by the command")
        times |= _time_beside_train(preset, dataset, replace(recipe, seed=seed), device)
        runs.append({"seed": seed, **times})
    medians = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "seed"}
    return {
        "preset": preset.name,
        "device": device_name(device),
        "threads": torch.get_num_threads(),
        "epochs": epochs,
        **medians,
        "runs": runs,
    }


def _time_beside_mlp(
    preset: Preset, dataset: Dataset, epochs: int, seed: int, device: torch.device
) -> dict[str, float]:
    """Time `MLPRegressor`, the estimator at the same settings, and with the preset's recipe."""
    images, test_images = to_unit(dataset.train_images), to_unit(dataset.test_images)
    same = TrainConfig(gamma=0.0, epochs=epochs, seed=seed)
    sides = preset.model.hidden_dims
    mlp = MLPRegressor(
        hidden_layer_sizes=(*sides, preset.model.latent_dim, *reversed(sides)),
        alpha=0.0,
        batch_size=min(same.batch_size, len(images)),
        learning_rate_init=same.learning_rate,
        max_iter=epochs,
        n_iter_no_change=epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is to end after so many epochs
        mlp_seconds = _seconds(lambda: mlp.fit(images, images))
    mlp_mse = float(np.square(mlp.predict(test_images) - test_images).mean())
    ours = _estimator(preset.model, same, device)
    same_seconds = _seconds(lambda: ours.fit(images))
    quick = _estimator(preset.model, replace(preset.train, seed=seed), device)
    for recipe_epochs in (preset.parity_epochs, preset.train.epochs):
        quick.set_params(epochs=recipe_epochs)
        recipe_seconds = _seconds(lambda: quick.fit(images))
        recipe_mse = -quick.score(test_images)
        if recipe_mse <= mlp_mse:
            break
    return {
        "mlp_seconds": mlp_seconds,
        "mlp_epoch_seconds": mlp_seconds / epochs,
        "mlp_test_mse": mlp_mse,
        "same_seconds": same_seconds,
        "same_epoch_seconds": same_seconds / epochs,
        "same_test_mse": -ours.score(test_images),
        "epoch_ratio": same_seconds / mlp_seconds,
        "recipe_seconds": recipe_seconds,
        "recipe_epochs": recipe_epochs,
        "recipe_test_mse": recipe_mse,
        "recipe_share": recipe_seconds / mlp_seconds if recipe_mse <= mlp_mse else math.inf,
    }


def _time_beside_train(
    preset: Preset, dataset: Dataset, config: TrainConfig, device: torch.device
) -> dict[str, float]:
    """Time the estimator and the training that `aecore train` times, on the same bytes."""
    fitted = _estimator(preset.model, config, device)
    fit_seconds = _seconds(lambda: fitted.fit(dataset.train_images))
    *_, last = train(
        new_model(preset.model, seed=config.seed, device=device),
        torch.tensor(dataset.train_images, device=device),
        torch.tensor(to_unit(dataset.test_images), device=device),
        config,
    )
    return {
        "fit_seconds": fit_seconds,
        "train_seconds": last.seconds,
        "fit_ratio": fit_seconds / last.seconds,
    }


def _estimator(model: ModelConfig, config: TrainConfig, device: torch.device) -> Autoencoder:
    """Return an estimator with these settings, as far as it has them."""
    return Autoencoder(
        latent_dim=model.latent_dim,
        hidden_dims=model.hidden_dims,
        image_shape=model.input_shape,
        latent_dropout=model.latent_dropout,
        weight_decay=config.gamma,
        optimizer=config.optimizer,
        epochs=config.epochs,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        device=device.type,
        random_state=config.seed,
    )


def _require_trainable(preset: Preset, recipe: TrainConfig) -> None:
    """Refuse a preset with settings that the estimator does not have."""
    model = preset.model
    plain = ModelConfig(
        latent_dim=model.latent_dim,
        hidden_dims=model.hidden_dims,
        latent_dropout=model.latent_dropout,
        input_shape=model.input_shape,
    )
    clean = replace(recipe, noise=None, distortion=0.0, kl_weight=0.0)
    if (model, recipe) != (plain, clean):
        raise ConfigError(
            f"{preset.name} has settings that MLPRegressor or the estimator lacks. Choose a dense "
            "preset without corruption, as plane or wide."
        )


def _seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
