"""Who mends broken digits how well, on `/denoise`: pictures, a table, a curve over all levels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from aecore.analysis.denoising import Method, Score
from aecore.analysis.sampling import first_of_each_label
from aecore.charts.denoising import scores_by_level
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.ui.cache import datasets
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import charts
from aecore.ui.components.image_rows import Row, Sweep, rows
from aecore.ui.components.registry import Foresight
from aecore.ui.pages.denoise.task import MEASURED, Bench, Scores, measured_digits
from aecore.ui.text.formats import dimensions, escape

_DRAWN: tuple[Method, ...] = ("model", "noisy", "median", "pca", "plain")
_SWEEPS_KEPT = 8  # 5 MB each
_MEASURES = {"PSNR": "mean PSNR (dB)", "SSIM": "mean SSIM (at most 1)"}


# --- pictures -----------------------------------------------------------------------------------


def pictures(bench: Bench, slider: str, levels: Sequence[float]) -> None:
    """One digit of each label: clean, the damage itself, broken, and mended by everyone.

    Parameters
    ----------
    bench : Bench
    slider : str
        Key of the slider of levels, which the pictures follow.
    levels : sequence of float
        Where it may stand.
    """
    damage, sweep = bench.damage, None
    if damage.corruption.place or damage.level not in levels:
        series = _series(bench, damage)  # a sweep for every place would be too many
    else:
        swept = _sweep(bench.digest, damage.kind, tuple(levels), bench)
        series = swept[levels.index(damage.level)]
        sweep = Sweep(
            digest=f"{bench.digest} {damage.kind}",
            stages=swept,
            slider=slider,
            values=levels,
            names=[_names(bench, level) for level in levels],
        )
    names = _names(bench, damage.level)
    named = [replace(row, name=name) for row, name in zip(series, names, strict=True)]
    labels = [str(label) for label in datasets.test_set().labels[_chosen()]]
    with st.container(key="denoise_grid"):
        rows(
            "denoise_pictures",
            named,
            [f"a {label}" for label in labels],
            columns=labels,
            scale_name="noise",
            note="Gray pictures go from 0 (black) to 1 (white). The same random numbers at every "
            "level: moving it changes only the level.",
            title="digits broken and mended",
            file="denoise",
            sweep=sweep,
            foresight=_foresight(bench),
        )


def _foresight(bench: Bench) -> Foresight:
    """Of the model, as long as the damage and the digits are these."""
    scene = f"{bench.damage} {datasets.test_set().fingerprint}"
    return Foresight(model=bench.checkpoint.name, scene=scene)


def _chosen() -> np.ndarray:
    """Numbers of the digits shown."""
    return first_of_each_label(datasets.test_set().labels[:MEASURED])


def _series(bench: Bench, damage: FixedCorruption) -> list[Row]:
    """The rows, not yet with their names."""
    chosen = _chosen()
    count = chosen.max() + 1
    clean = datasets.test_set().images[:count]
    residual = damage.residual(clean)[chosen]
    mended = bench.denoisers.denoise(damage.apply(clean)[chosen], damage)
    return [
        Row(name="clean", images=clean[chosen]),
        Row(
            name="residual",
            images=residual,
            limit=1.0 if damage.corruption.signed_residual else None,
        ),
        *(Row(name=way, images=images) for way, images in mended.items()),
    ]


@st.cache_resource(max_entries=_SWEEPS_KEPT, show_spinner=False)
def _sweep(digest: str, kind: str, levels: tuple[float, ...], _bench: Bench) -> list[list[Row]]:
    """The rows at every level."""
    return [_series(_bench, _bench.damage.at(level)) for level in levels]


def _names(bench: Bench, level: float) -> list[str]:
    """What the rows are called at a level, each way with its score where that is known."""
    names = bench.names
    if "plain" in names:
        names["plain"] += " (plain autoencoder)"
    scores = bench.scores() if level == bench.damage.level else bench.kept.get(level, {})
    ways = [
        f"{name} · {_in_words(scores[way])}" if way in scores else name
        for way, name in names.items()
    ]
    return ["clean", bench.damage.corruption.residual_meaning, *ways]


def _in_words(score: Score) -> str:
    if math.isinf(score.psnr.mean):
        return "identical"
    return f"{_decibels(score)} · SSIM {score.ssim.mean:.2f}"


def _decibels(score: Score) -> str:
    return f"{score.psnr.mean:.1f} dB"


# --- figures ------------------------------------------------------------------------------------


def show(bench: Bench) -> None:
    """Draw the verdict, the table and the curve."""
    st.markdown(_verdict(bench))
    _table(bench)
    _curve(bench)


def _verdict(bench: Bench) -> str:
    """Who mends best, and how all others fare, best first."""
    scores = bench.scores()
    names = {way: f"**{escape(name)}**" for way, name in bench.names.items()}
    names["noisy"] = "the noisy digits themselves"
    first, *others = sorted(scores, key=lambda way: -scores[way].psnr.mean)
    if math.isinf(scores[first].psnr.mean):
        return "At this level there is **nothing to mend**: the noisy digits are the clean ones."
    behind = ", ".join(f"{_decibels(scores[way])} of {names[way]}" for way in others)
    reached = f"{_decibels(scores[first])} against {behind}"
    if first == "noisy":
        return f"At this level **no one mends**: {names[first]} are nearest the clean, {reached}."
    return f"At this level {names[first]} mends best in the mean: {reached}."


def _table(bench: Bench) -> None:
    names, scores = bench.names, bench.scores()
    columns = {
        "": [names[way] for way in scores],
        "PSNR, mean (dB)": [f"{x.psnr.mean:.2f}" for x in scores.values()],
        "PSNR, 10% to 90% of the digits (dB)": [
            f"{x.psnr.low:.2f} to {x.psnr.high:.2f}" for x in scores.values()
        ],
        "SSIM, mean": [f"{x.ssim.mean:.4f}" for x in scores.values()],
        "SSIM, 10% to 90% of the digits": [
            f"{x.ssim.low:.4f} to {x.ssim.high:.4f}" for x in scores.values()
        ],
    }
    alt = "PSNR and SSIM of the noisy digits and of every way to mend them"
    missing = "" if "plain" in names else f" {_no_plain(bench.checkpoint)}"
    note = (
        f"Over {_digits(scores['noisy'].count)}, pictures cut to 0..1, against the clean ones. "
        "PSNR: peak signal-to-noise ratio; SSIM: structural similarity; more is better. PCA has "
        f"the same {dimensions(bench.checkpoint.card.model.latent_dim)} and gets masked digits "
        f"rescaled to their expected brightness.{missing}{_stored(bench)}"
    )
    st.html(html_parts.table(columns, alt, note))


def _no_plain(checkpoint: Checkpoint) -> str:
    """Why no plain autoencoder stands beside this model."""
    if checkpoint.card.train.noise is None:
        return f"{checkpoint.name} is a plain autoencoder itself."
    return "There is no plain autoencoder of the same size here."


def _digits(count: int) -> str:
    """Which digits a figure is over."""
    among = f"the first {len(measured_digits()):,} test digits"
    if count == len(measured_digits()):
        return among
    return f"those {count:,} of {among} that this noise changes"


def _stored(bench: Bench) -> str:
    """At the training level, what the checkpoint keeps of the whole test set."""
    checkpoint = bench.checkpoint
    kept = checkpoint.card.metrics
    wanted = ("noisy_psnr", "denoised_psnr", "denoised_ssim")
    if not bench.damage.matches(checkpoint.card.train.noise) or not set(wanted) <= set(kept):
        return ""
    return (
        f" This is the level that {checkpoint.name} was trained at. Over all {len(checkpoint.labels):,} test "
        "digits of its own data, as the command “evaluate” measures it: noisy "
        f"{kept['noisy_psnr']:.2f} dB, mended {kept['denoised_psnr']:.2f} dB, SSIM "
        f"{kept['denoised_ssim']:.4f}."
    )


def _curve(bench: Bench) -> None:
    checkpoint, damage, names = bench.checkpoint, bench.damage, bench.names
    measured = bench.scores_by_level()
    trained = checkpoint.card.train.noise
    known = trained is not None and trained.kind == damage.kind
    # The model first, as its spread is drawn; the one that may be missing last: colors stay.
    order: list[Method] = [way for way in _DRAWN if way in names]
    notes = [
        f"Each dot is the mean over those of the first {len(measured_digits()):,} test digits that "
        "the noise changes; at level 0 over all, and the noisy digits have no PSNR there: it is "
        "infinite. Point at a level to read the values."
    ]
    if trained is None:
        notes.append(f"{checkpoint.name} was trained on clean digits.")
    elif not known:
        notes.append(f"{checkpoint.name} was trained on {trained}, not on this noise.")
    charts(
        "denoise_curve",
        [
            scores_by_level(
                list(measured),
                {names[way]: _column(measured, way, measure.lower()) for way in order},
                title=f"{measure} over all levels",
                alt=f"Lines: {value_name} of the noisy digits and of every way to mend them, over "
                f"the level of {damage.corruption.label.lower()}",
                file=f"denoise-{measure.lower()}",
                level_name=f"level: {damage.corruption.level_meaning}",
                value_name=value_name,
                shown=damage.level,
                trained=trained.level if known else None,
            )
            for measure, value_name in _MEASURES.items()
        ],
        note=" ".join(notes),
        foresight=_foresight(bench),
    )


def _column(measured: dict[float, Scores], way: Method, measure: str) -> np.ndarray:
    """Mean, 10th and 90th percentile at each level, (L, 3)."""
    spreads = [getattr(scores[way], measure) for scores in measured.values()]
    return np.array([(spread.mean, spread.low, spread.high) for spread in spreads])
