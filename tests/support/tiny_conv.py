"""A family of tiny convolutional networks, as a contributor would write one."""

import math

import pytest
from torch import nn

from aecore.models.families import FAMILIES, register
from aecore.models.family import Family

_AREA = 14 * 14


class TinyConv(Family):
    """One strided convolution and one linear layer; `hidden_dims` is its number of channels."""

    name = "tiny-conv"
    label = "tiny convolutional network"

    def widths(self, config):
        return (784, config.hidden_dims[0] * _AREA, config.latent_dim)

    def state_shapes(self, config):
        channels, dim = config.hidden_dims[0], config.latent_dim
        n_outputs = (2 if config.variational else 1) * dim
        return {
            "encoder.layers.1.weight": (channels, 1, 3, 3),
            "encoder.layers.1.bias": (channels,),
            "encoder.layers.4.weight": (n_outputs, channels * _AREA),
            "encoder.layers.4.bias": (n_outputs,),
            "decoder.layers.0.weight": (channels * _AREA, dim),
            "decoder.layers.0.bias": (channels * _AREA,),
            "decoder.layers.3.weight": (channels, 1, 2, 2),
            "decoder.layers.3.bias": (1,),
        }

    def build(self, config):
        channels, dim = config.hidden_dims[0], config.latent_dim
        encoder = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, channels, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(channels * _AREA, (2 if config.variational else 1) * dim),
        )
        decoder = nn.Sequential(
            nn.Linear(dim, channels * _AREA),
            nn.ReLU(),
            nn.Unflatten(1, (channels, 14, 14)),
            nn.ConvTranspose2d(channels, 1, 2, stride=2),
            nn.Flatten(),
        )
        return encoder, decoder

    def multiply_adds(self, config):
        return 3 * sum(
            math.prod(shape) * (_AREA if len(shape) == 4 else 1)
            for shape in self.state_shapes(config).values()
            if len(shape) > 1
        )


@pytest.fixture
def tiny_conv():
    """The family, registered for a test."""
    before = dict(FAMILIES)
    register(family := TinyConv())
    yield family
    FAMILIES.clear()
    FAMILIES.update(before)
