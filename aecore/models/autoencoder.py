"""The autoencoder: 784 -> hidden -> D -> hidden -> 784, ReLU between, a linear code."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from aecore.config import ModelConfig


def _perceptron(sizes: tuple[int, ...]) -> nn.Sequential:
    """Linear layers of these sizes with ReLU between them; weights not yet set."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        layers += [skip_init(nn.Linear, fan_in, fan_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _initialize(linear: nn.Linear, generator: torch.Generator) -> None:
    """PyTorch's default for nn.Linear, drawn from `generator` instead of the global state."""
    bound = 1.0 / math.sqrt(linear.in_features)
    nn.init.uniform_(linear.weight, -bound, bound, generator=generator)
    nn.init.uniform_(linear.bias, -bound, bound, generator=generator)


class Encoder(nn.Module):
    """Digits to codes: (B, 784) -> (B, D); of a variational model these are the means."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.latent_dim = config.latent_dim
        outputs = (2 if config.variational else 1) * config.latent_dim
        self.layers = _perceptron((*config.layer_sizes[:-1], outputs))

    def forward(self, x: Tensor) -> Tensor:
        outputs = self.layers(x)
        return outputs if outputs.shape[1] == self.latent_dim else outputs[:, : self.latent_dim]

    def distribution(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances of a variational model's codes: (B, 784) -> 2 times (B, D)."""
        return self.layers(x).tensor_split(2, dim=1)


class Decoder(nn.Module):
    """Codes to digits: (B, D) -> (B, 784), of a linear output not clipped to 0..1.

    In training mode the code is first thinned by dropout; that is where the notebook
    has it. The generator makes the draw repeatable.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.latent_dropout = config.latent_dropout
        self.output = config.output
        self.layers = _perceptron(config.layer_sizes[::-1])

    def forward(self, z: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        mask = self.dropout_mask(z, generator)
        pixels = self.layers(z if mask is None else z * mask)
        return pixels.sigmoid() if self.output == "logistic" else pixels

    def dropout_mask(self, z: Tensor, generator: torch.Generator | None) -> Tensor | None:
        """Return the factors of dropout for codes, (B, D); None where there is no dropout."""
        if not self.training or self.latent_dropout == 0.0:
            return None
        draws = torch.rand(z.shape, generator=generator, device=z.device)
        return (draws >= self.latent_dropout) / (1.0 - self.latent_dropout)


class Autoencoder(nn.Module):
    """An encoder and its mirrored decoder.

    Parameters
    ----------
    config : ModelConfig
    generator : torch.Generator
        Draws the initial weights; on the CPU.
    """

    def __init__(self, config: ModelConfig, *, generator: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                _initialize(module, generator)
        if config.weight_init == "zeros":
            for matrix in self.matrices():
                nn.init.zeros_(matrix)

    def forward(self, x: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Reconstruct: (B, 784) -> (B, 784)."""
        return self.decoder(self.encoder(x), generator=generator)

    def matrices(self) -> list[Tensor]:
        """The weight matrices, input side first."""
        return [parameter for parameter in self.parameters() if parameter.ndim == 2]


def new_model(config: ModelConfig, *, seed: int, device: torch.device) -> Autoencoder:
    """Return a model with initial weights that depend on the seed alone, not on the device."""
    return Autoencoder(config, generator=torch.Generator().manual_seed(seed)).to(device)
