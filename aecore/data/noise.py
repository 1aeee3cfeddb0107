"""Configured corruptions of digits: in training from a generator, in measurements always alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from aecore.config import SIDE, NoiseConfig
from aecore.corruptions import CORRUPTIONS, Corruption
from aecore.errors import ConfigError
from aecore.system.fixed_draws import FixedDraws

if TYPE_CHECKING:
    from torch import Generator, Tensor

FIXED_SEED = 20_061_001
"""Seeds the corruption of everything that is measured, so that figures can be repeated."""
MIDDLE = SIDE // 2


def corrupt(x: Tensor, noise: NoiseConfig | None, *, generator: Generator) -> Tensor:
    """Corrupt digits as training does.

    Parameters
    ----------
    x : Tensor of shape (B, 784), in 0..1; left alone
        Of a pixelwise corruption, of any shape.
    noise : NoiseConfig or None
        None returns `x` itself.
    generator : torch.Generator
        On the same device as `x`.

    Returns
    -------
    Tensor like `x`, in 0..1
    """
    if noise is None:
        return x
    return CORRUPTIONS[noise.kind].train(x, level=noise.level, generator=generator)


def corrupt_fixed(images: np.ndarray, noise: NoiseConfig | None) -> np.ndarray:
    """Corrupt an array always in the same way, on the CPU, whatever device the model is on.

    Parameters
    ----------
    images : ndarray of shape (B, 784), float32 in 0..1; left alone
    noise : NoiseConfig or None
        None returns `images` themselves.

    Returns
    -------
    ndarray of shape (B, 784), float32 in 0..1
    """
    if noise is None:
        return images
    return FixedCorruption(kind=noise.kind, level=noise.level).apply(images)


def compensate(images: np.ndarray, noise: NoiseConfig | FixedCorruption | None) -> np.ndarray:
    """Rescale corrupted digits to their expected brightness, for a linear model's sake."""
    brightness = 1.0 if noise is None else CORRUPTIONS[noise.kind].brightness(noise.level)
    return images if brightness in (0.0, 1.0) else images / np.float32(brightness)


@dataclass(frozen=True, kw_only=True)
class FixedCorruption:
    """A corruption at a level, always the same for the same digits.

    The random numbers depend on a digit's position alone: a higher level only adds to what a lower
    one did, and more digits leave the corruption of the first ones as it was.

    Raises
    ------
    ConfigError
        If a value is out of range.
    """

    kind: str
    level: float
    row: int = MIDDLE
    """Of a corruption with a place: the pixels from the top, 0..28."""
    column: int = MIDDLE
    """The same from the left."""

    def __post_init__(self) -> None:
        if self.kind not in CORRUPTIONS:
            raise ConfigError(f"There is no corruption {self.kind!r}.")
        self.corruption.level.check("level", self.level)
        if not (0 <= self.row <= SIDE and 0 <= self.column <= SIDE):
            raise ConfigError(f"Row and column must lie in 0..{SIDE}.")

    @property
    def corruption(self) -> Corruption:
        """The registered corruption."""
        return CORRUPTIONS[self.kind]

    def at(self, level: float) -> Self:
        """Return the same corruption at another level."""
        return replace(self, level=level)

    def matches(self, noise: NoiseConfig | None) -> bool:
        """Return whether a model was trained on exactly this."""
        return noise is not None and (noise.kind, noise.level) == (self.kind, self.level)

    def apply(self, clean: np.ndarray) -> np.ndarray:
        """Corrupt clean digits (B, 784), float32 in 0..1."""
        return self._run(self.corruption.apply, clean)

    def residual(self, clean: np.ndarray) -> np.ndarray:
        """Return what the corruption does to clean digits (B, 784); see `Corruption.residual`."""
        return self._run(self.corruption.measure, clean)

    def _run(self, function: Callable[..., Any], images: np.ndarray) -> np.ndarray:
        options: dict[str, Any] = {"level": float(self.level)}
        if self.corruption.place:
            options |= {"row": self.row, "column": self.column}
        if self.corruption.in_numpy:
            batch = np.array(images, dtype=np.float32)
            return function(batch, generator=FixedDraws(FIXED_SEED), **options)
        import torch

        generator = torch.Generator().manual_seed(FIXED_SEED)
        tensor = torch.tensor(images, dtype=torch.float32)
        return function(tensor, generator=generator, **options).numpy()
