"""A model's layers, units and their responses to the test digits, shared by all sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from aecore.ablation import Ablation
from aecore.checkpoint import Checkpoint
from aecore.layers import Layers
from aecore.responses import Responses
from aecore.ui.resources import TestDigits
from aecore.units import Scale, Units, code_units, common_limit, component_units, hidden_units

Part = Literal["hidden", "code"]
PARTS: tuple[Part, ...] = ("hidden", "code")
_RESPONSES_KEPT = 4  # 40 MB each, for 1,000 units
_ABLATIONS_KEPT = 2  # 50 MB each, for 256 hidden units
_UNITS_KEPT = 12


def layers(found: Checkpoint) -> Layers:
    """The checkpoint's layers."""
    return Layers.of(found.card.model, found.weights)


def position(found: Checkpoint, part: Part) -> int:
    """Which layer a part is: the first hidden one, or the code."""
    return 0 if part == "hidden" else layers(found).code


def units(found: Checkpoint, digits: TestDigits, part: Part) -> Units:
    """The units of a part as pictures."""
    return _units(found.digest, digits.fingerprint, part, found, digits)


@st.cache_resource(max_entries=_UNITS_KEPT, show_spinner=False)
def _units(
    digest: str, fingerprint: str, part: Part, _found: Checkpoint, _digits: TestDigits
) -> Units:
    answers = responses(_found, _digits, part)
    if part == "hidden":
        return hidden_units(layers(_found), answers.activity)
    return code_units(layers(_found), answers.values.T, _digits.images.mean(axis=0))


def components(found: Checkpoint, digits: TestDigits, part: Part) -> Units:
    """PCA's components as pictures, to stand beside the units of a part."""
    return _components(found.digest, digits.fingerprint, part, found, digits)


@st.cache_resource(max_entries=_UNITS_KEPT, show_spinner=False)
def _components(
    digest: str, fingerprint: str, part: Part, _found: Checkpoint, _digits: TestDigits
) -> Units:
    return component_units(_found.pca, _digits.images, moved=part == "code")


def limit(checkpoints: Sequence[Checkpoint], digits: TestDigits, part: Part, scale: Scale) -> float:
    """Where the colour scale of these models' galleries, and of the first one's PCA, ends."""
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


def responses(found: Checkpoint, digits: TestDigits, part: Part) -> Responses:
    """The outputs of a part's units for every test digit."""
    return _responses(found.digest, digits.fingerprint, part, found, digits)


@st.cache_resource(max_entries=_RESPONSES_KEPT, show_spinner="Showing the units every test digit…")
def _responses(
    digest: str, fingerprint: str, part: Part, _found: Checkpoint, _digits: TestDigits
) -> Responses:
    return Responses.of(layers(_found), position(_found, part), _digits.images)


def ablation(found: Checkpoint, digits: TestDigits) -> Ablation:
    """Switches units of both parts off."""
    return _ablation(found.digest, digits.fingerprint, found, digits)


@st.cache_resource(max_entries=_ABLATIONS_KEPT, show_spinner="Measuring every test digit…")
def _ablation(digest: str, fingerprint: str, _found: Checkpoint, _digits: TestDigits) -> Ablation:
    positions = tuple(position(_found, part) for part in PARTS)
    return Ablation(layers(_found), positions, _digits.images, _digits.labels)
