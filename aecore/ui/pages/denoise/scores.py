"""The scores of `/denoise`: a summary, a table, and curves over all noise levels."""

from __future__ import annotations

import math

import streamlit as st

from aecore.analysis.denoising import Method
from aecore.charts.denoising import scores_by_level, spread
from aecore.checkpoints.file import Checkpoint
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import draw_charts
from aecore.ui.pages.denoise.pictures import decibels, preview
from aecore.ui.pages.denoise.task import DenoisingTask, measured_digits
from aecore.ui.text.formats import dimensions, escape

_DRAWN: tuple[Method, ...] = ("model", "noisy", "median", "pca", "plain")
"""The model first, as its spread is drawn; the one that may be missing last: colors stay."""
_MEASURES = {"PSNR": "mean PSNR (dB)", "SSIM": "mean SSIM (at most 1)"}


def show(task: DenoisingTask) -> None:
    """Draw the summary, the table and the curves."""
    st.markdown(_summary(task))
    _table(task)
    _curves(task)


def _summary(task: DenoisingTask) -> str:
    """Return which method is best, and how the others compare, best first."""
    scores = task.scores()
    names = {method: f"**{escape(name)}**" for method, name in task.names.items()}
    names["noisy"] = "the noisy digits"
    best, *others = sorted(scores, key=lambda method: -scores[method].psnr.mean)
    if math.isinf(scores[best].psnr.mean):
        return (
            "At this level there is **nothing to denoise**: the noisy digits equal the clean ones."
        )
    others_text = ", ".join(f"{names[method]} {decibels(scores[method])}" for method in others)
    if best == "noisy":
        return (
            f"At this level **no method improves** on {names[best]} ({decibels(scores[best])}): "
            f"{others_text}."
        )
    return (
        f"At this level {names[best]} gives the best average denoising, {decibels(scores[best])}; "
        f"{others_text}."
    )


def _table(task: DenoisingTask) -> None:
    names, scores = task.names, task.scores()
    columns = {
        "": [names[method] for method in scores],
        "PSNR, mean (dB)": [f"{x.psnr.mean:.2f}" for x in scores.values()],
        "PSNR, 10% to 90% of the digits (dB)": [
            f"{x.psnr.low:.2f} to {x.psnr.high:.2f}" for x in scores.values()
        ],
        "SSIM, mean": [f"{x.ssim.mean:.4f}" for x in scores.values()],
        "SSIM, 10% to 90% of the digits": [
            f"{x.ssim.low:.4f} to {x.ssim.high:.4f}" for x in scores.values()
        ],
    }
    missing = "" if "plain" in names else f" {_no_plain(task.checkpoint)}"
    note = (
        f"Against the clean images, over {_digits(scores['noisy'].count)}; values are clipped to "
        "0..1. PSNR: peak signal-to-noise ratio; SSIM: structural similarity; higher is better. "
        f"PCA has the same {dimensions(task.checkpoint.card.model.latent_dim)}; masked input is "
        f"rescaled to its expected brightness for it.{missing}{_stored(task)}"
    )
    st.html(html_parts.table(columns, "PSNR and SSIM of the noisy digits and every method", note))


def _no_plain(checkpoint: Checkpoint) -> str:
    """Explain why no plain autoencoder is compared with this model."""
    if checkpoint.card.train.noise is None:
        return f"{checkpoint.name} is a plain autoencoder itself."
    return "There is no plain autoencoder of the same size here."


def _digits(count: int) -> str:
    """Name the digits that a score is over."""
    digits = f"the first {len(measured_digits()):,} test digits"
    whole = count == len(measured_digits())
    return digits if whole else f"those {count:,} of {digits} that this noise changes"


def _stored(task: DenoisingTask) -> str:
    """Return, at the level of the training, the checkpoint's figures for the whole test set."""
    checkpoint = task.checkpoint
    metrics = checkpoint.card.metrics
    wanted = ("noisy_psnr", "denoised_psnr", "denoised_ssim")
    if not task.corruption.matches(checkpoint.card.train.noise) or not set(wanted) <= set(metrics):
        return ""
    return (
        f" {checkpoint.name} was trained at this level. Over all {len(checkpoint.labels):,} test "
        "digits of its own data (command “evaluate”): noisy "
        f"{metrics['noisy_psnr']:.2f} dB, denoised {metrics['denoised_psnr']:.2f} dB, SSIM "
        f"{metrics['denoised_ssim']:.4f}."
    )


def _curves(task: DenoisingTask) -> None:
    checkpoint, corruption, names = task.checkpoint, task.corruption, task.names
    measured = task.scores_by_level()
    trained = checkpoint.card.train.noise
    known = trained is not None and trained.kind == corruption.kind
    order: list[Method] = [method for method in _DRAWN if method in names]
    notes = [
        f"Each point is the mean over those of the first {len(measured_digits()):,} test digits "
        "that the noise changes; at level 0 over all of them, where the PSNR of the noisy "
        "digits is infinite and left out. Point at a level to read the values."
    ]
    if trained is None:
        notes.append(f"{checkpoint.name} was trained on clean digits.")
    elif not known:
        notes.append(f"{checkpoint.name} was trained on {trained}, not on this noise.")
    draw_charts(
        "denoise_curve",
        [
            scores_by_level(
                list(measured),
                {
                    names[method]: spread(
                        [getattr(scores[method], measure.lower()) for scores in measured.values()]
                    )
                    for method in order
                },
                title=f"{measure} over all levels",
                alt=f"Lines: {value_name} of the noisy digits and of every method, over the level "
                f"of {corruption.corruption.label.lower()}",
                file=f"denoise-{measure.lower()}",
                level_name=f"level: {corruption.corruption.level_meaning}",
                value_name=value_name,
                shown=corruption.level,
                trained=trained.level if trained is not None and known else None,
            )
            for measure, value_name in _MEASURES.items()
        ],
        note=" ".join(notes),
        preview=preview(task),
    )
