"""Increase in the reconstruction error when one unit is switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aecore.analysis.activations import Activations
from aecore.analysis.metrics import mse, mse_by_label
from aecore.analysis.sampling import evenly_spaced
from aecore.models.numpy_layers import Layers
from aecore.system.threads import one_thread

MAX_WORK = 1e9  # multiplications for one unit: some 30 ms
FEW_DIGITS = 1_000  # that are measured however large the layers
_BLOCK = 512  # digits at a time: what is computed for them stays in the processor's cache


@dataclass(frozen=True, eq=False)
class ErrorIncrease:
    """The error with and without a unit."""

    before: np.ndarray
    """(N,) float64: mean squared error of each digit with all units."""
    after: np.ndarray
    """(N,) float64: the same with the unit switched off."""
    labels: np.ndarray
    """(N,) the digits' labels."""

    @property
    def share(self) -> float:
        """Relative increase of the mean error; below 0 where the unit does harm."""
        return float(self.after.mean() / self.before.mean() - 1)

    def share_by_label(self) -> np.ndarray:
        """Return the relative increase for each label, (10,) float64; NaN where one is absent."""
        after, before = (mse_by_label(errors, self.labels) for errors in (self.after, self.before))
        return after / before - 1


class Ablation:
    """Switches one unit at a time off and measures the reconstruction of the test digits.

    Off means: a hidden unit gives 0, a latent dimension its mean over the digits.
    Everything else stays as it was trained, in eval mode, with clean input. Outputs are not
    clipped, as in a model's test error.

    What does not depend on the unit is computed once. Switching one off adds a rank-one change
    to the sums of the next hidden layer, and only the digits for which the unit was on run through
    the layers after that. With d the change of the last hidden layer, V the last matrix and r the
    old residual, the squared error rises by d' V'V d - 2 r'V d, so no image has to be decoded,
    unless the pixels go through a logistic function.

    Parameters
    ----------
    layers : Layers
    activations : mapping of int to Activations
        Of the layers whose units can be switched off, by position, on these images; none after the
        last hidden one. They are kept, not copied.
    images : ndarray of shape (N, 784), float32 in 0..1
    labels : ndarray of shape (N,), whole numbers in 0..9
    """

    def __init__(
        self,
        layers: Layers,
        activations: Mapping[int, Activations],
        images: np.ndarray,
        labels: np.ndarray,
    ) -> None:
        self.chosen = measured_digits(layers, len(images))
        """Positions of the digits measured: all, or evenly spaced ones where that takes long."""
        if len(self.chosen) < len(images):  # else what the caller holds, which is no copy
            images, labels = images[self.chosen], labels[self.chosen]
        self._images, self.labels = images, labels
        self._layers, self.activations = layers, activations
        targets = {layers.last_hidden, *(_next_hidden(layers, each) for each in activations)}
        self._sums: dict[int, np.ndarray] = {}  # of the targets, (N, out)
        first = min(activations)
        values = activations[first].values[:, self.chosen].T
        for layer in range(first + 1, layers.last_hidden + 1):
            sums = layers.sums(layer, values)
            values = layers.outputs(layer, sums)
            if layer in targets:
                self._sums[layer] = sums
        output = layers.run(values, first=layers.last_hidden + 1)
        self.before = mse(images, output)
        last = layers.matrices[-1]
        self._linear = 2 * (images - output) @ last  # 2 r'V, (N, last hidden)
        self._quadratic = last.T @ last  # V'V

    def off_value(self, layer: int, unit: int) -> float:
        """Return the output of the unit while it is switched off."""
        if self._layers.hidden(layer):
            return 0.0
        return float(self._values(layer, unit).mean(dtype=np.float64))

    def _values(self, layer: int, unit: int) -> np.ndarray:
        """Outputs (N,) of a unit of one of the positions."""
        return self.activations[layer].values[unit, self.chosen]

    def switch_off(self, layer: int, unit: int) -> ErrorIncrease:
        """Measure the error of every digit with and without a unit of one of the positions."""
        layers, target = self._layers, _next_hidden(self._layers, layer)
        step = np.float32(self.off_value(layer, unit)) - self._values(layer, unit)
        onward = layers.matrices[layer + 1][:, unit]
        if target == layer + 2:  # the code lies between, which is linear
            onward = layers.matrices[target] @ onward
        on = np.flatnonzero(step)
        after = self.before.copy()
        with one_thread():
            for start in range(0, len(on), _BLOCK):
                rows = on[start : start + _BLOCK]
                sums = self._sums[target][rows] + step[rows, None] * onward
                hidden = layers.outputs(target, sums)
                hidden = layers.run(hidden, first=target + 1, last=layers.last_hidden)
                after[rows] = self._errors(rows, hidden)
        return ErrorIncrease(before=self.before, after=after, labels=self.labels)

    def _errors(self, rows: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        """Errors (R,) of the digits `rows`, given the outputs of the last hidden layer."""
        if self._layers.logistic:
            output = self._layers.run(hidden, first=self._layers.last_hidden + 1)
            return mse(self._images[rows], output)
        last = self._layers.last_hidden
        change = hidden - self._layers.outputs(last, self._sums[last][rows])
        rise = np.einsum("nk,nk->n", change @ self._quadratic - self._linear[rows], change)
        return self.before[rows] + rise.astype(np.float64) / self._layers.n_inputs

    def reconstruct(
        self, layer: int, unit: int, images: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Reconstruct images (B, 784) with all units, and with this one off; (B, 784) each."""
        with one_thread():
            values = self._layers.run(images, last=layer)
            without = values.copy()
            without[:, unit] = self.off_value(layer, unit)
            return (
                self._layers.run(values, first=layer + 1),
                self._layers.run(without, first=layer + 1),
            )


def _next_hidden(layers: Layers, layer: int) -> int:
    """The first layer after this one that is hidden."""
    return layer + 2 if layer + 1 == layers.code else layer + 1


def measured_digits(layers: Layers, count: int) -> np.ndarray:
    """Return which of `count` digits an ablation measures, as ascending positions.

    All of them where switching off one unit of the first layer takes up to 1e9 multiplications;
    else 1,000, evenly spaced.
    """
    onward = range(_next_hidden(layers, 0) + 1, layers.last_hidden + 1)
    last_width = len(layers.biases[layers.last_hidden])
    work = last_width * (layers.n_inputs if layers.logistic else last_width)
    work += sum(layers.matrices[layer].size for layer in onward)
    return evenly_spaced(count, count if work * count <= MAX_WORK else FEW_DIGITS)
