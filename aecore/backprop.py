"""A perceptron whose forward and backward passes write into memory kept from step to step.

On a CPU much of a training step waits for memory. Autograd takes fresh memory for every hidden
layer and every gradient, which is in no cache yet: a step of `wide` or `plane` is a tenth to a
fifth longer so. The chain rule below is the same, into the same places at every step. (As one node
of autograd's graph, but with fresh memory, it gains nothing: 1.56 s an epoch against 1.59.)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Perceptron(nn.Sequential):
    """Linear layers with ReLU between them and none at the end: (B, in) -> (B, out)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__(*layers)
        self.workspace: Workspace | None = None

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """The output, less `minus` (B, out) if there is one."""
        if self.workspace is not None and torch.is_grad_enabled():
            return _Pass.apply(x, minus, self.workspace, self.workspace.anchor)
        output = super().forward(x)
        return output if minus is None else output - minus


class ReusedMemory:
    """A context in which every perceptron of a model works in the same memory again and again.

    In it a backward pass sets the parameters' gradients instead of adding to them, and a forward
    pass overwrites what the one before gave.

    Parameters
    ----------
    model : nn.Module
    batch_size : int
        The largest batch that will come.
    """

    def __init__(self, model: nn.Module, batch_size: int) -> None:
        perceptrons = [each for each in model.modules() if isinstance(each, Perceptron)]
        self._workspaces = [(each, Workspace(each, batch_size)) for each in perceptrons]

    def __enter__(self) -> None:
        for perceptron, workspace in self._workspaces:
            perceptron.workspace = workspace

    def __exit__(self, *exception: object) -> None:
        for perceptron, _ in self._workspaces:
            perceptron.workspace = None


class Workspace:
    """What one perceptron needs for a step; its parameters must stay where they are."""

    def __init__(self, perceptron: Perceptron, batch_size: int) -> None:
        self._layers = []
        for linear in perceptron:
            if isinstance(linear, nn.Linear):
                for parameter in linear.parameters():
                    parameter.grad = torch.zeros_like(parameter)
                weight, bias = linear.weight.detach(), linear.bias.detach()
                output = weight.new_empty(batch_size, linear.out_features)
                slope = weight.new_empty(batch_size, linear.in_features)
                gradients = (linear.weight.grad, linear.bias.grad)
                self._layers.append((weight, bias, *gradients, output, slope))
        self.anchor = perceptron[0].weight

    def forward(self, x: Tensor, minus: Tensor | None) -> Tensor:
        """The output for x (B, in), less `minus`."""
        before = x
        for weight, bias, _, _, output, _ in self._layers[:-1]:
            before = torch.addmm(bias, before, weight.mT, out=output[: len(x)]).relu_()
        weight, bias, _, _, output, _ = self._layers[-1]
        output = output[: len(x)]
        if minus is None:
            return torch.addmm(bias, before, weight.mT, out=output)
        return torch.sub(bias, minus, out=output).addmm_(before, weight.mT)

    def backward(self, x: Tensor, slope: Tensor, *, to_input: bool) -> Tensor | None:
        """Set the parameters' gradients from the output's (B, out); the input's, if wanted."""
        count = len(x)
        for number in reversed(range(1, len(self._layers))):
            weight, _, weight_gradient, bias_gradient, _, below = self._layers[number]
            before = self._layers[number - 1][4][:count]  # the output of the layer before
            torch.mm(slope.mT, before, out=weight_gradient)
            torch.sum(slope, dim=0, out=bias_gradient)
            slope = torch.mm(slope, weight, out=below[:count])
            torch.ops.aten.threshold_backward(slope, before, 0, grad_input=slope)
        weight, _, weight_gradient, bias_gradient, _, below = self._layers[0]
        torch.mm(slope.mT, x, out=weight_gradient)
        torch.sum(slope, dim=0, out=bias_gradient)
        return torch.mm(slope, weight, out=below[:count]) if to_input else None


class _Pass(torch.autograd.Function):
    """A workspace's passes as one node of autograd's graph."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, minus: Tensor | None, workspace: Workspace, anchor: Tensor
    ) -> Tensor:
        # A parameter as an input makes the graph reach here also where `x` is data.
        ctx.workspace = workspace
        ctx.save_for_backward(x)
        return workspace.forward(x, minus)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, None, None, None]:
        (x,) = ctx.saved_tensors
        to_input = ctx.needs_input_grad[0]
        return ctx.workspace.backward(x, slope, to_input=to_input), None, None, None
