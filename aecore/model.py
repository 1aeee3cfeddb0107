"""The autoencoder: 784 -> hidden -> D -> hidden -> 784, ReLU between, a linear code."""

from __future__ import annotations

import itertools
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from aecore.backprop import Perceptron
from aecore.config import ModelConfig


def _perceptron(sizes: tuple[int, ...]) -> Perceptron:
    """Layers of these sizes; weights not yet set."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        layers += [skip_init(nn.Linear, fan_in, fan_out), nn.ReLU()]
    return Perceptron(*layers[:-1])


def _initialise(linear: nn.Linear, generator: torch.Generator) -> None:
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
        return self._squash(self.layers(self._thin(z, generator)))

    def difference(
        self, z: Tensor, target: Tensor, *, generator: torch.Generator | None = None
    ) -> Tensor:
        """Output less target, (B, 784)."""
        z = self._thin(z, generator)
        if self.output == "linear":
            return self.layers(z, minus=target)
        return self._squash(self.layers(z)) - target

    def _thin(self, z: Tensor, generator: torch.Generator | None) -> Tensor:
        if not self.training or self.latent_dropout == 0.0:
            return z
        keep = torch.rand(z.shape, generator=generator, device=z.device) >= self.latent_dropout
        return z * keep / (1.0 - self.latent_dropout)

    def _squash(self, pixels: Tensor) -> Tensor:
        return pixels.sigmoid() if self.output == "logistic" else pixels


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
                _initialise(module, generator)
        if config.weight_init == "zeros":
            for matrix in self.matrices():
                nn.init.zeros_(matrix)

    def forward(self, x: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Reconstruct: (B, 784) -> (B, 784)."""
        return self.decoder(self.encoder(x), generator=generator)

    def matrices(self) -> list[Tensor]:
        """The weight matrices, input side first."""
        return [parameter for parameter in self.parameters() if parameter.ndim == 2]


def penalty(model: Autoencoder, gamma: float) -> Tensor:
    """The notebook's regulariser, gamma * mean(W**2) summed over the weight matrices. Scalar."""
    return gamma * sum(matrix.square().mean() for matrix in model.matrices())


class _MeanSquare(torch.autograd.Function):
    """The mean of the squares of a tensor, whose memory its gradient takes over: it is large."""

    @staticmethod
    def forward(ctx: Any, difference: Tensor) -> Tensor:
        ctx.save_for_backward(difference)
        flat = difference.view(-1)
        return flat.dot(flat) / flat.numel()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (difference,) = ctx.saved_tensors
        return difference.mul_(gradient * (2.0 / difference.numel()))


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of normal distributions from the standard one, in nats: (B, D) -> (B,)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(dim=1)


def objective(
    model: Autoencoder, x: Tensor, target: Tensor, *, kl_weight: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Loss to minimise, without the penalty, and the MSE inside it; x and target are (B, 784).

    A variational model decodes one code drawn from each digit's distribution and pays for how far
    that lies from the standard normal one. With kl_weight = 2 s**2 / 784 the loss is, up to
    constants, the negative evidence lower bound of Kingma and Welling (2014) whose pixels have
    the standard deviation s.
    """
    if not model.config.variational:
        code = model.encoder(x)
        mse = _MeanSquare.apply(model.decoder.difference(code, target, generator=generator))
        return mse, mse
    mean, log_variance = model.encoder.distribution(x)
    drawn = torch.randn(mean.shape, generator=generator, device=x.device)
    code = mean + drawn * (0.5 * log_variance).exp()
    mse = _MeanSquare.apply(model.decoder.difference(code, target, generator=generator))
    return mse + kl_weight * kl_divergence(mean, log_variance).mean(), mse
