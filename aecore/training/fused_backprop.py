"""Backpropagation through dense networks by hand, in memory reused from step to step.

On a CPU much of a training step waits for memory. Autograd allocates every hidden layer and every
gradient anew, where no cache holds it yet, and adds its own bookkeeping. Without both an epoch of
the notebook's recipe takes 0.47 s instead of 0.67 s (`plane`), 0.95 s instead of 1.07 s (`wide`),
on two cores. `aecore.training.loss` is the readable way to the same gradients.

Two cores do not always share a cache; on a virtual machine that changes from minute to minute. What
one core has written then reaches the other after 165 ns instead of 26. So with two threads each
keeps to half of the pixels, with their weights and the optimizer's state; only the hidden layers
are exchanged. With separate caches an epoch takes 0.74 s instead of 0.85 s (`plane`) and 1.42 s
instead of 1.62 s (`wide`), measured in turns; with a shared one as long as before.

Split pixels have the shape (P, B, n / P), in P parts, merged ones (B, n).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aecore.config import ActivationName
from aecore.models.autoencoder import Autoencoder
from aecore.training.loss import kl_divergence

# Overloads by their names: 4 us a call less than by `torch.ops.aten.threshold_backward`.
_threshold_backward = torch.ops.aten.threshold_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input
_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input


@dataclass(frozen=True)
class _Activation:
    """An activation function that takes no memory of its own."""

    forward: Callable[[Tensor], Tensor]
    """Turn sums into outputs, in place, and return them."""
    backward: Callable[[Tensor, Tensor], object]
    """Turn the gradient at outputs into that at the sums, in place, given the outputs."""


_ACTIVATIONS: dict[ActivationName, _Activation] = {
    "relu": _Activation(
        torch.relu_, lambda grad, outputs: _threshold_backward(grad, outputs, 0, grad_input=grad)
    ),
    "tanh": _Activation(
        torch.tanh_, lambda grad, outputs: _tanh_backward(grad, outputs, grad_input=grad)
    ),
    "logistic": _Activation(
        torch.sigmoid_, lambda grad, outputs: _sigmoid_backward(grad, outputs, grad_input=grad)
    ),
    "identity": _Activation(lambda sums: sums, lambda grad, outputs: None),
}
_N_PARTS = 2
_LARGE = 2**16
"""Weights of a matrix that is worth splitting."""


class FusedBackprop:
    """Set the gradients of a dense model's loss, for one batch after the other.

    Parameters
    ----------
    model : Autoencoder
        Its parameters get their `grad` here and keep their memory from now on: make optimizers
        afterwards.
    kl_weight : float
        Weight of a variational model's KL divergence, in nats; see `loss.loss_and_mse`.
    batch_sizes : iterable of int
        Of all batches to come.
    generator : torch.Generator
        Draws dropout and a variational model's codes, on the model's device.
    """

    def __init__(
        self,
        model: Autoencoder,
        *,
        kl_weight: float,
        batch_sizes: Iterable[int],
        generator: torch.Generator,
    ) -> None:
        self._model = model
        self._kl_weight = kl_weight
        self._generator = generator
        self.n_parts = _count_parts(model)
        """Number of parts into which the pixels of a batch are split."""
        model.zero_grad()  # new gradients get the memory layout of their matrices
        self._stacks = {size: self._new_stacks(size) for size in batch_sizes}

    def _new_stacks(self, batch_size: int) -> tuple[LayerStack, LayerStack]:
        """Return the encoder and the decoder for batches of one size."""
        first, *encoder = _linears(self._model.encoder)
        *decoder, last = _linears(self._model.decoder)
        input_layer, output_layer = (
            (Layer, Layer) if self.n_parts == 1 else (SplitInputLayer, SplitOutputLayer)
        )
        return (
            LayerStack(
                input_layer(first, batch_size),
                *(_hidden(each, batch_size) for each in encoder),
                activation=self._model.config.activation,
            ),
            LayerStack(
                *(_hidden(each, batch_size) for each in decoder),
                output_layer(last, batch_size),
                activation=self._model.config.activation,
            ),
        )

    @torch.no_grad()
    def __call__(
        self, x: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Set every parameter's gradient; return the loss and the mean squared error in it.

        Parameters
        ----------
        x, target : Tensor of shape (P, B, n / P)
            The input, and what the output is compared with.
        weight : Tensor of shape (B, 1), optional
            Of each row's error, unless the model is variational.

        Returns
        -------
        loss, mse : Tensor, scalar
        """
        batch_size = x.shape[1]
        encoder, decoder = self._stacks[batch_size]
        if self.n_parts == 1:
            x, target = x[0], target[0]
        outputs = encoder.forward(x)
        if not self._model.config.variational:
            mse, grad = self._backprop_decoder(decoder, outputs, target, weight)
            encoder.backward(x, grad, needs_input_grad=False)
            return mse, mse
        mean, log_variance = outputs.tensor_split(2, dim=1)
        noise = torch.empty_like(mean).normal_(generator=self._generator)
        noise *= (0.5 * log_variance).exp()
        mse, grad = self._backprop_decoder(decoder, mean + noise, target)
        kl_scale = self._kl_weight / batch_size
        mean_grad = grad + kl_scale * mean
        log_variance_grad = 0.5 * (grad * noise + kl_scale * log_variance.expm1())
        divergence = kl_divergence(mean, log_variance).mean()
        grad = torch.cat((mean_grad, log_variance_grad), dim=1)
        encoder.backward(x, grad, needs_input_grad=False)
        return mse + self._kl_weight * divergence, mse

    def _backprop_decoder(
        self, stack: LayerStack, code: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Set the decoder's gradients; return the mean squared error and its gradient at `code`."""
        decoder = self._model.decoder
        mask = decoder.dropout_mask(code, self._generator)
        kept = code if mask is None else code * mask
        if decoder.output == "logistic":
            pixels = stack.forward(kept).sigmoid_()
            difference = pixels - target
            weighted = difference if weight is None else difference * weight
            grad = torch.ops.aten.sigmoid_backward(weighted, pixels)
        else:
            difference = stack.forward(kept, minus=target)
            grad = weighted = difference if weight is None else difference * weight
        flat = difference.view(-1)
        mse = flat.dot(weighted.view(-1)) / flat.numel()
        grad = stack.backward(kept, grad, scale=2.0 / flat.numel(), needs_input_grad=True)
        return mse, grad if mask is None else grad * mask


class LayerStack:
    """Linear layers with activation functions between them, forward and backward.

    What they return is overwritten by the next pass. Input and output are (B, in) and (B, out), or
    split pixels where the first or last layer has them.

    Parameters
    ----------
    *layers : Layer
        For batches of the same size.
    activation : {"relu", "tanh", "logistic", "identity"}
    """

    def __init__(self, *layers: Layer, activation: ActivationName) -> None:
        self._activation = _ACTIVATIONS[activation]
        *self._hidden, self._last = layers
        self._first = layers[0]
        self._downwards = [*reversed(list(itertools.pairwise(layers)))]

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """Return the output for x, less `minus` if there is one."""
        for layer in self._hidden:
            x = self._activation.forward(layer.forward(x))
        return self._last.forward(x, minus=minus)

    def backward(
        self, x: Tensor, grad: Tensor, *, scale: float = 1.0, needs_input_grad: bool
    ) -> Tensor:
        """Set the parameters' gradients from that of the output.

        Parameters
        ----------
        x : Tensor
            The input of the last forward pass.
        grad : Tensor
            The loss's gradient at the output of that pass, divided by `scale`.
        scale : float
        needs_input_grad : bool

        Returns
        -------
        Tensor
            The gradient at `x` if it is needed, else that at the output of the first layer.
        """
        for below, layer in self._downwards:
            outputs = below.output  # after the activation function
            layer.set_gradients(outputs, grad, scale)
            grad = layer.input_grad(grad, scale)
            self._activation.backward(grad, outputs)
            scale = 1.0
        self._first.set_gradients(x, grad, scale)
        return self._first.input_grad(grad, scale) if needs_input_grad else grad


class Layer:
    """A linear layer.

    Parameters
    ----------
    linear : nn.Linear
        Its parameters get a `grad` here, unless they have one.
    batch_size : int
        B, of the batches to come.
    column_major : bool
        Store the matrix column by column; as a tensor it stays the same.
    """

    def __init__(self, linear: nn.Linear, batch_size: int, *, column_major: bool = False) -> None:
        if column_major:
            linear.weight.data = linear.weight.detach().mT.contiguous().mT
        self._weight, self._bias = linear.weight.detach(), linear.bias.detach()
        self._transposed = self._weight.mT
        self._weight_grad, self._bias_grad = _grad_of(linear.weight), _grad_of(linear.bias)
        self._input_grad = self._bias.new_empty(batch_size, linear.in_features)
        self.output = self._bias.new_empty(batch_size, linear.out_features)
        """For the last batch."""

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """Return the output for x, less `minus` if there is one: (B, in) -> (B, out)."""
        if minus is None:
            return torch.addmm(self._bias, x, self._transposed, out=self.output)
        return torch.sub(self._bias, minus, out=self.output).addmm_(x, self._transposed)

    def set_gradients(self, x: Tensor, grad: Tensor, scale: float) -> None:
        """Set them from x (B, in) and the output's gradient (B, out) over `scale`."""
        self._weight_grad.addmm_(grad.mT, x, beta=0.0, alpha=scale)
        self._set_bias_grad(grad, scale)

    def input_grad(self, grad: Tensor, scale: float) -> Tensor:
        """Return the gradient at x from the output's over `scale`: (B, out) -> (B, in)."""
        return self._input_grad.addmm_(grad, self._weight, beta=0.0, alpha=scale)

    def _set_bias_grad(self, grad: Tensor, scale: float) -> None:
        torch.sum(grad, dim=-2, out=self._bias_grad)
        if scale != 1.0:
            self._bias_grad.mul_(scale)


class SplitInputLayer(Layer):
    """A linear layer whose input is split.

    The weights of a part are columns of the matrix, here next to each other in memory.
    """

    def __init__(self, linear: nn.Linear, batch_size: int) -> None:
        super().__init__(linear, batch_size, column_major=True)
        self._weights, self._weight_grads = (
            each.mT.view(_N_PARTS, -1, linear.out_features)
            for each in (self._weight, self._weight_grad)
        )
        self._outputs = self._bias.new_empty(_N_PARTS, batch_size, linear.out_features)
        self.output, self._second = self._outputs

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """Return the output for x: (P, B, in / P) -> (B, out); `minus` is for the last layer."""
        torch.bmm(x, self._weights, out=self._outputs)
        return self.output.add_(self._second).add_(self._bias)

    def set_gradients(self, x: Tensor, grad: Tensor, scale: float) -> None:
        """Set them from x (P, B, in / P) and the output's gradient (B, out) over `scale`."""
        grads = grad.expand(_N_PARTS, -1, -1)
        self._weight_grads.baddbmm_(x.mT, grads, beta=0.0, alpha=scale)
        self._set_bias_grad(grad, scale)


class SplitOutputLayer(Layer):
    """A linear layer whose output is split."""

    def __init__(self, linear: nn.Linear, batch_size: int) -> None:
        super().__init__(linear, batch_size)
        self._weights, self._weight_grads = (
            each.view(_N_PARTS, -1, linear.in_features)
            for each in (self._weight, self._weight_grad)
        )
        self._transposed = self._weights.mT
        self._biases = self._bias.view(_N_PARTS, 1, -1)
        self._bias_grad = self._bias_grad.view(_N_PARTS, -1)
        self._input_grads = self._bias.new_empty(_N_PARTS, batch_size, linear.in_features)
        self._first, self._second = self._input_grads
        self.output = self._bias.new_empty(_N_PARTS, batch_size, linear.out_features // _N_PARTS)

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """Return the output for x, less `minus` if there is one: (B, in) -> (P, B, out / P)."""
        x = x.expand(_N_PARTS, -1, -1)
        if minus is None:
            return torch.baddbmm(self._biases, x, self._transposed, out=self.output)
        return torch.sub(self._biases, minus, out=self.output).baddbmm_(x, self._transposed)

    def set_gradients(self, x: Tensor, grad: Tensor, scale: float) -> None:
        """Set them from x (B, in) and the output's gradient (P, B, out / P) over `scale`."""
        x = x.expand(_N_PARTS, -1, -1)
        self._weight_grads.baddbmm_(grad.mT, x, beta=0.0, alpha=scale)
        self._set_bias_grad(grad, scale)

    def input_grad(self, grad: Tensor, scale: float) -> Tensor:
        """Return the gradient at x from the output's over `scale`: (P, B, out / P) -> (B, in)."""
        self._input_grads.baddbmm_(grad, self._weights, beta=0.0, alpha=scale)
        return self._first.add_(self._second)


def _grad_of(parameter: Tensor) -> Tensor:
    """Return a parameter's gradient, a new one where it has none."""
    if parameter.grad is None:
        parameter.grad = torch.zeros_like(parameter)
    return parameter.grad


def _hidden(linear: nn.Linear, batch_size: int) -> Layer:
    """Return a layer between two others, the longer side of its matrix contiguous in memory.

    On two cores the three products of 2 -> 128 take 25 us instead of 57, of 128 -> 256 272 us
    instead of 349.
    """
    return Layer(linear, batch_size, column_major=linear.out_features > linear.in_features)


def _linears(part: nn.Module) -> list[nn.Linear]:
    """Return the linear layers of an encoder or a decoder, input side first."""
    return [layer for layer in part.modules() if isinstance(layer, nn.Linear)]


def split_pixels(x: Tensor, n_parts: int) -> Tensor:
    """Return a view of merged pixels in parts: (B, n) -> (P, B, n / P)."""
    return x.view(len(x), n_parts, -1).transpose(0, 1)


def merge_pixels(x: Tensor) -> Tensor:
    """Return a copy of split pixels side by side: (P, B, n / P) -> (B, n)."""
    return x.transpose(0, 1).flatten(1)


def _count_parts(model: Autoencoder) -> int:
    """Return the number of parts for pixels: two for two threads; more were not measured."""
    weight = _linears(model.decoder)[-1].weight
    two_threads = weight.device.type == "cpu" and torch.get_num_threads() == _N_PARTS
    in_halves = len(weight) % _N_PARTS == 0
    return _N_PARTS if two_threads and in_halves and weight.numel() >= _LARGE else 1
