"""Repeated denoising on `/denoise`: each output becomes the next input. Where does it converge?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis.fixed_points import CONVERGED, ITERATIONS, FixedPointIteration, iterate
from aecore.analysis.sampling import evenly_spaced
from aecore.charts.denoising import change_by_iteration
from aecore.charts.spec import Trajectories
from aecore.latent.projection import views
from aecore.ui import page_data
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.image_rows import Row, draw_rows
from aecore.ui.pages.denoise.task import DenoisingTask
from aecore.ui.text.formats import escape, with_article
from aecore.ui.theme import class_colors

_POINTS = 1_000
"""Number of the atlas' codes drawn behind the paths."""


def show(task: DenoisingTask) -> None:
    """Draw the digits after more and more iterations, their changes, and the paths of the codes."""
    iteration, summary = _iterate(f"{task.digest} {task.corruption}", task)
    st.markdown(
        f"The output of {escape(task.checkpoint.name)}, clipped to 0..1, becomes its next input, "
        f"up to {ITERATIONS[-1]} times. {page_data.words(summary)}"
    )
    _pictures(task, iteration)
    _charts(task, iteration)


@st.cache_resource(max_entries=200, show_spinner=False)
def _iterate(digest: str, _task: DenoisingTask) -> tuple[FixedPointIteration, str]:
    """Iterate the model on one digit of each class, and summarize the result."""
    chosen = _task.shown
    noisy = _task.corruption.apply(_task.digits.images[: chosen.max() + 1])
    iteration = iterate(checkpoint_cache.load_model(_task.checkpoint), noisy[chosen])
    return iteration, _summary(_task, iteration)


def _summary(task: DenoisingTask, iteration: FixedPointIteration) -> str:
    labels, ends = task.digits.labels[task.shown], iteration.n_distinct
    index = checkpoint_cache.neighbor_index(task.checkpoint)
    own = (iteration.final_labels(index, task.checkpoint.labels) == labels).sum()
    where = (
        "all converge to the **same** image" if ends == 1 else f"end in **{ends}** different images"
    )
    count = len(labels)
    return (
        f"**{iteration.converged.sum()} of {count}** digits converge: the last iteration changes "
        f"them by less than {CONVERGED:g} (RMS, gray levels of 0..1). They {where}, and **{own} of "
        f"{count}** end near their own class."
    )


def _pictures(task: DenoisingTask, iteration: FixedPointIteration) -> None:
    names = {0: "noisy", 1: "after 1 iteration"}
    psnr = iteration.mean_psnr(task.digits.images[task.shown])
    series = [
        Row(
            name=names.get(count, f"after {count} iterations")
            + (f" · {value:.1f} dB" if np.isfinite(value) else ""),
            images=images,
        )
        for count, value, images in zip(ITERATIONS, psnr, iteration.images, strict=True)
    ]
    labels = task.shown_labels
    with st.container(key="denoise_again"):
        draw_rows(
            "denoise_passes",
            series,
            [with_article(label) for label in labels],
            columns=[page_data.name(label) for label in labels],
            note=page_data.words(
                f"dB: mean PSNR of these {len(labels)} digits against the clean ones."
            ),
            title="digits denoised repeatedly",
            file="denoise-again",
        )


def _charts(task: DenoisingTask, iteration: FixedPointIteration) -> None:
    checkpoint, labels = task.checkpoint, task.digits.labels[task.shown]
    names = [with_article(label) for label in labels]
    view = checkpoint_cache.projection(checkpoint, views(checkpoint.card.model.latent_dim)[0])
    few = evenly_spaced(len(checkpoint.codes), _POINTS)
    trajectories = Trajectories(
        title="Trajectories in the latent space",
        alt=page_data.words(
            "The latent space with the trajectory of each digit's code, a cross where it ends"
        ),
        file="denoise-ways",
        dots=view.points(checkpoint.codes[few], checkpoint.labels[few]),
        labels=checkpoint.labels[few],
        paths=np.stack([view.points(codes, labels) for codes in iteration.codes]),
        names=names,
        colors=class_colors(),
        x_name=view.axis_names[0],
        y_name=view.axis_names[1],
    )
    draw_charts(
        "denoise_settling",
        [change_by_iteration(iteration.changes, names, converged=CONVERGED), trajectories],
        note=page_data.words(
            f"Points: the codes of {len(few):,} test digits. Pink: the path of a digit's code "
            "over the iterations, a cross at its end."
        ),
    )
