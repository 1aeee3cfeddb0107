"""What the laboratory measures, computed once for all sessions."""

from __future__ import annotations

import functools
from time import perf_counter

import numpy as np
import streamlit as st

from aecore import importance, perturbation
from aecore.checkpoint import Checkpoint
from aecore.importance import Decode, Importance
from aecore.perturbation import Fall
from aecore.ui import resources
from aecore.ui.resources import TestDigits

_PATIENCE = 0.2  # seconds until a progress bar is worth drawing


def decoder(found: Checkpoint) -> Decode:
    """Codes (B, D) to digits (B, 784) by the model."""
    from aecore.inference import decode

    return functools.partial(decode, resources.load_model(found))


def encode(found: Checkpoint, images: np.ndarray) -> np.ndarray:
    """Codes (B, D) float32 of digits (B, 784)."""
    from aecore.inference import encode

    return encode(resources.load_model(found), images)


def dimensions(found: Checkpoint, digits: TestDigits) -> Importance:
    """What each dimension of the code counts for; shows how far it has got."""
    keys = found.digest, digits.fingerprint
    dim = found.card.model.latent_dim
    start, bar, tables = perf_counter(), st.empty(), []
    for block in importance.blocks(dim):
        if perf_counter() - start > _PATIENCE:
            bar.progress(block[0] / dim, f"Fixing one dimension after the other: {block[0]}/{dim}")
        tables.append(_fixed(*keys, *block, found, digits))
    bar.empty()
    whole, linear = _whole(*keys, found, digits)
    return Importance(whole=whole, fixed=np.concatenate(tables), linear=linear)


@st.cache_resource(max_entries=512, show_spinner=False)
def _fixed(
    digest: str, fingerprint: str, start: int, stop: int, _found: Checkpoint, _digits: TestDigits
) -> np.ndarray:
    rows = importance.measured(len(_digits.labels))
    images = _digits.images[rows]
    codes = encode(_found, images)
    chosen = range(start, stop)
    return importance.fixed_errors(decoder(_found), codes, images, _digits.labels[rows], chosen)


@st.cache_resource(max_entries=64, show_spinner=False)
def _whole(
    digest: str, fingerprint: str, _found: Checkpoint, _digits: TestDigits
) -> tuple[np.ndarray, np.ndarray]:
    rows = importance.measured(len(_digits.labels))
    errors = resources.test_errors(_found, _digits)["model"][rows]
    whole = importance.error_row(errors, _digits.labels[rows])
    return whole, importance.linear_increase(_found.pca.encode(_digits.images[rows]))


def left_on(found: Checkpoint, digits: TestDigits, rate: float) -> tuple[float, float]:
    """Mean error of the measured digits with one pass of dropout each: the model's and PCA's."""
    return _left_on(found.digest, digits.fingerprint, rate, found, digits)


@st.cache_resource(max_entries=256, show_spinner=False)
def _left_on(
    digest: str, fingerprint: str, rate: float, _found: Checkpoint, _digits: TestDigits
) -> tuple[float, float]:
    images = _digits.images[importance.measured(len(_digits.labels))]
    return (
        perturbation.left_on(decoder(_found), encode(_found, images), images, rate=rate),
        perturbation.left_on(_found.pca.decode, _found.pca.encode(images), images, rate=rate),
    )


def deviations(found: Checkpoint, digits: TestDigits) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation of each code dimension, (D,): the model's over its map, and PCA's."""
    return _deviations(found.digest, digits.fingerprint, found, digits)


@st.cache_resource(max_entries=64, show_spinner=False)
def _deviations(
    digest: str, fingerprint: str, _found: Checkpoint, _digits: TestDigits
) -> tuple[np.ndarray, np.ndarray]:
    linear = _found.pca.encode(_digits.images)
    return _found.codes.std(axis=0, dtype=np.float64), linear.std(axis=0, dtype=np.float64)


def fall(found: Checkpoint, digits: TestDigits, number: int) -> Fall:
    """Noise of every level on the code of a test digit."""
    return _fall(found.digest, digits.fingerprint, number, found, digits)


@st.cache_resource(max_entries=128, show_spinner="Adding noise to the code…")
def _fall(
    digest: str, fingerprint: str, number: int, _found: Checkpoint, _digits: TestDigits
) -> Fall:
    image = _digits.images[number]
    return perturbation.fall(
        (decoder(_found), _found.pca.decode),
        (encode(_found, image[None])[0], _found.pca.encode(image[None])[0]),
        deviations(_found, _digits),
        image,
        resources.map_distance(_found),
    )
