"""A model's layers, units and their activations on the test digits, shared by all sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

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
from aecore.models.numpy_layers import Layers
from aecore.ui.cache.resources import TestDigits

Part = Literal["hidden", "code"]
PARTS: tuple[Part, ...] = ("hidden", "code")
_ACTIVATIONS_KEPT = 4  # 40 MB each, for 1,000 units
_ABLATIONS_KEPT = 2  # 50 MB each, for 256 hidden units
_UNITS_KEPT = 12


def layers(checkpoint: Checkpoint) -> Layers:
    """The checkpoint's layers."""
    return Layers.of(checkpoint.card.model, checkpoint.weights)


def position(checkpoint: Checkpoint, part: Part) -> int:
    """Which layer a part is: the first hidden one, or the code."""
    return 0 if part == "hidden" else layers(checkpoint).code


def units(checkpoint: Checkpoint, digits: TestDigits, part: Part) -> Units:
    """The units of a part as pictures."""
    return _units(checkpoint.digest, digits.fingerprint, part, checkpoint, digits)


@st.cache_resource(max_entries=_UNITS_KEPT, show_spinner=False)
def _units(
    digest: str, fingerprint: str, part: Part, _checkpoint: Checkpoint, _digits: TestDigits
) -> Units:
    outputs = activations(_checkpoint, _digits, part)
    if part == "hidden":
        return hidden_units(layers(_checkpoint), outputs.activity)
    return code_units(layers(_checkpoint), outputs.values.T, _digits.images.mean(axis=0))


def components(checkpoint: Checkpoint, digits: TestDigits, part: Part) -> Units:
    """PCA's components as pictures, to stand beside the units of a part."""
    return _components(checkpoint.digest, digits.fingerprint, part, checkpoint, digits)


@st.cache_resource(max_entries=_UNITS_KEPT, show_spinner=False)
def _components(
    digest: str, fingerprint: str, part: Part, _checkpoint: Checkpoint, _digits: TestDigits
) -> Units:
    return component_units(_checkpoint.pca, _digits.images, moved=part == "code")


def limit(checkpoints: Sequence[Checkpoint], digits: TestDigits, part: Part, scale: Scale) -> float:
    """Where the color scale of these models' galleries, and of the first one's PCA, ends."""
    digests = tuple(each.digest for each in checkpoints)
    return _limit(digests, digits.fingerprint, part, scale, checkpoints, digits)


@st.cache_resource(max_entries=100, show_spinner=False)
def _limit(
    digests: tuple[str, ...],
    fingerprint: str,
    part: Part,
    scale: Scale,
    _checkpoints: Sequence[Checkpoint],
    _digits: TestDigits,
) -> float:
    galleries = [units(each, _digits, part) for each in _checkpoints]
    return shared_color_limit([*galleries, components(_checkpoints[0], _digits, part)], scale)


def activations(checkpoint: Checkpoint, digits: TestDigits, part: Part) -> Activations:
    """The outputs of a part's units for every test digit."""
    return _activations(checkpoint.digest, digits.fingerprint, part, checkpoint, digits)


@st.cache_resource(
    max_entries=_ACTIVATIONS_KEPT, show_spinner="Showing the units every test digit…"
)
def _activations(
    digest: str, fingerprint: str, part: Part, _checkpoint: Checkpoint, _digits: TestDigits
) -> Activations:
    return Activations.of(layers(_checkpoint), position(_checkpoint, part), _digits.images)


def ablation(checkpoint: Checkpoint, digits: TestDigits) -> Ablation:
    """Switches units of both parts off."""
    return _ablation(checkpoint.digest, digits.fingerprint, checkpoint, digits)


@st.cache_resource(max_entries=_ABLATIONS_KEPT, show_spinner="Measuring every test digit…")
def _ablation(
    digest: str, fingerprint: str, _checkpoint: Checkpoint, _digits: TestDigits
) -> Ablation:
    positions = tuple(position(_checkpoint, part) for part in PARTS)
    return Ablation(layers(_checkpoint), positions, _digits.images, _digits.labels)
