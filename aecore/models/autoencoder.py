"""The autoencoder: pixels -> encoder -> code -> decoder -> pixels, of any family of networks."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from aecore.config import ModelConfig
from aecore.models.families import family_of


class Encoder(nn.Module):
    """Digits to codes: (B, P) -> (B, D); of a variational model these are the means."""

    def __init__(self, config: ModelConfig, layers: nn.Module) -> None:
        super().__init__()
        self.latent_dim = config.latent_dim
        self.layers = layers

    def forward(self, x: Tensor) -> Tensor:
        outputs = self.layers(x)
        return outputs if outputs.shape[1] == self.latent_dim else outputs[:, : self.latent_dim]

    def distribution(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and log variances of a variational model's codes: (B, D) each."""
        mean, log_variance = self.layers(x).tensor_split(2, dim=1)
        return mean, log_variance


class Decoder(nn.Module):
    """Codes to digits: (B, D) -> (B, P), of a linear output not clipped to 0..1.

    In training mode dropout is applied to the code first, where the notebook has it. The generator
    makes the draw repeatable.
    """

    def __init__(self, config: ModelConfig, layers: nn.Module) -> None:
        super().__init__()
        self.latent_dropout = config.latent_dropout
        self.output = config.output
        self.layers = layers

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
    """An encoder and a decoder.

    Parameters
    ----------
    config : ModelConfig
    generator : torch.Generator
        Draws the initial weights; on the CPU.

    Raises
    ------
    ConfigError
        If there is no such family of models, or it cannot have this configuration.
    """

    def __init__(self, config: ModelConfig, *, generator: torch.Generator) -> None:
        super().__init__()
        self.config = config
        encoder_layers, decoder_layers = family_of(config).build(config)
        self.encoder = Encoder(config, encoder_layers)
        self.decoder = Decoder(config, decoder_layers)
        for module in self.modules():
            _initialize(module, generator)
        if config.weight_init == "zeros":
            for matrix in self.matrices():
                nn.init.zeros_(matrix)

    def forward(self, x: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Reconstruct: (B, P) -> (B, P)."""
        return self.decoder(self.encoder(x), generator=generator)

    def matrices(self) -> list[Tensor]:
        """Return the weight matrices and kernels of convolutions, input side first."""
        return [parameter for parameter in self.parameters() if parameter.ndim > 1]


def _initialize(module: nn.Module, generator: torch.Generator) -> None:
    """Draw PyTorch's default values of a linear layer or a convolution from `generator`."""
    parameters = list(module.parameters(recurse=False))
    for parameter in parameters:
        bound = 1.0 / math.sqrt(parameters[0][0].numel())  # the fan-in, of the weights
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def new_model(config: ModelConfig, *, seed: int, device: torch.device) -> Autoencoder:
    """Return a model with initial weights that depend on the seed alone, not on the device."""
    return Autoencoder(config, generator=torch.Generator().manual_seed(seed)).to(device)
