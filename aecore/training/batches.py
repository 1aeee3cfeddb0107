"""Batches of training digits: shuffled, gathered, augmented and corrupted."""

from __future__ import annotations

import torch
from torch import Tensor

from aecore.config import N_PIXELS, TrainConfig
from aecore.corruptions import NOISES
from aecore.data.augmentation import augment
from aecore.data.noise import corrupt
from aecore.training.fused_backprop import merge_pixels, split_pixels


class Batches:
    """The training digits in batches, in a new order each epoch.

    Parameters
    ----------
    images : Tensor of shape (N, 784), uint8 in 0..255
        The whole of the data as one tensor: bytes, as gathering rows waits for memory.
    config : TrainConfig
    n_parts : int
        P, the number of parts into which the pixels are split.
    generator : torch.Generator
        Draws the order, the augmentation and the corruption, on the device of `images`.
    """

    def __init__(
        self, images: Tensor, config: TrainConfig, *, n_parts: int, generator: torch.Generator
    ) -> None:
        self._config = config
        self._generator = generator
        self._n_images = len(images)
        self._rows = images.view(-1, N_PIXELS // n_parts)
        self._parts = torch.arange(n_parts, device=images.device)[:, None]
        self._bytes = self._rows.new_empty(n_parts * config.batch_size, N_PIXELS // n_parts)
        self._pixels = torch.empty_like(self._bytes, dtype=torch.float32)

    def shuffle(self) -> tuple[Tensor, ...]:
        """Return an epoch's batches as the indices of their digits, (B,) int64 each."""
        order = torch.randperm(self._n_images, generator=self._generator, device=self._rows.device)
        return order.split(self._config.batch_size)

    def load(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Return the input and the target of a training step, overwritten by the next ones.

        Parameters
        ----------
        indices : Tensor of shape (B,), int64

        Returns
        -------
        x, target : Tensor of shape (P, B, 784 / P), float32 in 0..1
        """
        target = self.gather(indices)
        if self._config.distortion:
            digits = augment(
                merge_pixels(target), share=self._config.distortion, generator=self._generator
            )
            target = split_pixels(digits, len(self._parts))
        return self._corrupt(target), target

    def _corrupt(self, target: Tensor) -> Tensor:
        noise = self._config.noise
        if noise is None or NOISES[noise.kind].pixelwise:
            return corrupt(target, noise, generator=self._generator)
        digits = corrupt(merge_pixels(target), noise, generator=self._generator)
        return split_pixels(digits, len(self._parts))

    def gather(self, indices: Tensor) -> Tensor:
        """Return clean digits, (B,) int64 -> (P, B, 784 / P), overwritten by the next ones."""
        rows = torch.add(self._parts, indices, alpha=len(self._parts)).view(-1)
        picked = torch.index_select(self._rows, 0, rows, out=self._bytes[: len(rows)])
        pixels = torch.div(picked, 255.0, out=self._pixels[: len(rows)])
        return pixels.view(len(self._parts), len(indices), -1)
