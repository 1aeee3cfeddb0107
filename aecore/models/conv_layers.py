"""Layers of convolutional networks that PyTorch has no module for."""

from __future__ import annotations

from torch import Tensor, nn


class ToChannels(nn.Module):
    """Rows of pixels to pictures: (B, H * W * C) to (B, C, H, W)."""

    def __init__(self, height: int, width: int, n_channels: int) -> None:
        super().__init__()
        self._shape = (height, width, n_channels)

    def forward(self, x: Tensor) -> Tensor:
        return x.view(-1, *self._shape).movedim(-1, 1)


class ToPixels(nn.Module):
    """Pictures to rows of pixels: (B, C, H, W) to (B, H * W * C)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.movedim(1, -1).flatten(1)
