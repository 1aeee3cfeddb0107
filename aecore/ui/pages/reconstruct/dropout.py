"""Experiment: decode a digit many times with dropout active at test time, as the notebook does."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis import perturbation
from aecore.analysis.dimension_importance import MEASURED
from aecore.analysis.perturbation import DROPOUT_SAMPLES, DropoutSamples
from aecore.checkpoints.file import Checkpoint
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.text.formats import escape, pca_name

_NOTEBOOK_RATE = 0.8
_SINGLE = 3


def show(checkpoint: Checkpoint, digits: datasets.TestSet, number: int) -> None:
    """Draw 64 decodings of a test digit with dropout active."""
    trained = checkpoint.card.model.latent_dropout
    st.markdown(
        "The notebook never calls `eval()`: the **dropout on the code** that it trains with is "
        "still active when it shows its results, so every decoding of a digit gives another image."
    )
    if not trained:
        st.info(
            f"{escape(checkpoint.name)} was trained without code dropout. This shows what "
            "dropout would do to it.",
            icon=":material/info:",
        )
    rate = st.slider(
        "Dropout rate: share of latent dimensions set to 0",
        0.0,
        0.95,
        trained or _NOTEBOOK_RATE,
        0.05,
        key=f"reconstruct_rate_{checkpoint.digest[:8]}",
        persist_state="session",
    )
    image = digits.images[number]
    own = perturbation.sample_dropout(
        reconstruction_cache.decoder(checkpoint),
        reconstruction_cache.codes(checkpoint, np.array([number]))[0],
        image,
        rate=rate,
    )
    linear = perturbation.sample_dropout(
        checkpoint.pca.decode, checkpoint.pca.encode(image[None])[0], image, rate=rate
    )
    size = pca_name(checkpoint.card.model.latent_dim)
    named = {checkpoint.name: own, size: linear}
    drawn = {name: _pictures(image, result) for name, result in named.items()}
    series = [
        Row(
            name=f"{name}, rate {rate:g}",
            images=np.stack([pixels for pixels, _ in pictures.values()]),
            texts=[text for _, text in pictures.values()],
        )
        for name, pictures in drawn.items()
    ]
    headings = list(drawn[size])
    draw_rows(
        "reconstruct_passes",
        series,
        headings,
        columns=headings,
        note=f"Test digit no. {number}, a {digits.labels[number]}. {DROPOUT_SAMPLES} passes with a "
        "fixed seed. Images range from 0 (black) to 1 (white). Spread: the standard deviation of "
        "each pixel; white is 0.5 or more.",
        title="a digit with dropout at test time",
        file="dropout-left-on",
    )
    left = reconstruction_cache.dropout_errors(checkpoint, digits, rate)
    st.markdown(_verdict(checkpoint, digits, named, left))


def _pictures(image: np.ndarray, result: DropoutSamples) -> dict[str, tuple[np.ndarray, str]]:
    """Return pictures (784,) by name, each with its caption."""
    single = result.outputs[:_SINGLE]
    return {
        "input": (image, ""),
        "dropout off": (result.eval_output, f"MSE {result.eval_error:.4f}"),
        **{
            f"pass {i}": (pixels, f"MSE {error:.4f}")
            for i, (pixels, error) in enumerate(zip(single, result.errors, strict=False), 1)
        },
        f"mean of {DROPOUT_SAMPLES}": (result.mean, f"MSE {result.mean_error:.4f}"),
        "spread": (result.deviation_image, f"at most {result.deviation.max():.2f}"),
    }


def _verdict(
    checkpoint: Checkpoint,
    digits: datasets.TestSet,
    named: dict[str, DropoutSamples],
    left: tuple[float, float],
) -> str:
    """Return the errors with and without dropout, for this digit and for many."""
    own = named[checkpoint.name]
    whole = reconstruction_cache.test_errors(checkpoint, digits)
    name = escape(checkpoint.name)
    return (
        f"Error (MSE) of {name} for this digit: **{own.eval_error:.4f}** with dropout off, "
        f"**{own.errors.mean():.4f}** in a single pass on average, {own.mean_error:.4f} for the "
        f"mean of {DROPOUT_SAMPLES} passes. Over all test digits, dropout off: {name} "
        f"**{whole['model'].mean():.4f}**, PCA {whole['PCA'].mean():.4f}. Dropout on, one pass for "
        f"each of {min(MEASURED, len(digits.labels)):,} evenly spaced test digits: {name} "
        f"**{left[0]:.4f}**, PCA {left[1]:.4f}."
    )
