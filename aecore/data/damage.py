"""What the laboratory does to digits: every corruption that models train on, and a black square."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self, get_args

import numpy as np
import torch

from aecore.config import N_PIXELS, SIDE, NoiseConfig
from aecore.data.noise import FIXED_SEED, corrupt_fixed
from aecore.errors import ConfigError

DamageKind = Literal["masking", "gaussian", "salt_and_pepper", "occlusion"]
MIDDLE = SIDE // 2


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One way to break digits, always the same for the same digits.

    The random numbers depend on a digit's position alone: a higher level only adds to what a lower
    one did, and more digits leave the damage of the first ones as it was.

    Raises
    ------
    ConfigError
        If a value is out of range.
    """

    kind: DamageKind
    level: float
    """In 0..1. Of occlusion: the square's side, as a share of the picture's; of the others see
    `NoiseConfig`."""
    row: int = MIDDLE
    """Of occlusion: the square's middle in pixels from the top, 0..28. Near an edge the square
    stays within the picture."""
    column: int = MIDDLE
    """The same from the left."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(DamageKind):
            raise ConfigError(f"There is no damage {self.kind!r}.")
        if not 0 <= self.level <= 1:
            raise ConfigError(f"The level must lie in 0..1, not {self.level!r}.")
        if not (0 <= self.row <= SIDE and 0 <= self.column <= SIDE):
            raise ConfigError(f"The square's middle must lie in 0..{SIDE}.")

    @property
    def noise(self) -> NoiseConfig | None:
        """The same as a model's training knows it; None where it does not."""
        if self.kind == "occlusion":
            return None
        return NoiseConfig(kind=self.kind, level=self.level)

    @property
    def is_signed(self) -> bool:
        """Whether `field` has a sign."""
        return self.kind in ("gaussian", "salt_and_pepper")

    def at(self, level: float) -> Self:
        """The same at another level."""
        return replace(self, level=level)

    def apply(self, clean: np.ndarray) -> np.ndarray:
        """Broken digits, of clean ones (B, 784) float32 in 0..1; both alike in shape and range."""
        if self.kind == "occlusion":
            return clean * self._window()
        return corrupt_fixed(clean, self.noise)

    def field(self, count: int) -> np.ndarray:
        """The damage by itself, for `count` digits.

        Returns
        -------
        ndarray of shape (count, 784), float32
            Masking and occlusion: 1 where a pixel is kept, 0 elsewhere. Gaussian: what is added
            before the sum is cut to 0..1. Salt and pepper: 1 salt, -1 pepper, 0 neither.
        """
        if self.kind == "occlusion":
            return np.tile(self._window(), (count, 1))
        if self.kind == "masking":
            return self.apply(np.ones((count, N_PIXELS), dtype=np.float32))
        if self.kind == "salt_and_pepper":
            return 2 * self.apply(np.full((count, N_PIXELS), 0.5, dtype=np.float32)) - 1
        generator = torch.Generator().manual_seed(FIXED_SEED)
        return self.level * torch.randn((count, N_PIXELS), generator=generator).numpy()

    def _window(self) -> np.ndarray:
        """0 within the square and 1 elsewhere, (784,) float32."""
        side = round(self.level * SIDE)
        window = np.ones((SIDE, SIDE), dtype=np.float32)
        top, left = (
            min(max(middle - side // 2, 0), SIDE - side) for middle in (self.row, self.column)
        )
        window[top : top + side, left : left + side] = 0.0
        return window.reshape(-1)
