"""Laboratory: noise put on the code, until it falls off the map."""

from __future__ import annotations

import streamlit as st

from aecore.analysis.perturbation import DRAWS, OFF_THE_MAP, SIGMAS, Fall, noised
from aecore.charts import reconstruction
from aecore.checkpoints.file import Checkpoint
from aecore.ui import links as ui_links
from aecore.ui import scaffold
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components.charts import charts
from aecore.ui.components.image_rows import Row, rows

_SHOWN = 10


def show(checkpoint: Checkpoint, digits: datasets.TestSet, number: int) -> None:
    """Draw what noise of one level makes of a test digit, and how far off the map it goes."""
    st.markdown(
        "Each number of the code gets **Gaussian noise**, σ times as wide as that number varies "
        "over the test digits. A little leaves the digit what it is; then it turns into others, "
        "and at last the code lies where no digit's code is: **off the map**."
    )
    sigma = st.select_slider(
        "Noise σ, in standard deviations of each dimension",
        SIGMAS,
        0.5,
        key="reconstruct_sigma",
        format_func=lambda value: f"{value:g}",
        persist_state="session",
    )
    result = reconstruction_cache.code_noise(checkpoint, digits, number)
    series = _rows(checkpoint, digits, number, sigma, result)
    drawn = f"no. {number}, a {digits.labels[number]}, draw"
    rows(
        "reconstruct_draws",
        series,
        [f"{drawn} {i + 1}" for i in range(_SHOWN)],
        title="digits of noised codes",
        file="noise-on-the-code",
    )
    st.markdown(_verdict(result))
    size = f"PCA, {scaffold.dimensions(checkpoint.card.model.latent_dim)}"
    charts(
        "reconstruct_fall",
        [
            reconstruction.distances_over_sigma(result.percentiles, shown=sigma),
            reconstruction.errors_over_sigma(
                result.errors, result.linear_errors, (checkpoint.name, size), shown=sigma
            ),
        ],
        note=f"Medians over {DRAWS} draws with a fixed seed, the same directions at every level; "
        "the bands hold 10% to 90% of them. PCA's code gets the same noise, as wide as its own "
        "numbers vary. Dotted: the level of the pictures above.",
    )


def _rows(
    checkpoint: Checkpoint, digits: datasets.TestSet, number: int, sigma: float, result: Fall
) -> list[Row]:
    level = SIGMAS.index(sigma)
    image = digits.images[number : number + 1]
    codes = noised(
        reconstruction_cache.encode(checkpoint, image)[0],
        reconstruction_cache.deviations(checkpoint, digits)[0],
        sigma,
    )[:_SHOWN]
    linear = noised(
        checkpoint.pca.encode(image)[0],
        reconstruction_cache.deviations(checkpoint, digits)[1],
        sigma,
    )
    return [
        Row(
            name=f"{checkpoint.name} · MSE · farther out than so many % of the test digits",
            images=reconstruction_cache.decoder(checkpoint)(codes),
            texts=[
                f"{error:.3f} · {share:.0f}%"
                for error, share in zip(
                    result.errors[level, :_SHOWN], result.percentiles[level, :_SHOWN], strict=True
                )
            ],
            links=ui_links.to_codes(checkpoint, codes),
        ),
        Row(
            name="PCA, the same noise · MSE",
            images=checkpoint.pca.decode(linear[:_SHOWN]),
            texts=[f"{error:.3f}" for error in result.linear_errors[level, :_SHOWN]],
        ),
    ]


def _verdict(result: Fall) -> str:
    """Where the digit falls off the map, if it does."""
    far = f"farther out than {OFF_THE_MAP:g}% of the test digits"
    if result.leaves_at is None:
        return (
            f"Up to σ = {SIGMAS[-1]:g} most of the noised codes stay **on the map**: no level sets "
            f"half of them {far}."
        )
    return (
        f"From **σ = {result.leaves_at:g}** on, half of the noised codes or more are **off the "
        f"map**: {far}."
    )
