"""Optimizers: the notebook's Adam, or Muon on the weight matrices.

Tried on whole MNIST with two CPU cores, without gain (test MSE):

- Adam with one-cycle schedules: `plane` 0.0406 after 50 epochs in batches of 512, which the
  notebook's constant learning rate reaches too.
- torch.optim.Muon: it iterates in bfloat16, 11 times slower on a CPU without such units.
- torch.compile on the CPU: an epoch takes as long, compiling 13 to 23 s.
- A copy of the decoder's last hidden layer for each of two cores, computed there, so that it need
  not be exchanged: `plane`, an epoch 2% longer with a shared cache, as long with separate ones.
- The gradients of the last biases as a product with ones, and memory that the other core has read
  claimed by writing zeros before a product: less time there, and as much more elsewhere in a step.
- Coefficients that bring only singular values above 0.01, 0.02 or 0.05 (of the Frobenius norm)
  closer to 1: `wide`, 3 epochs in batches of 1024, three polynomials: 0.0043, 0.0049, 0.0058,
  against 0.0039 with those for 0.001; small directions matter. Four polynomials: 0.0034.
- Momentum 0.95 instead of 0.9: `wide`, 3 epochs in batches of 1024: 0.0045 against 0.0039;
  equal in long runs.
- `deep-30` with large matrices orthogonalized in blocks of 256 rows: 0.0067 after 8 epochs against
  0.0059 for whole ones, in three quarters of the time. SiLU instead of ReLU: a tenth better in
  early epochs, not run to the end. Weight decay 0.03 * mean(W**2): 0.00473 against 0.00466, no help
  against overfitting. A logistic output did help (0.0059 to 0.0047), and so did augmentation (to
  0.0044); after 60 epochs with an augmentation share of 0.8 the error was 0.0028, after 30 epochs
  with 0.5 it was 0.0033.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from aecore.config import TrainConfig
from aecore.models.autoencoder import Autoencoder

_MOMENTUM = 0.9
# Amsel et al. 2025, "The Polar Express", the first four polynomials: each maps the singular
# values x to a x + b x**3 + c x**5, and together they bring those above 0.001 to 0.4 ... 1.6.
_POLYNOMIALS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
)


def new_optimizers(
    model: Autoencoder, config: TrainConfig, *, learning_rate: Tensor
) -> list[Optimizer]:
    """Return optimizers that together update every parameter of `model` once.

    Parameters
    ----------
    model : Autoencoder
    config : TrainConfig
        Its weight decay is part of the update.
    learning_rate : Tensor, scalar
        On the model's device; changing it in place changes the next steps.
    """
    matrices = _groups(model.matrices(), config.gamma)
    biases = _groups([each for each in model.parameters() if each.ndim == 1], 0.0)
    if config.optimizer == "adam":
        return [Adam([*matrices, *biases], learning_rate)]
    return [Muon(matrices, learning_rate), Adam(biases, learning_rate)]


def _groups(parameters: Iterable[Tensor], gamma: float) -> list[dict[str, Any]]:
    """Group parameters by the factor of the gradient of `aecore.training.loss.weight_decay`."""
    groups: dict[float, list[Tensor]] = {}
    for parameter in parameters:
        groups.setdefault(2.0 * gamma / parameter.numel(), []).append(parameter)
    return [{"params": params, "weight_decay": decay} for decay, params in groups.items()]


class Optimizer:
    """Groups of parameters, and the state of each parameter.

    In place of `torch.optim.Optimizer`, whose first use imports torch._dynamo: 1.8 s of processor
    time before the first step.

    Parameters
    ----------
    groups : iterable of dict
        `params`, and their `weight_decay`: the factor with which a parameter is added to its
        gradient.
    learning_rate : Tensor, scalar
        On the parameters' device.
    """

    state_names: tuple[str, ...] = ()
    """Names of the tensors of each parameter's state, of its shape, zero at first."""

    def __init__(self, groups: Iterable[dict[str, Any]], learning_rate: Tensor) -> None:
        self.param_groups = list(groups)
        self._learning_rate = learning_rate
        self.state: dict[Tensor, dict[str, Tensor]] = {
            parameter: {name: torch.zeros_like(parameter) for name in self.state_names}
            for group in self.param_groups
            for parameter in group["params"]
        }

    def step(self) -> None:
        """Update every parameter from its gradient."""
        raise NotImplementedError

    def state_tensors(self) -> dict[str, Tensor]:
        """Return the whole state of the optimizer by name; it changes with the next step."""
        states = enumerate(self.state.values())
        return {f"{i}.{name}": value for i, state in states for name, value in state.items()}


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), bit for bit `torch.optim.Adam(fused=True)`.

    That spends 55 us on its own bookkeeping for each group; this calls its kernel directly, which
    adds the weight decay in the same pass. An epoch of `plane` in batches of 256 takes 0.63 s, with
    torch.optim.Adam 0.75 s (the best of 24 in turns). The parameters must keep their memory.
    """

    state_names = ("exp_avg", "exp_avg_sq")

    def __init__(self, groups: Iterable[dict[str, Any]], learning_rate: Tensor) -> None:
        super().__init__(groups, learning_rate)
        self._n_steps = torch.zeros((), device=learning_rate.device)
        self._tensors = [
            [
                _row_major([each.detach() for each in group["params"]]),
                *(
                    _row_major(self.state[each][name] for each in group["params"])
                    for name in self.state_names
                ),
            ]
            for group in self.param_groups
        ]

    def state_tensors(self) -> dict[str, Tensor]:
        """Return the whole state of the optimizer by name; it changes with the next step."""
        return super().state_tensors() | {"group.0.step": self._n_steps}

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter from its gradient."""
        self._n_steps.add_(1.0)
        for group, tensors in zip(self.param_groups, self._tensors, strict=True):
            parameters, means, squares = tensors
            torch._fused_adam_(
                parameters,
                _row_major(parameter.grad for parameter in group["params"]),
                means,
                squares,
                [],
                [self._n_steps] * len(parameters),
                lr=self._learning_rate,
                beta1=0.9,
                beta2=0.999,
                weight_decay=group["weight_decay"],
                eps=1e-8,
                amsgrad=False,
                maximize=False,
            )


