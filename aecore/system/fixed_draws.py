"""What PyTorch's generator draws on a CPU from a seed, without PyTorch."""

from __future__ import annotations

import numpy as np

_ROW = 16
"""Normal numbers that PyTorch makes at a time: 8 with cosines, and 8 with sines."""


class FixedDraws:
    """The draws of `torch.Generator().manual_seed(seed)`, one after the other.

    The whole numbers and the uniform ones are the same to the bit; a normal one differs by 1e-6 at
    most, as logarithms and sines do.
    """

    def __init__(self, seed: int) -> None:
        # PyTorch has this generator, and seeds it like this.
        self._bits = np.random.RandomState(seed)

    def shorts(self, count: int) -> np.ndarray:
        """Return int16 numbers (count,), all as likely: `Tensor.random_` of all of int64, cut."""
        halves = self._draw(-(-count // 4) * 2).reshape(-1, 2)  # PyTorch draws the high half first
        return np.ascontiguousarray(halves[:, ::-1]).view("<i2").reshape(-1)[:count]

    def uniform(self, count: int) -> np.ndarray:
        """Return float32 numbers (count,) from 0 to below 1: `torch.rand`."""
        return (self._draw(count) & 0xFFFFFF).astype(np.float32) * np.float32(2**-24)

    def normal(self, count: int) -> np.ndarray:
        """Return float32 numbers (count,): `torch.randn` of the next multiple of 16."""
        pairs = self.uniform(-(-count // _ROW) * _ROW).reshape(-1, 2, _ROW // 2)
        radius = np.sqrt(-2 * np.log(1 - pairs[:, 0]))
        angle = np.float32(2 * np.pi) * pairs[:, 1]
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)[:count]

    def _draw(self, count: int) -> np.ndarray:
        return self._bits.randint(0, 2**32, size=count, dtype=np.uint32)
