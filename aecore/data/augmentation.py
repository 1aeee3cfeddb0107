"""More digits than there are: each a little turned, stretched and slanted."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from aecore.config import N_PIXELS, SHAPE

_TURN = 0.2
_STRETCH = 0.12
_SLANT = 0.2


def distort(x: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Turn (up to 0.2 rad), stretch (12%) and slant (0.2) the first digits of a batch.

    Parameters
    ----------
    x : Tensor of shape (B, 784), in 0..1; left alone
    share : float
        Of the batch, rounded down; 0 returns `x` itself.
    generator : torch.Generator
        On the same device as `x`.

    Returns
    -------
    Tensor of shape (B, 784), in 0..1
    """
    count = int(share * len(x))
    if count == 0:
        return x
    draws = 2.0 * torch.rand(4, count, generator=generator, device=x.device) - 1.0
    turn, slant = _TURN * draws[0], _SLANT * draws[1]
    wide, high = 1.0 + _STRETCH * draws[2], 1.0 + _STRETCH * draws[3]
    zero = torch.zeros_like(turn)
    matrices = torch.stack(
        (wide * turn.cos(), slant - turn.sin(), zero, turn.sin(), high * turn.cos(), zero), dim=1
    ).view(count, 2, 3)
    shape = (count, 1, *SHAPE)
    grid = functional.affine_grid(matrices, shape, align_corners=False)
    moved = functional.grid_sample(x[:count].view(shape), grid, align_corners=False)
    return torch.cat((moved.view(count, N_PIXELS), x[count:]))
