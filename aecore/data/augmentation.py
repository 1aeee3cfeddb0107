"""More digits than there are: each a little rotated, scaled and sheared."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from aecore.config import SHAPE
from aecore.errors import TrainingError

_ROTATION = 0.2
_SCALING = 0.12
_SHEAR = 0.2


def augment(
    x: Tensor, *, share: float, generator: torch.Generator, shape: tuple[int, ...] = SHAPE
) -> Tensor:
    """Rotate (up to 0.2 rad), scale (12%) and shear (0.2) the first digits of a batch.

    Parameters
    ----------
    x : Tensor of shape (B, P), in 0..1; left alone
    share : float
        Of the batch, rounded down; 0 returns `x` itself.
    generator : torch.Generator
        On the same device as `x`.
    shape : tuple of int
        Height and width of a picture, and the number of channels of one in color.

    Returns
    -------
    Tensor of shape (B, P), in 0..1

    Raises
    ------
    TrainingError
        If the rows are no pictures.
    """
    count = int(share * len(x))
    if count == 0:
        return x
    if len(shape) == 1:
        raise TrainingError("Only pictures can be augmented, not rows of features.")
    draws = 2.0 * torch.rand(4, count, generator=generator, device=x.device) - 1.0
    angle, shear = _ROTATION * draws[0], _SHEAR * draws[1]
    width, height = 1.0 + _SCALING * draws[2:]
    zero = torch.zeros_like(angle)
    aspect = shape[0] / shape[1]  # a grid measures both sides from -1 to 1
    matrices = torch.stack(
        (
            *(width * angle.cos(), (shear - angle.sin()) * aspect, zero),
            *(angle.sin() / aspect, height * angle.cos(), zero),
        ),
        dim=1,
    ).view(count, 2, 3)
    pictures = x[:count].view(count, *shape[:2], -1).movedim(-1, 1)  # (count, C, H, W)
    grid = functional.affine_grid(matrices, list(pictures.shape), align_corners=False)
    moved = functional.grid_sample(pictures, grid, align_corners=False)
    return torch.cat((moved.movedim(1, -1).reshape(count, -1), x[count:]))
