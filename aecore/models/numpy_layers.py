"""The layers of a trained autoencoder in NumPy, to be looked into one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from aecore.config import ModelConfig


@dataclass(frozen=True, eq=False)
class Layers:
    """Weight matrices and biases from the pixels to the code and back to the pixels.

    Layers are counted from 0. All but the code's and the last one end in a ReLU, the last one in a
    logistic function where the model has one. There is no dropout here: this is the model as it is
    looked at, not as it is trained.
    """

    matrices: tuple[np.ndarray, ...]
    """(out, in) float32 each."""
    biases: tuple[np.ndarray, ...]
    """(out,) float32 each."""
    code: int
    """Which layer's output is the code."""
    logistic: bool = False
    """Whether the pixels are squeezed between 0 and 1."""

    @classmethod
    def of(cls, config: ModelConfig, weights: Mapping[str, np.ndarray]) -> Self:
        """The layers of a checkpoint's weights, named and shaped as `config.weight_shapes()`."""
        depth = len(config.layer_sizes) - 1
        widths = (*config.layer_sizes[1:], *config.layer_sizes[-2::-1])
        names = [f"{part}.layers.{2 * i}" for part in ("encoder", "decoder") for i in range(depth)]
        # An encoder that gives more than the code, as a variational one may, gives the code first.
        return cls(
            matrices=tuple(
                weights[f"{name}.weight"][:width] for name, width in zip(names, widths, strict=True)
            ),
            biases=tuple(
                weights[f"{name}.bias"][:width] for name, width in zip(names, widths, strict=True)
            ),
            code=depth - 1,
            logistic=config.output == "logistic",
        )

    @property
    def last_hidden(self) -> int:
        """The layer just before the pixels; of one hidden layer, the encoder's mirror image."""
        return len(self.matrices) - 2

    def rectified(self, layer: int) -> bool:
        """Whether the layer ends in a ReLU."""
        return layer not in (self.code, len(self.matrices) - 1)

    def sums(self, layer: int, inputs: np.ndarray) -> np.ndarray:
        """What the layer (out) adds up of inputs (B, in), (B, out); see `outputs`."""
        return inputs @ self.matrices[layer].T + self.biases[layer]

    def outputs(self, layer: int, sums: np.ndarray) -> np.ndarray:
        """The layer's outputs of its sums, both (B, out)."""
        if self.logistic and layer == len(self.matrices) - 1:
            return (1 + np.tanh(sums / 2)) / 2  # no overflow, as exp has
        return np.maximum(sums, 0) if self.rectified(layer) else sums

    def run(self, inputs: np.ndarray, *, first: int = 0, last: int | None = None) -> np.ndarray:
        """Outputs (B, out) of layer `last` (default: the pixels) for inputs (B, in) of `first`."""
        last = len(self.matrices) - 1 if last is None else last
        for layer in range(first, last + 1):
            inputs = self.outputs(layer, self.sums(layer, inputs))
        return inputs

    def gradient(self, at: np.ndarray) -> np.ndarray:
        """How each number of the code answers to each pixel of one image.

        Parameters
        ----------
        at : ndarray of shape (784,)

        Returns
        -------
        ndarray of shape (D, 784)
            The derivatives of the code.
        """
        slopes = np.eye(len(at), dtype=np.float32)
        values = at[None]
        for layer in range(self.code + 1):
            sums = self.sums(layer, values)
            slopes = self.matrices[layer] @ slopes
            if self.rectified(layer):
                slopes = slopes * (sums[0] > 0)[:, None]
            values = self.outputs(layer, sums)
        return slopes
