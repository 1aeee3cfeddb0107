"""How the weights are updated: the notebook's Adam, or Muon on the matrices.

Tried on whole MNIST with two CPU cores, and lost (test MSE):

- Adam with one-cycle schedules: `plane` 0.0406 after 50 epochs in batches of 512, what the
  notebook's constant rate reaches too.
- torch.optim.Muon: it iterates in bfloat16, 11 times slower on a CPU without such units.
- torch.compile on the CPU: no gain an epoch, 13 to 23 s of compiling.
- A copy of the decoder's last hidden layer for each of two cores, worked out there, so that it need
  not go to and fro: `plane`, an epoch 2 % longer where they share a cache, elsewhere as long.
- The slopes of the last biases as a product with ones, and memory that the other core has read
  claimed by writing zeros before a product: less time there, and as much more elsewhere in a step.
- Coefficients that bring only singular values above 0.01, 0.02 or 0.05 (of the Frobenius norm) to
  1, the more exactly: `wide`, 3 epochs in batches of 1024, three polynomials: 0.0043, 0.0049,
  0.0058, against 0.0039 for those made for 0.001. It is the small directions that matter. Four
  polynomials: 0.0034.
- Momentum 0.95 instead of 0.9: `wide`, 3 epochs in batches of 1024: 0.0045 against 0.0039;
  equal in long runs.
- `deep-30` with large matrices made orthogonal in pieces of 256 rows: 0.0067 after 8 epochs
  against 0.0059 for whole ones, in three quarters of the time. With SiLU instead of ReLU: a tenth
  better in early epochs, not run to the end. A penalty of 0.03 * mean(W**2): 0.00473 against
  0.00466, no help against overfitting. A logistic output did help (0.0059 to 0.0047), and
  distorted digits (to 0.0044); to the end, 60 epochs with four fifths of the digits distorted left
  0.0028, 30 epochs with half of them 0.0033.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from aecore.config import TrainConfig
from aecore.models.autoencoder import Autoencoder

WARM_UP = 0.05
"""Share of a linear schedule's steps in which the step size rises."""
_MOMENTUM = 0.9
# Amsel et al. 2025, "The Polar Express", the first four polynomials: each maps the singular
# values x to a x + b x**3 + c x**5, and together they bring those above 0.001 to 0.4 ... 1.6.
_POLYNOMIALS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
)


def new_optimizers(model: Autoencoder, config: TrainConfig, *, rate: Tensor) -> list[Optimizer]:
    """What updates every parameter of `model` once, the slope of its penalty included.

    Parameters
    ----------
    model : Autoencoder
    config : TrainConfig
    rate : Tensor, scalar
        The step size, on the model's device; changing it in place changes the next steps.
    """
    matrices = _groups(model.matrices(), config.gamma)
    biases = _groups([each for each in model.parameters() if each.ndim == 1], 0.0)
    if config.optimizer == "adam":
        return [Adam([*matrices, *biases], lr=rate)]
    return [Muon(matrices, lr=rate), Adam(biases, lr=rate)]


def _groups(parameters: Iterable[Tensor], gamma: float) -> list[dict[str, Any]]:
    """Parameter groups whose weight decay is the slope of `aecore.models.autoencoder.penalty`."""
    groups: dict[float, list[Tensor]] = {}
    for parameter in parameters:
        groups.setdefault(2.0 * gamma / parameter.numel(), []).append(parameter)
    return [{"params": params, "weight_decay": decay} for decay, params in groups.items()]


