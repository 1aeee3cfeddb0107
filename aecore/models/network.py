"""A trained autoencoder in NumPy, for what shows models and does not train them.

PyTorch takes a second to import and 200 MB to keep. A `Network` is called like the `Autoencoder` of
the same weights, with arrays in place of tensors. The units of dense networks, one by one, are in
`aecore.models.numpy_layers`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aecore.config import ActivationName, ModelConfig, OutputName
from aecore.models.activations import ACTIVATIONS, logistic
from aecore.models.families import family_of


@dataclass(frozen=True, eq=False)
class DenseLayer:
    """Weighted sums: (B, in) -> (B, out)."""

    columns: np.ndarray
    """(in, out)."""
    bias: np.ndarray
    """(out,)."""

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, len(self.columns)) @ self.columns + self.bias


@dataclass(frozen=True, eq=False)
class ConvLayer:
    """A convolution of stride 2 with padding 1, or a transposed one: maps (B, H, W, C) to others.

    Maps may come as rows (B, H * W * C).
    """

    kernels: np.ndarray
    """(3, 3, in, out)."""
    bias: np.ndarray
    """(out,)."""
    before: tuple[int, int]
    """Height and width of the input's maps."""
    after: tuple[int, int]
    """Of the output's; larger than the input's where the convolution is transposed."""

    def __call__(self, values: np.ndarray) -> np.ndarray:
        maps = values.reshape(-1, *self.before, self.kernels.shape[2])
        return (self._transposed if self.after > self.before else self._convolved)(maps) + self.bias

    def _convolved(self, maps: np.ndarray) -> np.ndarray:
        padding = [
            (1, 2 * small + 1 - large) for small, large in zip(self.after, self.before, strict=True)
        ]
        padded = np.pad(maps, ((0, 0), *padding, (0, 0)))
        patches = [padded[window] for _, window in self._windows(*self.after)]
        rows = np.concatenate(patches, axis=-1).reshape(-1, 9 * maps.shape[-1])
        sums = rows @ self.kernels.reshape(-1, len(self.bias))
        return sums.reshape(-1, *self.after, len(self.bias))

    def _transposed(self, maps: np.ndarray) -> np.ndarray:
        (height, width), n_outputs = self.before, len(self.bias)
        padded = np.zeros((len(maps), 2 * height + 2, 2 * width + 2, n_outputs), maps.dtype)
        rows = maps.reshape(-1, maps.shape[-1])
        for place, window in self._windows(height, width):
            padded[window] += (rows @ self.kernels[place]).reshape(-1, height, width, n_outputs)
        return padded[:, 1 : 1 + self.after[0], 1 : 1 + self.after[1]]

    @staticmethod
    def _windows(height: int, width: int) -> list[tuple[tuple[int, int], tuple[slice, ...]]]:
        """Return each place in a kernel, and which pixels of the padded larger maps it meets."""
        return [
            ((i, j), np.s_[:, i : i + 2 * height : 2, j : j + 2 * width : 2])
            for i in range(3)
            for j in range(3)
        ]


@dataclass(frozen=True, eq=False)
class LayerStack:
    """Layers with an activation function between them: (B, in) -> (B, out)."""

    layers: tuple[DenseLayer | ConvLayer, ...]
    activation: ActivationName

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        values = self.layers[-1](self.activations(rows, len(self.layers) - 1))
        return values.reshape(len(rows), math.prod(values.shape[1:]))

    def activations(self, rows: np.ndarray, count: int) -> np.ndarray:
        """Return what the first so many layers, without the last one, make of rows."""
        values = rows
        for layer in self.layers[:count]:
            values = ACTIVATIONS[self.activation].outputs(layer(values))
        return values


@dataclass(frozen=True, eq=False)
class NetworkEncoder:
    """Pictures to codes: (B, P) -> (B, D); of a variational model these are the means."""

    layers: LayerStack
    latent_dim: int

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return self.layers(rows)[:, : self.latent_dim]


@dataclass(frozen=True, eq=False)
class NetworkDecoder:
    """Codes to pictures: (B, D) -> (B, P), of a linear output not clipped to 0..1."""

    layers: LayerStack
    output: OutputName

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        values = self.layers(codes)
        return logistic(values) if self.output == "logistic" else values


class Network:
    """An encoder and a decoder, of a family that has `browser_layers`.

    Parameters
    ----------
    config : ModelConfig
    weights : mapping
        As the family's `state_shapes` has them; not copied.

    Raises
    ------
    ConfigError
        If there is no such family, or it has no `browser_layers`.
    """

    def __init__(self, config: ModelConfig, weights: Mapping[str, np.ndarray]) -> None:
        self.config = config
        self.dtype = next(iter(weights.values())).dtype
        encoder, decoder = (_stack(config, weights, part) for part in ("encoder", "decoder"))
        self.encoder = NetworkEncoder(encoder, config.latent_dim)
        self.decoder = NetworkDecoder(decoder, config.output)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Reconstruct: (B, P) -> (B, P)."""
        return self.decoder(self.encoder(rows))


def _stack(config: ModelConfig, weights: Mapping[str, np.ndarray], part: str) -> LayerStack:
    arrays = family_of(config).browser_layers(config, weights, part)
    layers: list[DenseLayer | ConvLayer] = []
    while (bias := arrays.get(f"bias{len(layers)}")) is not None:
        number = len(layers)
        if (kernels := arrays.get(f"kernels{number}")) is None:
            layers.append(DenseLayer(arrays[f"columns{number}"], bias))
        else:
            sides = arrays[f"maps{number}"].tolist()
            layers.append(ConvLayer(kernels, bias, tuple(sides[:2]), tuple(sides[2:])))
    return LayerStack(tuple(layers), config.activation)
