"""The loss of an autoencoder, and its gradients by autograd.

`aecore.training.fused_backprop` computes the same gradients in less time, for dense networks alone;
this is the reference that it is tested against, and what all other networks are trained with.
"""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from aecore.models.autoencoder import Autoencoder


def loss_and_mse(
    model: Autoencoder,
    x: Tensor,
    target: Tensor,
    *,
    kl_weight: float,
    generator: torch.Generator,
    weight: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the loss of a batch, and the mean squared error in it.

    The loss is the mean squared error per pixel; weight decay is left to the optimizer. A
    variational model decodes one code sampled from each digit's distribution and pays for how far
    that lies from N(0, I). With kl_weight = 2 s**2 / P its loss is, up to constants, the negative
    evidence lower bound of Kingma and Welling (2014) for pixels with the standard deviation s.

    Parameters
    ----------
    model : Autoencoder
    x, target : Tensor of shape (B, P)
        The input, and what the output is compared with.
    kl_weight : float
        Weight of a variational model's KL divergence, in nats.
    generator : torch.Generator
        Draws dropout and a variational model's codes, on the model's device.
    weight : Tensor of shape (B, 1), optional
        Of each row's error, unless the model is variational.

    Returns
    -------
    loss, mse : Tensor, scalar
    """
    if not model.config.variational:
        output = model(x, generator=generator)
        mse = mse_loss(output, target) if weight is None else weighted_mse(output, target, weight)
        return mse, mse
    mean, log_variance = model.encoder.distribution(x)
    noise = torch.empty_like(mean).normal_(generator=generator)
    code = mean + (0.5 * log_variance).exp() * noise
    mse = mse_loss(model.decoder(code, generator=generator), target)
    return mse + kl_weight * kl_divergence(mean, log_variance).mean(), mse


def weighted_mse(output: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Return the mean of squared errors times the weights (B, 1) of their rows."""
    return (weight * (output - target).square()).mean()


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return the KL divergence of normal distributions from N(0, I), in nats: (B, D) -> (B,)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(dim=1)


def weight_decay(model: Autoencoder, gamma: float) -> Tensor:
    """Return the notebook's regularizer, gamma * mean(W**2) summed over the weight matrices."""
    return gamma * reduce(torch.add, [matrix.square().mean() for matrix in model.matrices()])


class AutogradBackprop:
    """Set the gradients of a model's loss by autograd, for one batch after the other.

    Parameters
    ----------
    model : Autoencoder
    kl_weight : float
    generator : torch.Generator
        As in `loss_and_mse`.
    """

    n_parts = 1
    """Number of parts into which the pixels of a batch are split."""

    def __init__(self, model: Autoencoder, *, kl_weight: float, generator: torch.Generator) -> None:
        self._model = model
        self._kl_weight = kl_weight
        self._generator = generator

    def __call__(
        self, x: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Set every parameter's gradient; return the loss and the mean squared error in it.

        Parameters
        ----------
        x, target : Tensor of shape (1, B, P)
        weight : Tensor of shape (B, 1), optional
        """
        self._model.zero_grad()
        loss, mse = loss_and_mse(
            self._model,
            x[0],
            target[0],
            kl_weight=self._kl_weight,
            generator=self._generator,
            weight=weight,
        )
        loss.backward()
        return loss.detach(), mse.detach()
