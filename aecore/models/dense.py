"""Dense networks: linear layers with activation functions between them, the decoder mirrored."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from aecore.config import ActivationName, ModelConfig
from aecore.models.family import Family
from aecore.models.numpy_layers import Layers

if TYPE_CHECKING:
    from torch import nn


_MODULES: dict[ActivationName, str] = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "logistic": "Sigmoid",
    "identity": "Identity",
}
"""Of `torch.nn`."""


class DenseFamily(Family):
    """Inputs -> hidden -> D -> hidden -> inputs; `hidden_dims` are the hidden layers' widths."""

    name = "dense"
    label = "dense network"
    is_dense = True
    runs_in_browser = True

    def widths(self, config: ModelConfig) -> tuple[int, ...]:
        """Return the number of values in each layer from the pixels to the code."""
        return (config.n_inputs, *config.hidden_dims, config.latent_dim)

    def state_shapes(self, config: ModelConfig) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every array in the state dict."""
        shapes: dict[str, tuple[int, ...]] = {}
        for part, sizes in zip(("encoder", "decoder"), self._sizes(config), strict=True):
            for index, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
                name = f"{part}.layers.{2 * index}"  # every second module is an activation
                shapes |= {f"{name}.weight": (fan_out, fan_in), f"{name}.bias": (fan_out,)}
        return shapes

    def build(self, config: ModelConfig) -> tuple[nn.Module, nn.Module]:
        """Return the networks of the encoder and the decoder."""
        from torch import nn
        from torch.nn.utils import skip_init

        activation = getattr(nn, _MODULES[config.activation])

        def network(sizes: tuple[int, ...]) -> nn.Sequential:
            layers: list[nn.Module] = []
            for fan_in, fan_out in itertools.pairwise(sizes):
                layers += [skip_init(nn.Linear, fan_in, fan_out), activation()]
            return nn.Sequential(*layers[:-1])

        encoder, decoder = self._sizes(config)
        return network(encoder), network(decoder)

    def multiply_adds(self, config: ModelConfig) -> int:
        """Return those of one digit in training."""
        shapes = self.state_shapes(config).values()
        products = [math.prod(shape) for shape in shapes if len(shape) == 2]
        return 3 * sum(products) - products[0]

    def dense_layers(self, config: ModelConfig, weights: Mapping[str, np.ndarray]) -> Layers:
        """Return the layers in NumPy; a variational encoder's give the means alone."""
        widths = self.widths(config)
        outputs = np.repeat((*widths[1:], *widths[-2::-1]), 2)
        arrays = [
            weights[name][:n] for name, n in zip(self.state_shapes(config), outputs, strict=True)
        ]
        return Layers(
            matrices=tuple(arrays[::2]),
            biases=tuple(arrays[1::2]),
            code=len(widths) - 2,
            activation=config.activation,
            logistic=config.output == "logistic",
        )

    def browser_layers(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], part: str
    ) -> dict[str, np.ndarray]:
        """Return the layers of a part as a browser computes them."""
        names = [name for name in self.state_shapes(config) if name.startswith(f"{part}.")]
        arrays: dict[str, np.ndarray] = {}
        for layer, (weight, bias) in enumerate(zip(names[::2], names[1::2], strict=True)):
            # Column by column: the browser leaves out those of inputs that are 0.
            arrays |= {f"columns{layer}": weights[weight].T, f"bias{layer}": weights[bias]}
        return arrays

    def _sizes(self, config: ModelConfig) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the widths of the encoder's and the decoder's layers, inputs included."""
        widths = self.widths(config)
        n_outputs = (2 if config.variational else 1) * config.latent_dim
        return (*widths[:-1], n_outputs), widths[::-1]
