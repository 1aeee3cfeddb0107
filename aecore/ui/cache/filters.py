"""A model's layers, units and their activations on the test digits, shared by all sessions."""

from __future__ import annotations

from typing import Literal

from aecore.analysis.ablation import Ablation
from aecore.analysis.activations import Activations
from aecore.analysis.filters import (
    Scale,
    Units,
    code_units,
    component_units,
    hidden_units,
    shared_color_limit,
)
from aecore.checkpoints.file import Checkpoint
from aecore.models.families import family_of
from aecore.models.numpy_layers import Layers
from aecore.ui.cache.datasets import TestSet
from aecore.ui.cache.shared import measured

Part = Literal["hidden", "code"]
_UNITS_KEPT = 12


def layers(checkpoint: Checkpoint) -> Layers:
    """Return the checkpoint's layers."""
    return family_of(checkpoint.card.model).dense_layers(checkpoint.card.model, checkpoint.weights)


def position(checkpoint: Checkpoint, part: Part) -> int:
    """Return the index of a part's layer: the first hidden one, or the code."""
    return 0 if part == "hidden" else layers(checkpoint).code


@measured(kept=_UNITS_KEPT)
def units(checkpoint: Checkpoint, digits: TestSet, part: Part) -> Units:
    """Return the units of a part as pictures."""
    outputs = activations(checkpoint, digits, part)
    if part == "hidden":
        return hidden_units(layers(checkpoint), outputs.activity if outputs.rectified else None)
    return code_units(layers(checkpoint), outputs.values.T, digits.images.mean(axis=0))


@measured(kept=_UNITS_KEPT)
def components(checkpoint: Checkpoint, digits: TestSet, part: Part) -> Units:
    """Return PCA's components as pictures, to compare with the units of a part."""
    return component_units(checkpoint.pca, digits.images, moved=part == "code")


@measured(kept=100)
def color_limit(
    checkpoints: tuple[Checkpoint, ...], digits: TestSet, part: Part, scale: Scale
) -> float:
    """Return the end of the color scale of these models' units and of the first one's PCA."""
    galleries = [units(each, digits, part) for each in checkpoints]
    return shared_color_limit([*galleries, components(checkpoints[0], digits, part)], scale)


@measured(kept=2, spinner="Computing activations…")  # 40 MB each, for 1,000 units
def activations(checkpoint: Checkpoint, digits: TestSet, part: Part) -> Activations:
    """Return the outputs of a part's units for every test digit."""
    return Activations.of(layers(checkpoint), position(checkpoint, part), digits.images)


@measured(kept=2, spinner="Evaluating the test digits…")  # 31 MB each, for 256 hidden units
def ablation(checkpoint: Checkpoint, digits: TestSet, part: Part) -> Ablation:
    """Return what switches units of a part off."""
    outputs = {position(checkpoint, part): activations(checkpoint, digits, part)}
    return Ablation(layers(checkpoint), outputs, digits.images, digits.labels)
