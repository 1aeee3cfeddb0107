"""Families of models: what the rest of the program asks of a kind of network."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from aecore.config import ModelConfig
from aecore.errors import ConfigError
from aecore.models.numpy_layers import Layers

if TYPE_CHECKING:
    from torch import nn  # listing checkpoints does without torch


class Family(ABC):
    """A kind of network for the encoder and the decoder.

    Code dropout, the logistic output and the distribution of a variational model lie outside the
    network, in `aecore.models.autoencoder`.
    """

    name: str
    """In checkpoints and on the command line."""
    label: str
    """On the pages, as in `dense network`."""
    is_dense: bool = False
    """True for linear layers with activation functions between them: what /filters shows and
    `aecore.training.fused_backprop` differentiates. The family then has `dense_layers`."""
    runs_in_browser: bool = False
    """True where the family has `browser_layers`, for `aecore/viewer/js/model/network.js` and
    `aecore.models.network`."""

    @abstractmethod
    def widths(self, config: ModelConfig) -> tuple[int, ...]:
        """Return the number of values in each layer from the pixels to the code, both included."""

    @abstractmethod
    def state_shapes(self, config: ModelConfig) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every array in the state dict, all of them parameters.

        Raises
        ------
        ConfigError
            If the family cannot have such a configuration.
        """

    @abstractmethod
    def build(self, config: ModelConfig) -> tuple[nn.Module, nn.Module]:
        """Return the networks of the encoder and the decoder, their weights not yet initialized.

        They map (B, P) to (B, D), of variational models to (B, 2D), and (B, D) to (B, P), where P
        is the configuration's `n_inputs`. Their names in the state dict begin with
        `encoder.layers.` and `decoder.layers.`.
        """

    @abstractmethod
    def multiply_adds(self, config: ModelConfig) -> int:
        """Return those of one digit in training: forward, and back to all but the input."""

    def dense_layers(self, config: ModelConfig, weights: Mapping[str, np.ndarray]) -> Layers:
        """Return the layers of a dense model in NumPy.

        Raises
        ------
        ConfigError
            If the family is not dense.
        """
        raise ConfigError(f"A {self.label} has no dense layers.")

    def browser_layers(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], part: str
    ) -> dict[str, np.ndarray]:
        """Return the layers of a part, `encoder` or `decoder`, as a browser computes them.

        Each has the model's activation function behind it but the last one. Layer i, from the
        part's input on, is dense with `columns0` (in, out), the weight matrix column by column, and
        `bias0` (out,); or it is a convolution of stride 2 with padding 1, see `aecore.models.conv`.

        Raises
        ------
        ConfigError
            If browsers cannot compute the family.
        """
        raise ConfigError(f"A {self.label} does not run in a browser.")

    def structure(self, config: ModelConfig) -> str:
        """Return the layers from pixels to pixels in words, as in `784 → 128 → 2 → 128 → 784`."""
        widths = self.widths(config)
        return " → ".join(map(str, widths + widths[-2::-1]))

    def count_weights(self, config: ModelConfig) -> int:
        """Return the number of weights and biases."""
        return sum(math.prod(shape) for shape in self.state_shapes(config).values())
