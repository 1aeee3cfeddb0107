"""The scores of `/denoise`: a verdict, a table, and curves over all noise levels."""

from __future__ import annotations

import math
from dataclasses import replace

import streamlit as st

from aecore.analysis.denoising import Method, Summary
from aecore.charts.denoising import scores_by_level, spread
from aecore.system.csv_text import to_csv
from aecore.ui import page_data
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import draw_charts
from aecore.ui.components.registry import Preview
from aecore.ui.pages.denoise.task import DenoisingTask
from aecore.ui.text.formats import decibels, dimensions, escape

_DRAWN: tuple[Method, ...] = ("model", "noisy", "median", "pca", "plain")
"""The model first, as its spread is drawn; the one that may be missing last: colors stay."""
_UNKNOWN = Summary(mean=math.nan, low=math.nan, high=math.nan)
_MEASURES = {"PSNR": "mean PSNR (dB)", "SSIM": "mean SSIM (at most 1)"}


def show(task: DenoisingTask) -> None:
    """Draw the table and the curves, these as far as they have been measured."""
    _table(task)
    curves = task.curves()
    is_measured = curves.is_complete()
    # Half a curve is not to be kept as that of the model.
    _curves(task, task.preview if is_measured else replace(task.preview, model=""))
    if not is_measured:
        curves.show_progress()


def verdict(task: DenoisingTask) -> str:
    """Return which method is best, and how the others compare, best first."""
    names = {method: f"**{escape(name)}**" for method, name in task.names.items()}
    names["noisy"] = "the noisy digits"
    psnr = {method: score.psnr.mean for method, score in task.scores().items()}
    best, *others = sorted(psnr, key=lambda method: -psnr[method])
    if math.isinf(psnr[best]):
        return (
            "At this level there is **nothing to denoise**: the noisy digits equal the clean ones."
        )
    rest = ", ".join(f"{names[method]} {decibels(psnr[method])}" for method in others)
    score = decibels(psnr[best])
    if best == "noisy":
        return f"At this level **no method improves** on {names[best]} ({score}): {rest}."
    return f"At this level {names[best]} gives the best average denoising, {score}; {rest}."


def _table(task: DenoisingTask) -> None:
    card, names, scores = task.checkpoint.card, task.names, task.scores()
    columns = {"": [names[method] for method in scores]}
    for measure, unit, places in (("PSNR", " (dB)", 2), ("SSIM", "", 4)):
        figures = [getattr(score, measure.lower()) for score in scores.values()]
        columns[f"{measure}, mean{unit}"] = [f"{each.mean:.{places}f}" for each in figures]
        columns[f"{measure}, 10% to 90% of the digits{unit}"] = [
            f"{each.low:.{places}f} to {each.high:.{places}f}" for each in figures
        ]
    missing = ""
    if "plain" not in names:
        missing = " There is no plain autoencoder of the same size here."
        if card.train.noise is None:
            missing = f" {task.checkpoint.name} is a plain autoencoder itself."
    digits, count = f"the first {len(task.measured):,} test digits", scores["noisy"].count
    if count < len(task.measured):
        digits = f"those {count:,} of {digits} that this noise changes"
    note = (
        f"Against the clean images, over {digits}; values are clipped to "
        "0..1. PSNR: peak signal-to-noise ratio; SSIM: structural similarity; higher is better. "
        f"PCA has the same {dimensions(card.model.latent_dim)}; masked input is "
        f"rescaled to its expected brightness for it.{missing}{_recorded(task)}"
    )
    st.html(html_parts.table(columns, "PSNR and SSIM of the noisy digits and every method", note))
    downloads.offer(
        "Table as CSV",
        lambda: to_csv(["method", *list(columns)[1:]], zip(*columns.values(), strict=True)),
        "denoise.csv",
        key="denoise_csv",
    )


def _recorded(task: DenoisingTask) -> str:
    """Return, at the level of the training, the checkpoint's figures for the whole test set."""
    checkpoint = task.checkpoint
    metrics = checkpoint.card.metrics
    wanted = {"noisy_psnr", "denoised_psnr", "denoised_ssim"}
    if not task.corruption.matches(checkpoint.card.train.noise) or not wanted <= set(metrics):
        return ""
    return (
        f" {checkpoint.name} was trained at this level. Over all {len(checkpoint.labels):,} test "
        "digits of its own data (command “evaluate”): noisy "
        f"{metrics['noisy_psnr']:.2f} dB, denoised {metrics['denoised_psnr']:.2f} dB, SSIM "
        f"{metrics['denoised_ssim']:.4f}."
    )


def _curves(task: DenoisingTask, preview: Preview) -> None:
    name, noise, names = task.checkpoint.name, task.corruption.corruption, task.names
    by_level = task.scores_by_level()
    trained, trained_level = task.checkpoint.card.train.noise, None
    note = (
        f"Each point is the mean over those of the first {len(task.measured):,} test digits "
        "that the noise changes; at level 0 over all of them, where the PSNR of the noisy "
        "digits is infinite and left out. Point at a level to read the values."
    )
    if trained is None:
        note += f" {name} was trained on clean digits."
    elif trained.kind != task.corruption.kind:
        note += f" {name} was trained on {trained}, not on this noise."
    else:
        trained_level = trained.level
    charts = [
        scores_by_level(
            list(by_level),
            {
                names[method]: spread(
                    [
                        getattr(scores[method], measure.lower()) if method in scores else _UNKNOWN
                        for scores in by_level.values()
                    ]
                )
                for method in _DRAWN
                if method in names
            },
            title=f"{measure} over all levels",
            alt=page_data.words(
                f"Lines: {value_name} of the noisy digits and of every method, over the level "
                f"of {noise.label.lower()}"
            ),
            file=f"denoise-{measure.lower()}",
            level_name=f"level: {noise.level_meaning}",
            value_name=value_name,
            shown=task.corruption.level,
            trained=trained_level,
        )
        for measure, value_name in _MEASURES.items()
    ]
    draw_charts("denoise_curve", charts, note=note, preview=preview)