def _row_major(tensors: Iterable[Tensor]) -> list[Tensor]:
    """Return column-major matrices transposed; the kernel would copy them."""
    return [each if each.is_contiguous() else each.mT for each in tensors]


class Muon(Optimizer):
    """Momentum with an orthogonalized update, for weight matrices (Jordan et al. 2024).

    Every direction of a matrix moves equally far in a step, also those with small gradients. The
    update is scaled so that its values are about as large as Adam's (Liu et al. 2025, "Muon is
    scalable for LLM training"). Kernels of convolutions count as matrices (out, in * h * w).
    """

    state_names = ("momentum",)

    @torch.no_grad()
    def step(self) -> None:
        """Update every matrix from its gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                gradient = matrix.grad.add_(matrix, alpha=group["weight_decay"])
                momentum = self.state[matrix]["momentum"].lerp_(gradient, 1.0 - _MOMENTUM)
                nesterov = gradient.lerp(momentum, _MOMENTUM).flatten(1)
                scale = 0.2 * math.sqrt(max(nesterov.shape))
                update = orthogonalize(nesterov).view(matrix.shape)
                matrix.addcmul_(update, self._learning_rate, value=-scale)


def orthogonalize(matrix: Tensor) -> Tensor:
    """Return about the nearest matrix with orthonormal rows or columns: (m, n) -> (m, n).

    By Newton-Schulz iteration. Its factors are polynomials of the matrix's Gram matrix and so
    commute: it iterates on that small matrix alone, and needs the large one only at both ends,
    which saves a third of the time at 256 x 784 and half of it at 128 x 784. In float32: bfloat16
    is emulated on most CPUs, and 11 times slower there.
    """
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.mT if is_tall else matrix
    x = x / (1.01 * x.norm() + 1e-7)
    gram = x @ x.mT
    factors: list[Tensor] = []
    for a, b, c in _POLYNOMIALS:
        if factors:
            gram = factors[-1] @ gram @ factors[-1]
        factors.append(torch.addmm(gram, gram, gram, beta=b, alpha=c))
        factors[-1].diagonal().add_(a)
    x = torch.linalg.multi_dot([*factors, x])
    return x.mT if is_tall else x
