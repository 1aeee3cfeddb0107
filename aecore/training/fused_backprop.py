"""The gradients of a model's loss by the chain rule, in memory kept from step to step.

On a CPU much of a training step waits for memory. Autograd takes fresh memory for every hidden
layer and every gradient, which is in no cache yet, and its own bookkeeping comes on top. Without
them an epoch of the notebook's recipe takes 0.47 s instead of 0.67 s (`plane`), 0.95 instead of
1.07 s (`wide`), on two cores.

Two cores do not always share a cache; on a virtual machine that changes from minute to minute. What
one has written then reaches the other after 165 ns instead of 26. So where two threads train, each
keeps to half of the pixels, with their weights and all that is remembered of those; only the hidden
layers go to and fro. Where the caches are apart that takes 0.74 s instead of 0.85 s an epoch
(`plane`) and 1.42 s instead of 1.62 s (`wide`), measured in turns; elsewhere as long as before.

Pixels are "apart" in the shape (P, B, 784 / P), in P parts, and "together" in the shape (B, 784).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from aecore.models.autoencoder import Autoencoder, kl_divergence

_threshold_backward = torch.ops.aten.threshold_backward.grad_input  # 4 us less than by its family
_PARTS = 2
_LARGE = 2**16
"""Values of a matrix that is worth sharing out."""


class Backpropagation:
    """Sets the gradients of a model's loss, for one batch after the other.

    The loss is the mean squared error per pixel; the penalty on the weights is the optimizer's
    affair. A variational model decodes one code drawn from each digit's distribution and pays for
    how far that lies from the standard normal one. With kl_weight = 2 s**2 / 784 its loss is, up to
    constants, the negative evidence lower bound of Kingma and Welling (2014) whose pixels have
    the standard deviation s.

    Parameters
    ----------
    model : Autoencoder
        Its parameters get their `grad` here and must stay where they are from now on: make
        optimizers afterwards.
    kl_weight : float
        What a nat of divergence costs a variational model.
    batch_sizes : iterable of int
        Those of all batches that will come.
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
        self.parts = _parts(model)
        """In how many parts digits are to come."""
        model.zero_grad()  # gradients are to lie as the layers lay the matrices
        self._coders = {size: self._new_coders(size) for size in batch_sizes}

    def _new_coders(self, size: int) -> tuple[Passes, Passes]:
        """Passes through the encoder and the decoder."""
        first, *encoder = self._model.encoder.layers[::2]
        *decoder, last = self._model.decoder.layers[::2]
        from_pixels, to_pixels = (Layer, Layer) if self.parts == 1 else (FromPixels, ToPixels)
        return (
            Passes(from_pixels(first, size), *(_hidden(each, size) for each in encoder)),
            Passes(*(_hidden(each, size) for each in decoder), to_pixels(last, size)),
        )

    @torch.no_grad()
    def __call__(self, x: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Set every parameter's gradient.

        Parameters
        ----------
        x, target : Tensor of shape (P, B, 784 / P)
            What goes in, and what is to come out, in `parts`.

        Returns
        -------
        loss, mse : Tensor, scalar
            The loss, and the mean squared error in it.
        """
        size = x.shape[1]
        encoder, decoder = self._coders[size]
        if self.parts == 1:
            x, target = x[0], target[0]
        outputs = encoder.forward(x)
        if not self._model.config.variational:
            mse, slope = self._decode(decoder, outputs, target)
            encoder.backward(x, slope, to_input=False)
            return mse, mse
        mean, log_variance = outputs.tensor_split(2, dim=1)
        drawn = torch.empty_like(mean).normal_(generator=self._generator)
        drawn *= (0.5 * log_variance).exp()
        mse, slope = self._decode(decoder, mean + drawn, target)
        price = self._kl_weight / size
        of_mean = slope + price * mean
        of_log_variance = 0.5 * (slope * drawn + price * log_variance.expm1())
        divergence = kl_divergence(mean, log_variance).mean()
        slope = torch.cat((of_mean, of_log_variance), dim=1)
        encoder.backward(x, slope, to_input=False)
        return mse + self._kl_weight * divergence, mse

    def _decode(self, passes: Passes, code: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """The mean squared error, and its slope by the code; sets the decoder's gradients."""
        decoder = self._model.decoder
        kept = decoder.kept(code, self._generator)
        thinned = code if kept is None else code * kept
        if decoder.output == "logistic":
            pixels = passes.forward(thinned).sigmoid_()
            difference = pixels - target
            slope = torch.ops.aten.sigmoid_backward(difference, pixels)
        else:
            slope = difference = passes.forward(thinned, minus=target)
        flat = difference.view(-1)
        mse = flat.dot(flat) / flat.numel()
        slope = passes.backward(thinned, slope, scale=2.0 / flat.numel(), to_input=True)
        return mse, slope if kept is None else slope * kept


class Passes:
    """Forward and backward passes through linear layers with ReLU between them.

    What they return is overwritten by the next pass. Input and output are (B, in) and (B, out), but
    pixels apart if the first or last layer has it so.

    Parameters
    ----------
    *layers : Layer
        For batches of the same size.
    """

    def __init__(self, *layers: Layer) -> None:
        *self._hidden, self._last = layers
        self._first = layers[0]
        self._downwards = [*reversed(list(itertools.pairwise(layers)))]

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """The output for x, less `minus` if there is one."""
        for layer in self._hidden:
            x = layer.forward(x).relu_()
        return self._last.forward(x, minus=minus)

    def backward(
        self, x: Tensor, slope: Tensor, *, scale: float = 1.0, to_input: bool
    ) -> Tensor | None:
        """Set the gradients from the loss's slope by the last output.

        Parameters
        ----------
        x : Tensor
            What the last forward pass was given.
        slope : Tensor
            In the shape of what that pass returned.
        scale : float
            What the slope is to be multiplied with.
        to_input : bool
            Whether the slope by `x` is wanted too.

        Returns
        -------
        Tensor like `x`, or None
        """
        for below, layer in self._downwards:
            before = below.output  # ReLU has been there
            layer.set_gradients(before, slope, scale)
            slope = layer.slope_by_input(slope, scale)
            _threshold_backward(slope, before, 0, grad_input=slope)
            scale = 1.0
        self._first.set_gradients(x, slope, scale)
        return self._first.slope_by_input(slope, scale) if to_input else None


class Layer:
    """One linear layer.

    Parameters
    ----------
    linear : nn.Linear
        Its parameters get a `grad` here, unless they have one.
    size : int
        B, of the batches that will come.
    by_columns : bool
        Whether the matrix is to be transposed in memory; as a tensor it stays the same.
    """

    def __init__(self, linear: nn.Linear, size: int, *, by_columns: bool = False) -> None:
        if by_columns:
            linear.weight.data = linear.weight.detach().mT.contiguous().mT
        for parameter in linear.parameters():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        self._weight, self._bias = linear.weight.detach(), linear.bias.detach()
        self._transposed = self._weight.mT
        self._weight_gradient, self._bias_gradient = linear.weight.grad, linear.bias.grad
        self._slope = self._bias.new_empty(size, linear.in_features)
        self.output = self._bias.new_empty(size, linear.out_features)
        """For the last batch."""

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """The output for x, less `minus` if there is one: (B, in) -> (B, out)."""
        if minus is None:
            return torch.addmm(self._bias, x, self._transposed, out=self.output)
        return torch.sub(self._bias, minus, out=self.output).addmm_(x, self._transposed)

    def set_gradients(self, x: Tensor, slope: Tensor, scale: float) -> None:
        """From the input (B, in) and `scale` times the slope by the output (B, out)."""
        self._weight_gradient.addmm_(slope.mT, x, beta=0.0, alpha=scale)
        self._set_bias_gradient(slope, scale)

    def slope_by_input(self, slope: Tensor, scale: float) -> Tensor:
        """From `scale` times the slope by the output: (B, out) -> (B, in)."""
        return self._slope.addmm_(slope, self._weight, beta=0.0, alpha=scale)

    def _set_bias_gradient(self, slope: Tensor, scale: float) -> None:
        torch.sum(slope, dim=-2, out=self._bias_gradient)
        if scale != 1.0:
            self._bias_gradient.mul_(scale)


class FromPixels(Layer):
    """A linear layer whose input comes apart.

    The weights of a part are columns of the matrix, which so lie side by side.
    """

    def __init__(self, linear: nn.Linear, size: int) -> None:
        super().__init__(linear, size, by_columns=True)
        self._weights, self._weight_gradients = (
            each.mT.view(_PARTS, -1, linear.out_features)
            for each in (self._weight, self._weight_gradient)
        )
        self._outputs = self._bias.new_empty(_PARTS, size, linear.out_features)
        self.output, self._second = self._outputs

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """The output for x: (P, B, in / P) -> (B, out)."""
        torch.bmm(x, self._weights, out=self._outputs)
        self.output.add_(self._second).add_(self._bias)
        return self.output if minus is None else self.output.sub_(minus)

    def set_gradients(self, x: Tensor, slope: Tensor, scale: float) -> None:
        """From the input (P, B, in / P) and `scale` times the slope by the output (B, out)."""
        slopes = slope.expand(_PARTS, -1, -1)
        self._weight_gradients.baddbmm_(x.mT, slopes, beta=0.0, alpha=scale)
        self._set_bias_gradient(slope, scale)


class ToPixels(Layer):
    """A linear layer whose output goes apart."""

    def __init__(self, linear: nn.Linear, size: int) -> None:
        super().__init__(linear, size)
        self._weights, self._weight_gradients = (
            each.view(_PARTS, -1, linear.in_features)
            for each in (self._weight, self._weight_gradient)
        )
        self._transposed = self._weights.mT
        self._biases = self._bias.view(_PARTS, 1, -1)
        self._bias_gradient = self._bias_gradient.view(_PARTS, -1)
        self._slopes = self._bias.new_empty(_PARTS, size, linear.in_features)
        self._first, self._second = self._slopes
        self.output = self._bias.new_empty(_PARTS, size, linear.out_features // _PARTS)

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """The output for x, less `minus` if there is one: (B, in) -> (P, B, out / P)."""
        x = x.expand(_PARTS, -1, -1)
        if minus is None:
            return torch.baddbmm(self._biases, x, self._transposed, out=self.output)
        return torch.sub(self._biases, minus, out=self.output).baddbmm_(x, self._transposed)

    def set_gradients(self, x: Tensor, slope: Tensor, scale: float) -> None:
        """From the input (B, in) and `scale` times the slope by the output (P, B, out / P)."""
        x = x.expand(_PARTS, -1, -1)
        self._weight_gradients.baddbmm_(slope.mT, x, beta=0.0, alpha=scale)
        self._set_bias_gradient(slope, scale)

    def slope_by_input(self, slope: Tensor, scale: float) -> Tensor:
        """From `scale` times the slope by the output: (P, B, out / P) -> (B, in)."""
        self._slopes.baddbmm_(slope, self._weights, beta=0.0, alpha=scale)
        return self._first.add_(self._second)


def _hidden(linear: nn.Linear, size: int) -> Layer:
    """A layer between two others. The longer side of its matrix lies at a stretch in memory: on two
    cores the three products of 2 -> 128 take 25 us instead of 57, of 128 -> 256 272 instead of 349.
    """
    return Layer(linear, size, by_columns=linear.out_features > linear.in_features)


def apart(x: Tensor, parts: int) -> Tensor:
    """A view of pixels together: (B, 784) -> (P, B, 784 / P)."""
    return x.view(len(x), parts, -1).transpose(0, 1)


def together(x: Tensor) -> Tensor:
    """A copy of pixels apart: (P, B, 784 / P) -> (B, 784)."""
    return x.transpose(0, 1).flatten(1)


def _parts(model: Autoencoder) -> int:
    """In how many parts pixels are worked on: two for two threads; more were not measured."""
    weight = model.decoder.layers[-1].weight
    two = weight.device.type == "cpu" and torch.get_num_threads() == _PARTS
    return _PARTS if two and weight.numel() >= _LARGE else 1
