"""The point of the latent space that a visitor has picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.latent.axes import MapDistance
from aecore.latent.codes import format_code


@dataclass(frozen=True, eq=False)
class Pin:
    """A code, and the test digit that it belongs to, if it is one's."""

    code: np.ndarray
    """(D,) float64."""
    number: int | None
    """Row of the atlas; None for a point that is no test digit's."""

    @classmethod
    def of_digit(cls, codes: np.ndarray, number: int) -> Self:
        """The code of test digit `number` of an atlas (N, D)."""
        return cls(code=codes[number].astype(np.float64), number=int(number))

    @classmethod
    def at(cls, code: np.ndarray, near: MapDistance) -> Self:
        """The test digit whose code an address writes like `code` (D,), else `code` itself."""
        indices, _ = near.neighbors(code[None], 1)
        found = cls.of_digit(near.codes, indices[0, 0])
        if format_code(found.code) == format_code(code):
            return found
        return cls(code=np.array(code, dtype=np.float64), number=None)
