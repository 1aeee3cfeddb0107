"""Denoising again and again, on `/denoise`: where do digits settle?"""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st

from aecore.analysis.fixed_points import CONVERGED, ITERATIONS, FixedPointIteration, iterate
from aecore.analysis.sampling import evenly_spaced, first_of_each_label
from aecore.charts.denoising import change_by_iteration, code_trajectories
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.latent.projection import views
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.charts import charts
from aecore.ui.components.image_rows import Row, rows
from aecore.ui.pages.denoise.task import MEASURED, Bench
from aecore.ui.text.formats import escape

_DOTS = 1_000
"""Of the map behind the paths."""


def show(bench: Bench) -> None:
    """Draw the digits after more and more passes, how much each changes, and where codes go."""
    found, damage = bench.checkpoint, bench.damage
    digits = datasets.test_set()
    chosen = first_of_each_label(digits.labels[:MEASURED])
    labels = digits.labels[chosen]
    clean = digits.images[chosen]
    broken = tuple(dataclasses.asdict(damage).items())
    iteration, verdict = _iteration(found.digest, digits.fingerprint, broken, found)
    st.markdown(
        f"What {escape(found.name)} gives goes back in, cut to 0..1, up to "
        f"{ITERATIONS[-1]} times. {verdict}"
    )
    _pictures(iteration, labels, clean)
    _charts(found, iteration, labels)


@st.cache_resource(max_entries=200, show_spinner=False)
def _iteration(
    digest: str, fingerprint: str, damage: tuple, _checkpoint: Checkpoint
) -> tuple[FixedPointIteration, str]:
    """Where one digit of each label goes, and what is to be said of it."""
    digits = datasets.test_set()
    chosen = first_of_each_label(digits.labels[:MEASURED])
    noisy = FixedCorruption(**dict(damage)).apply(digits.images[: chosen.max() + 1])
    iteration = iterate(checkpoint_cache.load_model(_checkpoint), noisy[chosen])
    return iteration, _verdict(_checkpoint, iteration, digits.labels[chosen])


def _verdict(checkpoint: Checkpoint, iteration: FixedPointIteration, labels: np.ndarray) -> str:
    count, places = len(labels), iteration.n_distinct
    own = (
        iteration.final_labels(checkpoint_cache.neighbor_index(checkpoint), checkpoint.labels)
        == labels
    )
    settled = iteration.converged.sum()
    where = "all in the **same** picture" if places == 1 else f"in **{places}** different pictures"
    return (
        f"By then **{settled} of {count}** digits have settled: a pass changes them by less than "
        f"{CONVERGED:g} (RMS, gray levels of 0..1). They end {where}, and **{own.sum()} of {count}** "
        "end among the codes of their own label."
    )


def _pictures(iteration: FixedPointIteration, labels: np.ndarray, clean: np.ndarray) -> None:
    decibels = iteration.mean_psnr(clean)
    names = [
        f"{_after(count)} · {value:.1f} dB" if np.isfinite(value) else _after(count)
        for count, value in zip(ITERATIONS, decibels, strict=True)
    ]
    series = [
        Row(name=name, images=images) for name, images in zip(names, iteration.images, strict=True)
    ]
    with st.container(key="denoise_again"):
        rows(
            "denoise_passes",
            series,
            [f"a {label}" for label in labels],
            columns=[str(label) for label in labels],
            note=f"dB: mean PSNR of these {len(labels)} digits against the clean ones.",
            title="digits denoised again and again",
            file="denoise-again",
        )


def _after(count: int) -> str:
    return {0: "noisy", 1: "after 1 pass"}.get(count, f"after {count} passes")


def _charts(checkpoint: Checkpoint, iteration: FixedPointIteration, labels: np.ndarray) -> None:
    names = [f"a {label}" for label in labels]
    view = checkpoint_cache.projection(checkpoint, views(checkpoint.card.model.latent_dim)[0])
    few = evenly_spaced(len(checkpoint.codes), _DOTS)
    ways = np.stack([view.points(codes, labels) for codes in iteration.codes])
    dots = view.points(checkpoint.codes[few], checkpoint.labels[few])
    charts(
        "denoise_settling",
        [
            change_by_iteration(iteration.changes, names, converged=CONVERGED),
            code_trajectories(dots, checkpoint.labels[few], ways, names, view.axis_names),
        ],
        note=f"Dots: {len(few):,} test digits' codes. Pink: a digit's code from pass to pass, a "
        "cross at the last.",
    )
