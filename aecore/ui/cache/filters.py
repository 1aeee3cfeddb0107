"""A model's layers, units and their responses to the test digits, shared by all sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from aecore.analysis.ablation import Ablation
from aecore.analysis.activations import Responses
from aecore.analysis.filters import (
    Scale,
    Units,
    code_units,
    common_limit,
    component_units,
    hidden_units,
)
from aecore.checkpoints.file import Checkpoint
from aecore.models.numpy_layers import Layers
from aecore.ui.cache.resources import TestDigits

Part = Literal["hidden", "code"]
PARTS: tuple[Part, ...] = ("hidden", "code")
_RESPONSES_KEPT = 4  # 40 MB each, for 1,000 units
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
    answers = responses(_checkpoint, _digits, part)
    if part == "hidden":
        return hidden_units(layers(_checkpoint), answers.activity)
    return code_units(layers(_checkpoint), answers.values.T, _digits.images.mean(axis=0))


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
    return common_limit([*galleries, components(_checkpoints[0], _digits, part)], scale)


def responses(checkpoint: Checkpoint, digits: TestDigits, part: Part) -> Responses:
    """The outputs of a part's units for every test digit."""
    return _responses(checkpoint.digest, digits.fingerprint, part, checkpoint, digits)


@st.cache_resource(max_entries=_RESPONSES_KEPT, show_spinner="Showing the units every test digit…")
def _responses(
    digest: str, fingerprint: str, part: Part, _checkpoint: Checkpoint, _digits: TestDigits
) -> Responses:
    return Responses.of(layers(_checkpoint), position(_checkpoint, part), _digits.images)


def ablation(checkpoint: Checkpoint, digits: TestDigits) -> Ablation:
    """Switches units of both parts off."""
    return _ablation(checkpoint.digest, digits.fingerprint, checkpoint, digits)


@st.cache_resource(max_entries=_ABLATIONS_KEPT, show_spinner="Measuring every test digit…")
def _ablation(
    digest: str, fingerprint: str, _checkpoint: Checkpoint, _digits: TestDigits
) -> Ablation:
    positions = tuple(position(_checkpoint, part) for part in PARTS)
    return Ablation(layers(_checkpoint), positions, _digits.images, _digits.labels)
