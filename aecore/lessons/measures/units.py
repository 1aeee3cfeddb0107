"""Hidden units: what they react to, how many work at a time, and what the loss of one costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.analysis.ablation import Ablation, measured_digits
from aecore.analysis.activations import Activations
from aecore.analysis.sampling import evenly_spaced
from aecore.lessons.context import Context, Measured
from aecore.lessons.lesson import LessonError
from aecore.lessons.registry import Finding, measure
from aecore.models.families import family_of
from aecore.models.numpy_layers import Layers

MAX_UNITS = 600
"""Units that are switched off one after the other, within some 2 seconds."""
MAX_RECONSTRUCTIONS = 200_000
"""Of digits without a unit, all units together."""
FEW = 10
"""A unit that is among so many counts as one of the most important."""


def _layers(measured: Measured) -> Layers:
    card = measured.checkpoint.card
    if card.model.family != "dense":
        raise LessonError(
            f"{measured.checkpoint.name} has no single hidden units to look at. Pick plane or "
            "another model with dense layers."
        )
    return family_of(card.model).dense_layers(card.model, measured.checkpoint.weights)


def _activations(measured: Measured) -> Activations:
    return Activations.of(_layers(measured), 0, measured.images)


def _ablation(layers: Layers, measured: Measured, rows: np.ndarray) -> Ablation:
    images = measured.images[rows]
    activations = {0: Activations.of(layers, 0, images)}
    return Ablation(layers, activations, images, measured.labels[rows])


def _check_unit(unit: int, count: int, name: str) -> None:
    if not 1 <= unit <= count:
        raise LessonError(f"{name} has {count} hidden units, and this step is about unit {unit}.")


@measure("choice")
def class_of_unit(context: Context, prediction: Any, *, unit: int) -> Finding:
    """Find the class with the highest mean output of a hidden unit, numbered from 1."""
    measured, names = context.measured(), context.classes
    outputs = _activations(measured).values
    _check_unit(unit, len(outputs), measured.checkpoint.name)
    present = np.unique(measured.labels)
    means = [float(outputs[unit - 1, measured.labels == each].mean()) for each in present]
    ranked = [names[present[each]] for each in np.argsort(means)[::-1]]
    return Finding(
        value=ranked[0],
        text=f"Unit {unit} of {measured.checkpoint.name} is most active for {ranked[0]}s, then for "
        f"{ranked[1]}s, on average over {measured.pictures}.",
    )


@measure("number")
def active_units(context: Context, prediction: Any) -> Finding:
    """Measure how many units of the first hidden layer are active for an average digit."""
    measured = context.measured()
    activity = _activations(measured).activity
    value = float(activity.sum())
    return Finding(
        value=value,
        text=f"On average {value:.0f} of the {len(activity)} hidden units of "
        f"{measured.checkpoint.name} are active for a digit, over {measured.pictures}.",
    )


@measure("number")
def dead_units(context: Context, prediction: Any, *, model: str = "") -> Finding:
    """Count the units of the first hidden layer that are active for no digit."""
    measured = context.measured(model)
    activity = _activations(measured).activity
    value = float((activity == 0).sum())
    return Finding(
        value=value,
        text=f"{value:.0f} of the {len(activity)} hidden units of {measured.checkpoint.name} are "
        f"active for none of {measured.pictures}.",
    )


@measure("number")
def unit_cost(context: Context, prediction: Any, *, unit: int) -> Finding:
    """Measure the increase of the error, in percent, when a hidden unit is switched off."""
    measured = context.measured()
    layers = _layers(measured)
    _check_unit(unit, len(layers.biases[0]), measured.checkpoint.name)
    rows = measured_digits(layers, len(measured.images))
    loss = _ablation(layers, measured, rows).switch_off(0, unit - 1)
    value = 100 * loss.share
    return Finding(
        value=value,
        text=f"Without unit {unit} the MSE of {measured.checkpoint.name} goes from "
        f"{loss.before.mean():.4f} to {loss.after.mean():.4f}, over {len(loss.labels):,} test "
        f"{context.test_set.spec.nouns}.",
    )


@measure("choice", "first", "among", "neither")
def strongest_unit(context: Context, prediction: Any) -> Finding:
    """Find whether the unit with the largest filter is also the one whose loss costs most.

    `first` if it is, `among` if it is one of the ten that cost most. Measured on at most 1,000
    digits, fewer for more than 200 units, evenly spaced.
    """
    measured = context.measured()
    layers = _layers(measured)
    count = len(layers.biases[0])
    if count > MAX_UNITS:
        raise LessonError(
            f"{measured.checkpoint.name} has {count:,} hidden units: to switch off each of them "
            "takes too long. Pick plane, or another model with fewer."
        )
    rows = evenly_spaced(len(measured.rows), min(1_000, MAX_RECONSTRUCTIONS // count))
    ablation = _ablation(layers, measured, rows)
    costs = np.array([ablation.switch_off(0, unit).share for unit in range(count)])
    largest = int(np.linalg.norm(layers.matrices[0], axis=1).argmax())
    rank = int((costs > costs[largest]).sum()) + 1
    return Finding(
        value="first" if rank == 1 else "among" if rank <= FEW else "neither",
        text=f"Of the {len(costs)} hidden units of {measured.checkpoint.name}, unit {largest + 1} "
        f"has the largest filter; {rank - 1} others cost more when they are switched off. Unit "
        f"{costs.argmax() + 1} costs most, over {len(ablation.labels):,} test "
        f"{context.test_set.spec.nouns}.",
    )
