"""Learning-rate schedules."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from aecore.config import TrainConfig

WARM_UP = 0.05
"""Share of the steps in which the learning rate of a linear schedule rises."""


def learning_rates(config: TrainConfig, n_steps: int) -> Tensor:
    """Return the learning rate of each step, (n_steps,) float32; `restarts` begin it anew."""
    ends = [n_steps * epoch // config.epochs for epoch in (0, *config.restarts, config.epochs)]
    return torch.cat([_schedule(config, end - start) for start, end in itertools.pairwise(ends)])


def _schedule(config: TrainConfig, n_steps: int) -> Tensor:
    """Return the learning rates between two restarts."""
    if config.schedule == "constant":
        return torch.full((n_steps,), config.learning_rate)
    step = torch.arange(1, n_steps + 1, dtype=torch.float64)
    rising = step / (WARM_UP * n_steps)
    falling = (n_steps + 1 - step) / ((1 - WARM_UP) * n_steps)
    return (config.learning_rate * torch.minimum(rising, falling).clamp(max=1.0)).float()
