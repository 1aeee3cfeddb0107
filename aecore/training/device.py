"""The device that a model is trained on."""

from __future__ import annotations

import torch

from aecore.errors import TrainingError


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
