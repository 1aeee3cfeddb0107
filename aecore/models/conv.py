"""Convolutional networks: strided convolutions before dense layers, the decoder mirroring them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aecore.config import ModelConfig
from aecore.errors import ConfigError
from aecore.models.family import Family

if TYPE_CHECKING:
    from torch import nn

KERNEL = 3
STRIDE = 2
_MIN_SIDE = 4
"""A convolution leaves at least so many rows and columns."""
_MAX_DEPTH = 4
_FIRST_CHANNELS = 32
_MAX_CHANNELS = 128


@dataclass(frozen=True)
class Maps:
    """The pictures, or the feature maps after a convolution."""

    height: int
    width: int
    channels: int

    @property
    def size(self) -> int:
        """Number of values."""
        return self.height * self.width * self.channels


class ConvFamily(Family):
    """Pictures -> convolutions -> dense layers -> code, and back.

    Each convolution has 3 x 3 kernels, halves both sides of its input, and ends in a ReLU. There
    are as many as leave 4 x 4 values, at most 4, of 32, 64, 128, ... channels. `hidden_dims` are
    the widths of the dense layers behind them.
    """

    name = "conv"
    label = "convolutional network"
    runs_in_browser = True

    def maps(self, config: ModelConfig) -> tuple[Maps, ...]:
        """Return the pictures and the feature maps after each of the encoder's convolutions.

        Raises
        ------
        ConfigError
            If the inputs are no pictures, or too small ones.
        """
        if config.activation != "relu":
            raise ConfigError(
                f"A {self.label} has ReLU units: activation {config.activation} is of dense "
                "networks."
            )
        if not config.is_picture:
            raise ConfigError(
                "A convolutional network needs pictures: give their height and width (image_shape)."
            )
        height, width, *channels = config.input_shape
        depth = int(math.log2(min(height, width) / _MIN_SIDE)) if height and width else 0
        if depth < 1:
            raise ConfigError(
                f"A convolutional network needs pictures of at least 8 x 8 pixels, not {height} x "
                f"{width}. Use a dense network."
            )
        found = [Maps(height, width, channels[0] if channels else 1)]
        for index in range(min(depth, _MAX_DEPTH)):
            last = found[-1]
            n_channels = min(_FIRST_CHANNELS * 2**index, _MAX_CHANNELS)
            found.append(Maps(-(-last.height // 2), -(-last.width // 2), n_channels))
        return tuple(found)

    def widths(self, config: ModelConfig) -> tuple[int, ...]:
        """Return the number of values in each layer from the pixels to the code."""
        sizes = (each.size for each in self.maps(config))
        return (*sizes, *config.hidden_dims, config.latent_dim)

    def structure(self, config: ModelConfig) -> str:
        """Return the layers in words, as in `28×28 → 14×14×32 → 7×7×64 → 256 → 32, mirrored`."""
        parts = ["×".join(map(str, config.input_shape))]
        parts += [f"{each.height}×{each.width}×{each.channels}" for each in self.maps(config)[1:]]
        parts += map(str, (*config.hidden_dims, config.latent_dim))
        return f"{' → '.join(parts)}, mirrored"

    def state_shapes(self, config: ModelConfig) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every array in the state dict."""
        maps = self.maps(config)
        pairs = list(itertools.pairwise(each.channels for each in maps))
        encoder, decoder = self._dense_sizes(config)
        shapes: dict[str, tuple[int, ...]] = {}

        def add(part: str, index: int, weight: tuple[int, ...], n_outputs: int) -> None:
            name = f"{part}.layers.{index}"
            shapes.update({f"{name}.weight": weight, f"{name}.bias": (n_outputs,)})

        for i, (fan_in, fan_out) in enumerate(pairs):
            add("encoder", 1 + 2 * i, (fan_out, fan_in, KERNEL, KERNEL), fan_out)
        for i, (fan_in, fan_out) in enumerate(itertools.pairwise(encoder)):
            add("encoder", 2 * len(pairs) + 2 + 2 * i, (fan_out, fan_in), fan_out)
        for i, (fan_in, fan_out) in enumerate(itertools.pairwise(decoder)):
            add("decoder", 2 * i, (fan_out, fan_in), fan_out)
        for i, (fan_out, fan_in) in enumerate(reversed(pairs)):
            index = 2 * len(decoder) - 1 + 2 * i
            add("decoder", index, (fan_in, fan_out, KERNEL, KERNEL), fan_out)
        return shapes

    def build(self, config: ModelConfig) -> tuple[nn.Module, nn.Module]:
        """Return the networks of the encoder and the decoder."""
        from torch import nn
        from torch.nn.utils import skip_init

        from aecore.models.conv_layers import ToChannels, ToPixels

        maps = self.maps(config)
        encoder_sizes, decoder_sizes = self._dense_sizes(config)
        encoder: list[nn.Module] = [ToChannels(maps[0].height, maps[0].width, maps[0].channels)]
        for before, after in itertools.pairwise(maps):
            convolution = skip_init(
                nn.Conv2d, before.channels, after.channels, KERNEL, stride=STRIDE, padding=1
            )
            encoder += [convolution, nn.ReLU()]
        encoder.append(nn.Flatten())
        for fan_in, fan_out in itertools.pairwise(encoder_sizes):
            encoder += [skip_init(nn.Linear, fan_in, fan_out), nn.ReLU()]
        decoder: list[nn.Module] = []
        for fan_in, fan_out in itertools.pairwise(decoder_sizes):
            decoder += [skip_init(nn.Linear, fan_in, fan_out), nn.ReLU()]
        last = maps[-1]
        decoder.append(nn.Unflatten(1, (last.channels, last.height, last.width)))
        for after, before in itertools.pairwise(reversed(maps)):
            convolution = skip_init(
                nn.ConvTranspose2d,
                after.channels,
                before.channels,
                KERNEL,
                stride=STRIDE,
                padding=1,
                output_padding=(1 - before.height % 2, 1 - before.width % 2),
            )
            decoder += [convolution, nn.ReLU()]
        return nn.Sequential(*encoder[:-1]), nn.Sequential(*decoder[:-1], ToPixels())

    def multiply_adds(self, config: ModelConfig) -> int:
        """Return those of one picture in training."""
        maps = self.maps(config)
        # A convolution's kernels are applied once for each value of the smaller maps.
        products = [
            KERNEL**2 * before.channels * after.size for before, after in itertools.pairwise(maps)
        ]
        dense = [
            math.prod(pair)
            for sizes in self._dense_sizes(config)
            for pair in itertools.pairwise(sizes)
        ]
        return 3 * (2 * sum(products) + sum(dense)) - products[0]

    def browser_layers(
        self, config: ModelConfig, weights: Mapping[str, np.ndarray], part: str
    ) -> dict[str, np.ndarray]:
        """Return the layers of a part as a browser computes them.

        Feature maps are (H, W, C) there. A convolution i has `kernels0` (3, 3, in, out), `bias0`
        (out,) and `maps0`, height and width of its input and of its output; of a transposed one
        the output is the larger.
        """
        maps = self.maps(config)
        steps = list(itertools.pairwise(maps if part == "encoder" else reversed(maps)))
        names = [name for name in self.state_shapes(config) if name.startswith(f"{part}.")]
        n_dense = len(names) // 2 - len(steps)
        first = 0 if part == "encoder" else n_dense  # of the convolutions
        arrays: dict[str, np.ndarray] = {}
        for layer, (name, bias_name) in enumerate(zip(names[::2], names[1::2], strict=True)):
            weight, bias = weights[name], weights[bias_name]
            if weight.ndim == 4:
                before, after = steps[layer - first]
                order = (2, 3, 1, 0) if part == "encoder" else (2, 3, 0, 1)
                sides = (before.height, before.width, after.height, after.width)
                arrays[f"kernels{layer}"] = weight.transpose(order)
                arrays[f"maps{layer}"] = np.array(sides, np.uint16)
            elif part == "encoder" and layer == len(steps):
                arrays[f"columns{layer}"] = _channels_last(weight.T, maps[-1])
            elif part == "decoder" and layer == n_dense - 1:
                arrays[f"columns{layer}"] = _channels_last(weight, maps[-1]).T
                bias = _channels_last(bias, maps[-1])
            else:
                arrays[f"columns{layer}"] = weight.T
            arrays[f"bias{layer}"] = bias
        return arrays

    def _dense_sizes(self, config: ModelConfig) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the widths of the encoder's and the decoder's dense layers, inputs included."""
        widths = (self.maps(config)[-1].size, *config.hidden_dims)
        n_outputs = (2 if config.variational else 1) * config.latent_dim
        return (*widths, n_outputs), (config.latent_dim, *reversed(widths))


def _channels_last(rows: np.ndarray, maps: Maps) -> np.ndarray:
    """Reorder rows (C * H * W, ...), one for each value of the maps, to (H * W * C, ...)."""
    shaped = rows.reshape(maps.channels, maps.height * maps.width, *rows.shape[1:])
    return shaped.swapaxes(0, 1).reshape(rows.shape)