def rates(config: TrainConfig, steps: int) -> Tensor:
    """The step size of each of `steps` steps: (steps,) float32; `restarts` begin it anew."""
    ends = [steps * epoch // config.epochs for epoch in (0, *config.restarts, config.epochs)]
    return torch.cat([_leg(config, end - start) for start, end in itertools.pairwise(ends)])


def _leg(config: TrainConfig, steps: int) -> Tensor:
    if config.schedule == "constant":
        return torch.full((steps,), config.learning_rate)
    step = torch.arange(1, steps + 1, dtype=torch.float64)
    rising = step / (WARM_UP * steps)
    falling = (steps + 1 - step) / ((1 - WARM_UP) * steps)
    return (config.learning_rate * torch.minimum(rising, falling).clamp(max=1.0)).float()


class Optimizer:
    """Groups of parameters, and what is remembered of each parameter.

    In place of `torch.optim.Optimizer`, whose first use imports torch._dynamo: a second's work.

    Parameters
    ----------
    groups : iterable of dict
        Of `params` and their `weight_decay`, the factor with which a parameter is added to its
        gradient.
    lr : Tensor, scalar
        On the parameters' device.
    """

    remembers: tuple[str, ...] = ()
    """Names of what is remembered of each parameter, in its shape, zero at first."""

    def __init__(self, groups: Iterable[dict[str, Any]], *, lr: Tensor) -> None:
        self.param_groups = [group | {"lr": lr} for group in groups]
        self.state: dict[Tensor, dict[str, Tensor]] = {
            parameter: {name: torch.zeros_like(parameter) for name in self.remembers}
            for group in self.param_groups
            for parameter in group["params"]
        }

    def step(self) -> None:
        """Update every parameter from its gradient."""
        raise NotImplementedError

    def memory(self) -> dict[str, Tensor]:
        """All that the next steps depend on but the parameters and their gradients, by name."""
        states = enumerate(self.state.values())
        return {f"{i}.{name}": value for i, state in states for name, value in state.items()}


class Adam(Optimizer):
    """Kingma and Ba 2015, bit for bit `torch.optim.Adam(fused=True)`.

    That spends 55 us on its own bookkeeping for each group, in all a tenth of a step of `plane`;
    this calls the kernel below it directly, which adds the weight decay in the same pass. The
    parameters must stay where they are.
    """

    remembers = ("exp_avg", "exp_avg_sq")

    def __init__(self, groups: Iterable[dict[str, Any]], *, lr: Tensor) -> None:
        super().__init__(groups, lr=lr)
        self._steps = torch.zeros((), device=lr.device)
        self._lists = []
        for group in self.param_groups:
            parameters = [each.detach() for each in group["params"]]
            states = [self.state[parameter] for parameter in group["params"]]
            averages = ([state[name] for state in states] for name in self.remembers)
            self._lists.append([_as_they_lie(each) for each in (parameters, *averages)])

    def memory(self) -> dict[str, Tensor]:
        """All that the next steps depend on but the parameters and their gradients, by name."""
        return super().memory() | {"group.0.step": self._steps}

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter from its gradient."""
        self._steps.add_(1.0)
        for group, (parameters, *averages) in zip(self.param_groups, self._lists, strict=True):
            torch._fused_adam_(
                parameters,
                _as_they_lie(parameter.grad for parameter in group["params"]),
                *averages,
                [],
                [self._steps] * len(parameters),
                lr=group["lr"],
                beta1=0.9,
                beta2=0.999,
                weight_decay=group["weight_decay"],
                eps=1e-8,
                amsgrad=False,
                maximize=False,
            )


def _as_they_lie(tensors: Iterable[Tensor]) -> list[Tensor]:
    """Matrices that lie in memory column by column, transposed; the kernel would copy them."""
    return [each if each.is_contiguous() else each.mT for each in tensors]


class Muon(Optimizer):
    """Momentum whose update is made orthogonal, for weight matrices (Jordan et al. 2024).

    Every direction of a matrix moves equally far in a step, also those with small gradients. The
    update is scaled so that its values are about as large as Adam's (Liu et al. 2025, "Muon is
    scalable for LLM training").
    """

    remembers = ("momentum",)

    @torch.no_grad()
    def step(self) -> None:
        """Update every matrix from its gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                gradient = matrix.grad.add_(matrix, alpha=group["weight_decay"])
                momentum = self.state[matrix]["momentum"].lerp_(gradient, 1.0 - _MOMENTUM)
                update = orthogonalise(gradient.lerp(momentum, _MOMENTUM))  # Nesterov's
                scale = 0.2 * math.sqrt(max(matrix.shape))
                matrix.addcmul_(update, group["lr"], value=-scale)


def orthogonalise(matrix: Tensor) -> Tensor:
    """About the nearest matrix with orthonormal rows or columns: (m, n) -> (m, n).

    By Newton and Schulz's iteration. Its factors are polynomials of the matrix's Gram matrix and
    so commute: it goes on with that small matrix alone, and meets the large one only at both ends,
    which saves a third of the time at 256 x 784 and half of it at 128 x 784. In float32: bfloat16
    is emulated on most CPUs, and 11 times slower there.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.mT if tall else matrix
    x = x / (1.01 * x.norm() + 1e-7)
    gram = x @ x.mT
    factors = []
    for a, b, c in _POLYNOMIALS:
        if factors:
            gram = factors[-1] @ gram @ factors[-1]
        factors.append(torch.addmm(gram, gram, gram, beta=b, alpha=c))
        factors[-1].diagonal().add_(a)
    x = torch.linalg.multi_dot([*factors, x])
    return x.mT if tall else x
