"""The pictures of `/denoise`: clean, corrupted, and denoised by every method."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from aecore.data.noise import FixedCorruption
from aecore.ui import page_data
from aecore.ui.components.image_rows import Row, Sweep, draw_rows
from aecore.ui.pages.denoise.task import DenoisingTask
from aecore.ui.text.formats import decibels, value_range, with_article

_SWEEPS_KEPT = 8  # 5 MB each
_ROWS_KEPT = 64  # 0.2 MB each


def show(task: DenoisingTask, slider: str, levels: Sequence[float]) -> None:
    """Draw one digit of each class: clean, corrupted, denoised, and the corruption itself.

    Parameters
    ----------
    task : DenoisingTask
    slider : str
        Key of the slider of noise levels, which the pictures follow.
    levels : sequence of float
        Positions of the slider.
    """
    corruption, sweep = task.corruption, None
    # A sweep for every place would be too many.
    if not corruption.corruption.place and corruption.level in levels:
        sweep = Sweep(
            digest=f"{task.digest} {corruption.kind}",
            stages=functools.partial(_sweep, task.digest, corruption.kind, tuple(levels), task),
            slider=slider,
            values=levels,
            names=[_names(task, level) for level in levels],
        )
    names = _names(task, corruption.level)
    with st.container(key="denoise_grid"):
        draw_rows(
            "denoise_pictures",
            [replace(row, name=name) for row, name in zip(rows(task), names, strict=True)],
            [with_article(label) for label in task.shown_labels],
            columns=[page_data.name(label) for label in task.shown_labels],
            scale_name="noise",
            note=f"{value_range()} {_same_at_every_level(task)}",
            title="digits corrupted and denoised",
            file="denoise",
            sweep=sweep,
            preview=task.preview,
        )


def _same_at_every_level(task: DenoisingTask) -> str:
    """Return what noise levels have in common: the random numbers, or the place."""
    if task.corruption.corruption.place:
        return "Every noise level keeps the middle of the square."
    return "Every noise level uses the same random numbers."


def rows(task: DenoisingTask) -> list[Row]:
    """Return the rows at the task's own level, not yet with their names."""
    return _rows(task.digest, task.corruption, task)


@st.cache_resource(max_entries=_ROWS_KEPT, show_spinner=False)
def _rows(digest: str, corruption: FixedCorruption, _task: DenoisingTask) -> list[Row]:
    (series,) = _series(_task, [corruption])
    return series


def _series(task: DenoisingTask, corruptions: Sequence[FixedCorruption]) -> list[list[Row]]:
    """Return the rows for each of some levels of a corruption, not yet with their names."""
    chosen = task.shown
    clean = task.digits.images[: chosen.max() + 1]
    noisy = [each.apply(clean)[chosen] for each in corruptions]
    denoised = task.denoisers.denoise_levels(noisy, corruptions)
    limit = 1.0 if task.corruption.corruption.signed_residual else None
    return [
        [
            Row(name="clean", images=clean[chosen]),
            *(Row(name=method, images=images) for method, images in by_method.items()),
            Row(name="residual", images=each.residual(clean)[chosen], limit=limit),
        ]
        for each, by_method in zip(corruptions, denoised, strict=True)
    ]


@st.cache_resource(max_entries=_SWEEPS_KEPT, show_spinner=False)
def _sweep(
    digest: str, kind: str, levels: tuple[float, ...], _task: DenoisingTask
) -> list[list[Row]]:
    """Return the rows at every level."""
    return _series(_task, [_task.corruption.at(level) for level in levels])


def _names(task: DenoisingTask, level: float) -> list[str]:
    """Return the name of each row at a level, with its score where that is known."""
    names = task.names
    if "plain" in names:
        names["plain"] += " (plain autoencoder)"
    known = task.scores() if level == task.corruption.level else task.known(level)
    for method, score in known.items():
        names[method] += f" · {decibels(score.psnr.mean)}"
        if math.isfinite(score.psnr.mean):
            names[method] += f" · SSIM {score.ssim.mean:.2f}"
    return ["clean", *names.values(), task.corruption.corruption.residual_meaning]
