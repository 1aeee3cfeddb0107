"""The device that a model is trained on."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import torch

from aecore.config import TrainConfig
from aecore.errors import TrainingError
from aecore.settings import Number, settings_of


def pick_device(name: str | None = None) -> torch.device:
    """Return the device called `name`; by default the best one: CUDA, then MPS, then the CPU.

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
    names = [device for device, is_available in available.items() if is_available]
    if name in (None, "auto"):
        return torch.device(names[0])
    if name not in names:
        raise TrainingError(
            f"There is no device {name!r} here. Choose one of: auto, {', '.join(names)}."
        )
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """Return what a device is called: a graphics card's model, else `cpu` or `mps`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def halve_batches(config: TrainConfig, device: torch.device) -> TrainConfig:
    """Return a configuration with half the batch size, for a device that ran out of memory.

    It is another recipe: twice as many steps an epoch, at the same learning rate.

    Raises
    ------
    TrainingError
        If the batches are as small as the app allows.
    """
    least, _ = cast(Number, settings_of(TrainConfig)["batch_size"]).bounds
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if config.batch_size // 2 < least:
        raise TrainingError(
            f"The memory of {device.type} does not hold this training, not even with "
            f"batches of {config.batch_size}. Choose a smaller model, or the device cpu."
        )
    return replace(config, batch_size=config.batch_size // 2)
