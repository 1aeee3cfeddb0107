"""The layers of a trained dense autoencoder in NumPy, each with its own input and output.

To encode and decode with a model of any family, see `aecore.models.network`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aecore.config import ActivationName
from aecore.models.activations import ACTIVATIONS, logistic


@dataclass(frozen=True, eq=False)
class Layers:
    """Weight matrices and biases from the pixels to the code and back to the pixels.

    Layers are counted from 0. All but the code's and the last one are hidden and end in the
    activation function, the last one in a logistic function where the model has one. There is no
    dropout, as in eval mode.
    """

    matrices: tuple[np.ndarray, ...]
    """(out, in) float32 each."""
    biases: tuple[np.ndarray, ...]
    """(out,) float32 each."""
    code: int
    """Index of the layer whose output is the code."""
    activation: ActivationName = "relu"
    """Of the hidden layers."""
    logistic: bool = False
    """True where a logistic function keeps the pixels between 0 and 1."""

    @property
    def n_inputs(self) -> int:
        """Number of pixels of a picture or features of a row."""
        return self.matrices[0].shape[1]

    @property
    def last_hidden(self) -> int:
        """Index of the layer before the pixels."""
        return len(self.matrices) - 2

    def hidden(self, layer: int) -> bool:
        """Return whether the layer ends in the activation function."""
        return layer not in (self.code, len(self.matrices) - 1)

    def rectified(self, layer: int) -> bool:
        """Return whether the layer ends in a ReLU."""
        return self.activation == "relu" and self.hidden(layer)

    def sums(self, layer: int, inputs: np.ndarray) -> np.ndarray:
        """Return the layer's weighted sums before its activation function: (B, in) -> (B, out)."""
        return inputs @ self.matrices[layer].T + self.biases[layer]

    def outputs(self, layer: int, sums: np.ndarray) -> np.ndarray:
        """Return the layer's outputs for its weighted sums, both (B, out)."""
        if self.logistic and layer == len(self.matrices) - 1:
            return logistic(sums)
        return ACTIVATIONS[self.activation].outputs(sums) if self.hidden(layer) else sums

    def run(self, inputs: np.ndarray, *, first: int = 0, last: int | None = None) -> np.ndarray:
        """Return outputs (B, out) of layer `last`, by default the pixels, for inputs of `first`."""
        last = len(self.matrices) - 1 if last is None else last
        for layer in range(first, last + 1):
            inputs = self.outputs(layer, self.sums(layer, inputs))
        return inputs

    def gradient(self, at: np.ndarray) -> np.ndarray:
        """Return the Jacobian of the code at one image.

        Parameters
        ----------
        at : ndarray of shape (P,)

        Returns
        -------
        ndarray of shape (D, P)
            Derivative of each latent dimension with respect to each pixel.
        """
        jacobian = np.eye(len(at), dtype=np.float32)
        values = at[None]
        for layer in range(self.code + 1):
            values = self.outputs(layer, self.sums(layer, values))
            jacobian = self.matrices[layer] @ jacobian
            if self.hidden(layer):
                jacobian = jacobian * ACTIVATIONS[self.activation].slopes(values[0])[:, None]
        return jacobian
