"""Experiment: add noise to a code until it lies outside the data."""

from __future__ import annotations

import streamlit as st

from aecore.analysis.perturbation import NOISE_SAMPLES, OUTSIDE, SIGMAS, NoiseSweep, add_noise
from aecore.charts import reconstruction
from aecore.checkpoints.file import Checkpoint
from aecore.ui import links
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.text.formats import pca_name

_SHOWN = 10


def show(checkpoint: Checkpoint, digits: datasets.TestSet, number: int) -> None:
    """Draw a digit decoded with noise in its code, and how far such codes are from the data."""
    st.markdown(
        "**Gaussian noise** is added to each latent dimension, σ times that dimension's standard "
        "deviation over the test digits. A little noise leaves the digit as it is; more turns it "
        "into other digits, and in the end the code lies **off the map**, far from every code of "
        "the data."
    )
    sigma = st.select_slider(
        "Noise σ, in standard deviations of each latent dimension",
        SIGMAS,
        0.5,
        key="reconstruct_sigma",
        format_func=lambda value: f"{value:g}",
        persist_state="session",
    )
    result = reconstruction_cache.code_noise(checkpoint, digits, number)
    series = _rows(checkpoint, digits, number, sigma, result)
    drawn = f"no. {number}, a {digits.labels[number]}, draw"
    draw_rows(
        "reconstruct_draws",
        series,
        [f"{drawn} {i + 1}" for i in range(_SHOWN)],
        title="digits decoded from noisy codes",
        file="noise-on-the-code",
    )
    st.markdown(_verdict(result))
    size = pca_name(checkpoint.card.model.latent_dim)
    draw_charts(
        "reconstruct_fall",
        [
            reconstruction.isolation_by_noise(result.percentiles, shown=sigma),
            reconstruction.errors_by_noise(
                result.errors, result.pca_errors, (checkpoint.name, size), shown=sigma
            ),
        ],
        note=f"Medians over {NOISE_SAMPLES} samples of the noise with a fixed seed, the same "
        "directions at every level; bands: 10th to 90th percentile. PCA's code gets the "
        "same noise, scaled to its own standard deviations. Dotted: the level of the images above.",
    )


def _rows(
    checkpoint: Checkpoint, digits: datasets.TestSet, number: int, sigma: float, result: NoiseSweep
) -> list[Row]:
    level = SIGMAS.index(sigma)
    image = digits.images[number : number + 1]
    codes = add_noise(
        reconstruction_cache.encode(checkpoint, image)[0],
        reconstruction_cache.deviations(checkpoint, digits)[0],
        sigma,
    )[:_SHOWN]
    linear = add_noise(
        checkpoint.pca.encode(image)[0],
        reconstruction_cache.deviations(checkpoint, digits)[1],
        sigma,
    )
    return [
        Row(
            name=f"{checkpoint.name} · MSE · share of the test digits that are less isolated",
            images=reconstruction_cache.decoder(checkpoint)(codes),
            texts=[
                f"{error:.3f} · {share:.0f}%"
                for error, share in zip(
                    result.errors[level, :_SHOWN], result.percentiles[level, :_SHOWN], strict=True
                )
            ],
            links=links.to_codes(checkpoint, codes),
        ),
        Row(
            name="PCA, the same noise · MSE",
            images=checkpoint.pca.decode(linear[:_SHOWN]),
            texts=[f"{error:.3f}" for error in result.pca_errors[level, :_SHOWN]],
        ),
    ]


def _verdict(result: NoiseSweep) -> str:
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
