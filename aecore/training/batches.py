"""Batches of training digits: shuffled, gathered, augmented and corrupted."""

from __future__ import annotations

import torch
from torch import Tensor

from aecore.config import TrainConfig
from aecore.corruptions import NOISES
from aecore.data.augmentation import augment
from aecore.data.noise import corrupt
from aecore.training.fused_backprop import merge_pixels, split_pixels


class Batches:
    """The training digits in batches, in a new order each epoch.

    Parameters
    ----------
    images : Tensor of shape (N, n), uint8 in 0..255 or floating
        The whole of the data as one tensor: bytes where it can, as gathering rows waits for memory.
    config : TrainConfig
    shape : tuple of int
        Of a row, as `ModelConfig.input_shape` has it.
    n_parts : int
        P, the number of parts into which the pixels are split.
    generator : torch.Generator
        Draws the order, the augmentation and the corruption, on the device of `images`.
    """

    def __init__(
        self,
        images: Tensor,
        config: TrainConfig,
        *,
        shape: tuple[int, ...],
        n_parts: int,
        generator: torch.Generator,
    ) -> None:
        self._config = config
        self._shape = shape
        self._generator = generator
        self._n_images = len(images)
        width = images.shape[1] // n_parts
        self._rows = images.view(-1, width)
        self._parts = torch.arange(n_parts, device=images.device)[:, None]
        self._picked = self._rows.new_empty(n_parts * min(config.batch_size, len(images)), width)
        self._is_bytes = images.dtype == torch.uint8
        self._pixels = self._picked.float() if self._is_bytes else self._picked

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
        x, target : Tensor of shape (P, B, n / P)
            Of bytes: float32 in 0..1.
        """
        target = self.gather(indices)
        if self._config.distortion:
            digits = augment(
                merge_pixels(target),
                share=self._config.distortion,
                generator=self._generator,
                shape=self._shape,
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
        """Return clean digits, (B,) int64 -> (P, B, n / P), overwritten by the next ones."""
        rows = torch.add(self._parts, indices, alpha=len(self._parts)).view(-1)
        picked = torch.index_select(self._rows, 0, rows, out=self._picked[: len(rows)])
        if self._is_bytes:
            picked = torch.div(picked, 255.0, out=self._pixels[: len(rows)])
        return picked.view(len(self._parts), len(indices), -1)
