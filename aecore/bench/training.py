"""Compare our training loop and recipes with the notebook's own loop: `bench train`."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from aecore.config import NoiseConfig, TrainConfig
from aecore.data.dataset import Dataset
from aecore.data.noise import corrupt
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import Autoencoder, new_model
from aecore.models.families import family_of
from aecore.presets import Preset
from aecore.training.cuda_graph import tf32
from aecore.training.device import device_name
from aecore.training.loop import fixed_corruption, mean_squared_error, train

_PROBES = 10  # of the rate of products, in a run
_PRODUCT_SIZE = {"cpu": 1024, "mps": 2048, "cuda": 8192}


def bench_train(
    preset: Preset,
    dataset: Dataset,
    *,
    seeds: int,
    notebook_epochs: int,
    device: torch.device,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Time three ways to train a preset, for several seeds.

    They take turns, epoch by epoch, so that other load on the machine slows all of them down.

    Parameters
    ----------
    preset : Preset
    dataset : Dataset
    seeds : int
        Number of runs of each, with the seeds 1, 2, ...
    notebook_epochs : int
        Epochs of the notebook's loop and of ours on the same recipe.
    device : torch.device
    progress : callable
        Called with what is timed next.

    Returns
    -------
    dict
        Medians over the seeds, and `runs`, the same for each seed:

        - `notebook_seconds`, `notebook_test_mse`: the notebook's loop and recipe;
        - `same_recipe_seconds`, `same_recipe_test_mse`, `same_recipe_speedup`: our loop, the
          notebook's recipe;
        - `recipe_seconds`, `recipe_test_mse`, `parity_speedup`: our loop and the preset's
          recipe, scheduled over the preset's `parity_epochs`;
        - `capture_seconds`: how much longer the first epoch of our loop took than the median
          one, that is, compiling and capturing; it is part of the times above;
        - `floor_seconds`: the multiply-adds of the same recipe's matrix products over the rate
          of one large product, the median of those measured between epochs; `floor_ratio`: our
          loop's time over it.

        No time includes the final test error; our loop looks at one test digit after an epoch.
    """
    train_images = torch.tensor(to_unit(dataset.train_images))  # as a notebook holds them
    test_images = torch.tensor(to_unit(dataset.test_images), device=device)
    test_inputs = fixed_corruption(test_images, preset.train.noise)
    on_device = torch.tensor(dataset.train_images, device=device)
    notebooks = preset.notebook_recipe(notebook_epochs)
    ours = dataclasses.replace(preset.train, epochs=preset.parity_epochs)

    runs = []
    for seed in range(1, seeds + 1):
        models = [new_model(preset.model, seed=seed, device=device) for _ in range(3)]
        same, recipe = (dataclasses.replace(config, seed=seed) for config in (notebooks, ours))
        trainings = [
            Training(notebook_loop(models[0], train_images, same), notebook_epochs),
            Training(train(models[1], on_device, test_images[:1], same), notebook_epochs),
            Training(train(models[2], on_device, test_images[:1], recipe), ours.epochs),
        ]
        rates = []
        for turn, turns in take_turns(trainings):
            if turn % max(1, turns // _PROBES) == 0:
                turn_of = f"epoch {turn + 1} of {turns}"
                progress(f"seed {seed}: {turn_of} of the notebook's loop and ours")
                rates.append(products_per_second(device))
        seconds = [sum(training.seconds) for training in trainings]
        errors = [mean_squared_error(each, test_inputs, test_images).item() for each in models]
        work = family_of(preset.model).multiply_adds(preset.model) * len(train_images)
        floor = work * notebook_epochs / statistics.median(rates)
        epochs = trainings[1].seconds
        runs.append(
            {
                "seed": seed,
                "notebook_seconds": seconds[0],
                "notebook_test_mse": errors[0],
                "same_recipe_seconds": seconds[1],
                "same_recipe_test_mse": errors[1],
                "same_recipe_speedup": seconds[0] / seconds[1],
                "recipe_seconds": seconds[2],
                "recipe_test_mse": errors[2],
                "parity_speedup": seconds[0] / seconds[2],
                "capture_seconds": max(0.0, epochs[0] - statistics.median(epochs)),
                "floor_seconds": floor,
                "floor_ratio": seconds[1] / floor,
            }
        )
    medians = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "seed"}
    return {
        "preset": preset.name,
        "device": device_name(device),
        "threads": torch.get_num_threads(),
        "notebook_epochs": notebook_epochs,
        "recipe_epochs": ours.epochs,
        **medians,
        "runs": runs,
    }


@dataclass
class Training:
    """A training that runs one epoch at a time."""

    loop: Iterator[object]
    epochs: int
    seconds: list[float] = field(default_factory=list)
    """Wall-clock time of each epoch so far."""

    def run_epoch(self) -> None:
        """Train one epoch and time it."""
        started = time.perf_counter()
        next(self.loop)
        self.seconds.append(time.perf_counter() - started)


def take_turns(trainings: Sequence[Training]) -> Iterator[tuple[int, int]]:
    """Run all of their epochs, those of shorter ones spread among those of the longest.

    Yields
    ------
    turn, turns : int
        Before each turn, in which every training has an epoch or none.
    """
    turns = max(training.epochs for training in trainings)
    for turn in range(turns):
        yield turn, turns
        for training in trainings:
            if len(training.seconds) * turns <= turn * training.epochs:
                training.run_epoch()


def notebook_loop(model: Autoencoder, images: Tensor, config: TrainConfig) -> Iterator[None]:
    """Train as the course notebook does: a loader of single rows, and a wait after each step.

    Yields after each epoch.

    Parameters
    ----------
    model : Autoencoder
        Changed in place.
    images : Tensor of shape (N, 784), float32 in 0..1
        On the processor; each batch is sent to the model's device.
    config : TrainConfig
        The notebook's recipe: Adam with a constant learning rate.
    """
    device = next(model.parameters()).device
    generator = torch.Generator(device=device).manual_seed(config.seed)
    loader = DataLoader(
        TensorDataset(images),
        batch_size=config.batch_size,
        shuffle=True,
        generator=torch.Generator().manual_seed(config.seed),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    criterion = nn.MSELoss()
    model.train()
    for _ in range(config.epochs):
        running = 0.0
        for (batch,) in loader:
            target = batch.to(device)
            x = _corrupt(target, config.noise, generator)
            loss = criterion(model(x, generator=generator), target)
            for parameter in model.parameters():
                if parameter.ndim == 2:
                    loss = loss + config.gamma * torch.mean(parameter**2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item()
        yield


def _corrupt(x: Tensor, noise: NoiseConfig | None, generator: torch.Generator) -> Tensor:
    """Corrupt as a notebook does: masks from a random number a pixel, not from single bits."""
    if noise is None or noise.kind != "masking":
        return corrupt(x, noise, generator=generator)
    return x * (torch.rand(x.shape, generator=generator, device=x.device) >= noise.level)


def products_per_second(device: torch.device) -> float:
    """Return the multiply-adds a second of a large float32 product, the best of ten."""
    size = _PRODUCT_SIZE[device.type]
    a, b = torch.rand(2, size, size, device=device)
    best = float("inf")
    with tf32():
        for _ in range(10):
            started = time.perf_counter()
            (a @ b)[0, 0].item()  # waits for the device
            best = min(best, time.perf_counter() - started)
    return size**3 / best
