"""The gradients of a model's loss by the chain rule, in memory kept from step to step.

On a CPU much of a training step waits for memory. Autograd takes fresh memory for every hidden
layer and every gradient, which is in no cache yet, and its own bookkeeping comes on top. Without
them an epoch of the notebook's recipe takes 0.47 s instead of 0.67 s (`plane`), 0.95 instead of
1.07 s (`wide`), on two cores.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from aecore.model import Autoencoder, kl_divergence


class Backpropagation:
    """Sets the gradients of a model's loss, for one batch after the other.

    The loss is the mean squared error per pixel; the penalty on the weights is the optimiser's
    affair. A variational model decodes one code drawn from each digit's distribution and pays for
    how far that lies from the standard normal one. With kl_weight = 2 s**2 / 784 its loss is, up to
    constants, the negative evidence lower bound of Kingma and Welling (2014) whose pixels have
    the standard deviation s.

    Parameters
    ----------
    model : Autoencoder
        Its parameters must stay where they are; they get their `grad` here.
    kl_weight : float
        What a nat of divergence costs a variational model.
    batch_size : int
        The largest batch that will come.
    generator : torch.Generator
        Draws dropout and a variational model's codes, on the model's device.
    """

    def __init__(
        self, model: Autoencoder, *, kl_weight: float, batch_size: int, generator: torch.Generator
    ) -> None:
        self._model = model
        self._kl_weight = kl_weight
        self._generator = generator
        self._encoder = Passes(model.encoder.layers, batch_size)
        self._decoder = Passes(model.decoder.layers, batch_size)

    @torch.no_grad()
    def __call__(self, x: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Set every parameter's gradient.

        Parameters
        ----------
        x, target : Tensor of shape (B, 784)
            What goes in, and what is to come out.

        Returns
        -------
        loss, mse : Tensor, scalar
            The loss, and the mean squared error in it.
        """
        outputs = self._encoder.forward(x)
        if not self._model.config.variational:
            mse, slope = self._decode(outputs, target)
            self._encoder.backward(x, slope, to_input=False)
            return mse, mse
        mean, log_variance = outputs.tensor_split(2, dim=1)
        drawn = torch.empty_like(mean).normal_(generator=self._generator)
        drawn *= (0.5 * log_variance).exp()
        mse, slope = self._decode(mean + drawn, target)
        price = self._kl_weight / len(x)
        of_mean = slope + price * mean
        of_log_variance = 0.5 * (slope * drawn + price * log_variance.expm1())
        divergence = kl_divergence(mean, log_variance).mean()
        self._encoder.backward(x, torch.cat((of_mean, of_log_variance), dim=1), to_input=False)
        return mse + self._kl_weight * divergence, mse

    def _decode(self, code: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """The mean squared error, and its slope by the code; sets the decoder's gradients."""
        decoder = self._model.decoder
        kept = decoder.kept(code, self._generator)
        thinned = code if kept is None else code * kept
        if decoder.output == "logistic":
            pixels = self._decoder.forward(thinned).sigmoid_()
            difference = pixels - target
            slope = torch.ops.aten.sigmoid_backward(difference, pixels)
        else:
            slope = difference = self._decoder.forward(thinned, minus=target)
        flat = difference.view(-1)
        mse = flat.dot(flat) / flat.numel()
        slope = self._decoder.backward(thinned, slope.mul_(2.0 / flat.numel()), to_input=True)
        return mse, slope if kept is None else slope * kept


class Passes:
    """Forward and backward passes through linear layers with ReLU between them.

    What they return is overwritten by the next pass.

    Parameters
    ----------
    layers : nn.Sequential
        Of nn.Linear and nn.ReLU in turns.
    batch_size : int
        The largest batch that will come.
    """

    def __init__(self, layers: nn.Sequential, batch_size: int) -> None:
        self._layers = []
        for linear in layers[::2]:
            for parameter in linear.parameters():
                parameter.grad = torch.zeros_like(parameter)
            weight, bias = linear.weight.detach(), linear.bias.detach()
            output = weight.new_empty(batch_size, linear.out_features)
            slope = weight.new_empty(batch_size, linear.in_features)
            gradients = (linear.weight.grad, linear.bias.grad)
            self._layers.append((weight, bias, *gradients, output, slope))

    def forward(self, x: Tensor, *, minus: Tensor | None = None) -> Tensor:
        """The output for x, less `minus` if there is one: (B, in) -> (B, out)."""
        before = x
        for weight, bias, _, _, output, _ in self._layers[:-1]:
            before = torch.addmm(bias, before, weight.mT, out=output[: len(x)]).relu_()
        weight, bias, _, _, output, _ = self._layers[-1]
        output = output[: len(x)]
        if minus is None:
            return torch.addmm(bias, before, weight.mT, out=output)
        return torch.sub(bias, minus, out=output).addmm_(before, weight.mT)

    def backward(self, x: Tensor, slope: Tensor, *, to_input: bool) -> Tensor | None:
        """Set the gradients from the loss's slope by the last output.

        Parameters
        ----------
        x : Tensor of shape (B, in)
            What the last forward pass was given.
        slope : Tensor of shape (B, out)
        to_input : bool
            Whether the slope by `x` is wanted too.

        Returns
        -------
        Tensor of shape (B, in) or None
        """
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
