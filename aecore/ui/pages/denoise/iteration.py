"""Repeated denoising on `/denoise`: each output becomes the next input. Where does it converge?"""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st

from aecore.analysis.fixed_points import CONVERGED, ITERATIONS, FixedPointIteration, iterate
from aecore.analysis.sampling import evenly_spaced
from aecore.charts.denoising import change_by_iteration, code_trajectories
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.latent.projection import views
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.pages.denoise.task import DenoisingTask, shown_digits
from aecore.ui.text.formats import escape

_POINTS = 1_000
"""Number of the atlas' codes drawn behind the paths."""


def show(task: DenoisingTask) -> None:
    """Draw the digits after more and more iterations, their changes, and the paths of the codes."""
    checkpoint, digits = task.checkpoint, datasets.test_set()
    labels = digits.labels[shown_digits()]
    corruption = tuple(dataclasses.asdict(task.corruption).items())
    iteration, summary = _iterate(checkpoint.digest, digits.fingerprint, corruption, checkpoint)
    st.markdown(
        f"The output of {escape(checkpoint.name)}, clipped to 0..1, becomes its next input, up to "
        f"{ITERATIONS[-1]} times. {summary}"
    )
    _pictures(iteration, labels, digits.images[shown_digits()])
    _charts(checkpoint, iteration, labels)


@st.cache_resource(max_entries=200, show_spinner=False)
def _iterate(
    digest: str, fingerprint: str, corruption: tuple, _checkpoint: Checkpoint
) -> tuple[FixedPointIteration, str]:
    """Iterate the model on one digit of each class, and summarize the result."""
    digits, chosen = datasets.test_set(), shown_digits()
    noisy = FixedCorruption(**dict(corruption)).apply(digits.images[: chosen.max() + 1])
    iteration = iterate(checkpoint_cache.load_model(_checkpoint), noisy[chosen])
    return iteration, _summary(_checkpoint, iteration, digits.labels[chosen])


def _summary(checkpoint: Checkpoint, iteration: FixedPointIteration, labels: np.ndarray) -> str:
    count, ends = len(labels), iteration.n_distinct
    index = checkpoint_cache.neighbor_index(checkpoint)
    own = (iteration.final_labels(index, checkpoint.labels) == labels).sum()
    where = (
        "all converge to the **same** image" if ends == 1 else f"end in **{ends}** different images"
    )
    return (
        f"**{iteration.converged.sum()} of {count}** digits converge: the last iteration changes "
        f"them by less than {CONVERGED:g} (RMS, gray levels of 0..1). They {where}, and **{own} of "
        f"{count}** end near their own class."
    )


def _pictures(iteration: FixedPointIteration, labels: np.ndarray, clean: np.ndarray) -> None:
    names = [
        f"{_after(count)} · {value:.1f} dB" if np.isfinite(value) else _after(count)
        for count, value in zip(ITERATIONS, iteration.mean_psnr(clean), strict=True)
    ]
    with st.container(key="denoise_again"):
        draw_rows(
            "denoise_passes",
            [
                Row(name=name, images=images)
                for name, images in zip(names, iteration.images, strict=True)
            ],
            [f"a {label}" for label in labels],
            columns=[str(label) for label in labels],
            note=f"dB: mean PSNR of these {len(labels)} digits against the clean ones.",
            title="digits denoised repeatedly",
            file="denoise-again",
        )


def _after(count: int) -> str:
    return {0: "noisy", 1: "after 1 iteration"}.get(count, f"after {count} iterations")


def _charts(checkpoint: Checkpoint, iteration: FixedPointIteration, labels: np.ndarray) -> None:
    names = [f"a {label}" for label in labels]
    view = checkpoint_cache.projection(checkpoint, views(checkpoint.card.model.latent_dim)[0])
    few = evenly_spaced(len(checkpoint.codes), _POINTS)
    paths = np.stack([view.points(codes, labels) for codes in iteration.codes])
    points = view.points(checkpoint.codes[few], checkpoint.labels[few])
    draw_charts(
        "denoise_settling",
        [
            change_by_iteration(iteration.changes, names, converged=CONVERGED),
            code_trajectories(points, checkpoint.labels[few], paths, names, view.axis_names),
        ],
        note=f"Points: the codes of {len(few):,} test digits. Pink: the path of a digit's code "
        "over the iterations, a cross at its end.",
    )
