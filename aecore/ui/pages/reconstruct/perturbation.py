"""Experiments with a digit's code: dropout at test time, as in the notebook, and Gaussian noise."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis import perturbation
from aecore.analysis.dimension_importance import MEASURED
from aecore.analysis.perturbation import (
    DROPOUT_SAMPLES,
    NOISE_SAMPLES,
    OUTSIDE,
    SIGMAS,
    DropoutSamples,
    NoiseSweep,
)
from aecore.charts import reconstruction
from aecore.checkpoints.file import Checkpoint
from aecore.ui import inputs, links, page_data, url_state
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.cache.datasets import TestSet
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.text.formats import escape, pca_name, with_article

_NOTEBOOK_RATE = 0.8
_PASSES_SHOWN, _NOISY_SHOWN = 3, 10


def show_dropout(checkpoint: Checkpoint, digits: TestSet, number: int) -> None:
    """Draw 64 decodings of a test digit with dropout active."""
    trained = checkpoint.card.model.latent_dropout
    st.markdown(
        page_data.words(
            "The notebook never calls `eval()`: the **dropout on the code** that it trains with is "
            "still active when it shows its results, so every decoding of a digit gives another "
            "image."
        )
    )
    if not trained:
        st.info(
            f"{escape(checkpoint.name)} was trained without code dropout. This shows what "
            "dropout would do to it.",
            icon=":material/info:",
        )
    rate = inputs.slider(
        "Dropout rate: share of latent dimensions set to 0",
        [round(0.05 * step, 2) for step in range(20)],
        key=f"reconstruct_rate_{checkpoint.digest[:8]}",
        name="rate",
        default=trained or _NOTEBOOK_RATE,
    )
    image, pca = digits.images[number], checkpoint.pca
    code = reconstruction_cache.codes(checkpoint, np.array([number]))[0]
    decode = reconstruction_cache.decoder(checkpoint)
    own = perturbation.sample_dropout(decode, code, image, rate=rate)
    linear = perturbation.sample_dropout(pca.decode, pca.encode(image[None])[0], image, rate=rate)
    named = {checkpoint.name: own, pca_name(pca.latent_dim): linear}
    headings = ["input", "dropout off", *(f"pass {i + 1}" for i in range(_PASSES_SHOWN))]
    headings += [f"mean of {DROPOUT_SAMPLES}", "spread"]
    draw_rows(
        "reconstruct_passes",
        [_passes(f"{name}, rate {rate:g}", image, result) for name, result in named.items()],
        headings,
        columns=headings,
        note=page_data.words(
            f"Test digit no. {number}, {with_article(digits.labels[number])}. {DROPOUT_SAMPLES} "
            "passes with a fixed seed. Images range from 0 (black) to 1 (white). Spread: the "
            "standard "
            "deviation of each pixel; white is 0.5 or more."
        ),
        title="a digit with dropout at test time",
        file="dropout-left-on",
    )
    st.markdown(page_data.words(_compare_errors(checkpoint, digits, own, rate)))


def _passes(name: str, image: np.ndarray, result: DropoutSamples) -> Row:
    """Return the input, and what was decoded of it: without dropout, some passes, all of them."""
    some = result.outputs[:_PASSES_SHOWN]
    errors = (result.eval_error, *result.errors[:_PASSES_SHOWN], result.mean_error)
    spread = f"at most {result.deviation.max():.2f}"
    return Row(
        name=name,
        images=np.stack([image, result.eval_output, *some, result.mean, result.deviation_image]),
        texts=["", *(f"MSE {error:.4f}" for error in errors), spread],
    )


def _compare_errors(
    checkpoint: Checkpoint, digits: TestSet, own: DropoutSamples, rate: float
) -> str:
    """Return the errors with and without dropout, for this digit and for many."""
    whole = reconstruction_cache.test_errors(checkpoint, digits)
    dropped, pca_dropped = reconstruction_cache.dropout_errors(checkpoint, digits, rate)
    name = escape(checkpoint.name)
    return (
        f"Error (MSE) of {name} for this digit: **{own.eval_error:.4f}** with dropout off, "
        f"**{own.errors.mean():.4f}** in a single pass on average, {own.mean_error:.4f} for the "
        f"mean of {DROPOUT_SAMPLES} passes. Over all test digits, dropout off: {name} "
        f"**{whole['model'].mean():.4f}**, PCA {whole['PCA'].mean():.4f}. Dropout on, one pass for "
        f"each of {min(MEASURED, len(digits.labels)):,} evenly spaced test digits: {name} "
        f"**{dropped:.4f}**, PCA {pca_dropped:.4f}."
    )


def show_noise(checkpoint: Checkpoint, digits: TestSet, number: int) -> None:
    """Draw a digit decoded with noise in its code, and how far such codes are from the data."""
    st.markdown(
        page_data.words(
            "**Gaussian noise** is added to each latent dimension, σ times that dimension's "
            "standard "
            "deviation over the test digits. A little noise leaves the digit as it is; more turns "
            "it "
            "into other digits, and in the end the code lies **off the map**, far from every code "
            "of "
            "the data."
        )
    )
    key, default = "reconstruct_sigma", 0.5
    url_state.load("sigma", key, {f"{value:g}": value for value in SIGMAS}, default)
    sigma = st.select_slider(
        "Noise σ, in standard deviations of each latent dimension",
        SIGMAS,
        key=key,
        format_func=lambda value: f"{value:g}",
        persist_state="session",
    )
    url_state.store("sigma", key, f"{sigma:g}", f"{default:g}")
    result = reconstruction_cache.code_noise(checkpoint, digits, number)
    label = digits.labels[number]
    draw_rows(
        "reconstruct_draws",
        _noisy_rows(checkpoint, digits, number, sigma, result),
        [f"no. {number}, {with_article(label)}, draw {i + 1}" for i in range(_NOISY_SHOWN)],
        title="digits decoded from noisy codes",
        file="noise-on-the-code",
    )
    st.markdown(page_data.words(_where_it_leaves(result)))
    names = (checkpoint.name, pca_name(checkpoint.card.model.latent_dim))
    draw_charts(
        "reconstruct_fall",
        [
            reconstruction.isolation_by_noise(result.percentiles, shown=sigma),
            reconstruction.errors_by_noise(result.errors, result.pca_errors, names, shown=sigma),
        ],
        note=f"Medians over {NOISE_SAMPLES} samples of the noise with a fixed seed, the same "
        "directions at every level; bands: 10th to 90th percentile. PCA's code gets the "
        "same noise, scaled to its own standard deviations. Dotted: the level of the images above.",
    )


def _noisy_rows(
    checkpoint: Checkpoint, digits: TestSet, number: int, sigma: float, result: NoiseSweep
) -> list[Row]:
    image = digits.images[number : number + 1]
    codes, pca_codes = (
        perturbation.add_noise(code[0], deviations, sigma)[:_NOISY_SHOWN]
        for code, deviations in zip(
            (reconstruction_cache.encode(checkpoint, image), checkpoint.pca.encode(image)),
            reconstruction_cache.deviations(checkpoint, digits),
            strict=True,
        )
    )
    level = SIGMAS.index(sigma)
    known = zip(result.errors[level, :_NOISY_SHOWN], result.percentiles[level], strict=False)
    return [
        Row(
            name=page_data.words(
                f"{checkpoint.name} · MSE · share of the test digits that are less isolated"
            ),
            images=reconstruction_cache.decoder(checkpoint)(codes),
            texts=[f"{error:.3f} · {share:.0f}%" for error, share in known],
            links=links.to_codes(checkpoint, codes),
        ),
        Row(
            name="PCA, the same noise · MSE",
            images=checkpoint.pca.decode(pca_codes),
            texts=[f"{error:.3f}" for error in result.pca_errors[level, :_NOISY_SHOWN]],
        ),
    ]


def _where_it_leaves(result: NoiseSweep) -> str:
    """Return the noise level at which the code leaves the data, if it does."""
    isolated = f"more isolated than {OUTSIDE:g}% of the test digits"
    if result.leaves_data_at is None:
        return (
            f"Up to σ = {SIGMAS[-1]:g} most noisy codes stay **on the map**: at no level is half "
            f"of them {isolated}."
        )
    return (
        f"From **σ = {result.leaves_data_at:g}** on, at least half of the noisy codes are **off "
        f"the map**: {isolated}."
    )
