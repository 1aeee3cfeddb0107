"""What the laboratory measures, computed once for all sessions."""

from __future__ import annotations

import functools
from time import perf_counter

import numpy as np
import streamlit as st

from aecore.analysis import dimension_importance, perturbation
from aecore.analysis.dimension_importance import Decode, Importance
from aecore.analysis.perturbation import Fall
from aecore.checkpoints.file import Checkpoint
from aecore.ui.cache import resources
from aecore.ui.cache.resources import TestDigits

_PATIENCE = 0.2  # seconds until a progress bar is worth drawing


def decoder(checkpoint: Checkpoint) -> Decode:
    """Codes (B, D) to digits (B, 784) by the model."""
    from aecore.models.inference import decode

    return functools.partial(decode, resources.load_model(checkpoint))


def encode(checkpoint: Checkpoint, images: np.ndarray) -> np.ndarray:
    """Codes (B, D) float32 of digits (B, 784)."""
    from aecore.models.inference import encode

    return encode(resources.load_model(checkpoint), images)


def dimensions(checkpoint: Checkpoint, digits: TestDigits) -> Importance:
    """What each dimension of the code counts for; shows how far it has got."""
    keys = checkpoint.digest, digits.fingerprint
    dim = checkpoint.card.model.latent_dim
    start, bar, tables = perf_counter(), st.empty(), []
    for block in dimension_importance.blocks(dim):
        if perf_counter() - start > _PATIENCE:
            bar.progress(block[0] / dim, f"Fixing one dimension after the other: {block[0]}/{dim}")
        tables.append(_fixed(*keys, *block, checkpoint, digits))
    bar.empty()
    whole, linear = _whole(*keys, checkpoint, digits)
    return Importance(whole=whole, fixed=np.concatenate(tables), linear=linear)


@st.cache_resource(max_entries=512, show_spinner=False)
def _fixed(
    digest: str,
    fingerprint: str,
    start: int,
    stop: int,
    _checkpoint: Checkpoint,
    _digits: TestDigits,
) -> np.ndarray:
    rows = dimension_importance.measured(len(_digits.labels))
    images = _digits.images[rows]
    codes = encode(_checkpoint, images)
    chosen = range(start, stop)
    return dimension_importance.fixed_errors(
        decoder(_checkpoint), codes, images, _digits.labels[rows], chosen
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _whole(
    digest: str, fingerprint: str, _checkpoint: Checkpoint, _digits: TestDigits
) -> tuple[np.ndarray, np.ndarray]:
    rows = dimension_importance.measured(len(_digits.labels))
    errors = resources.test_errors(_checkpoint, _digits)["model"][rows]
    whole = dimension_importance.error_row(errors, _digits.labels[rows])
    return whole, dimension_importance.linear_increase(_checkpoint.pca.encode(_digits.images[rows]))


def left_on(checkpoint: Checkpoint, digits: TestDigits, rate: float) -> tuple[float, float]:
    """Mean error of the measured digits with one pass of dropout each: the model's and PCA's."""
    return _left_on(checkpoint.digest, digits.fingerprint, rate, checkpoint, digits)


@st.cache_resource(max_entries=256, show_spinner=False)
def _left_on(
    digest: str, fingerprint: str, rate: float, _checkpoint: Checkpoint, _digits: TestDigits
) -> tuple[float, float]:
    images = _digits.images[dimension_importance.measured(len(_digits.labels))]
    return (
        perturbation.left_on(decoder(_checkpoint), encode(_checkpoint, images), images, rate=rate),
        perturbation.left_on(
            _checkpoint.pca.decode, _checkpoint.pca.encode(images), images, rate=rate
        ),
    )


def deviations(checkpoint: Checkpoint, digits: TestDigits) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation of each code dimension, (D,): the model's over its map, and PCA's."""
    return _deviations(checkpoint.digest, digits.fingerprint, checkpoint, digits)


@st.cache_resource(max_entries=64, show_spinner=False)
def _deviations(
    digest: str, fingerprint: str, _checkpoint: Checkpoint, _digits: TestDigits
) -> tuple[np.ndarray, np.ndarray]:
    linear = _checkpoint.pca.encode(_digits.images)
    return _checkpoint.codes.std(axis=0, dtype=np.float64), linear.std(axis=0, dtype=np.float64)


def fall(checkpoint: Checkpoint, digits: TestDigits, number: int) -> Fall:
    """Noise of every level on the code of a test digit."""
    return _fall(checkpoint.digest, digits.fingerprint, number, checkpoint, digits)


@st.cache_resource(max_entries=128, show_spinner="Adding noise to the code…")
def _fall(
    digest: str, fingerprint: str, number: int, _checkpoint: Checkpoint, _digits: TestDigits
) -> Fall:
    image = _digits.images[number]
    return perturbation.fall(
        (decoder(_checkpoint), _checkpoint.pca.decode),
        (encode(_checkpoint, image[None])[0], _checkpoint.pca.encode(image[None])[0]),
        deviations(_checkpoint, _digits),
        image,
        resources.neighbor_index(_checkpoint),
    )
