"""Who mends broken digits how well, on `/denoise`: pictures, a table and a curve over all levels.

Everything is measured on the first test digits, a thousand if there are as many; what has been
measured once is kept for all visitors.
"""

from __future__ import annotations

import math
import time

import numpy as np
import streamlit as st

from aecore import curves
from aecore.checkpoint import Checkpoint
from aecore.damage import Damage
from aecore.denoising import LEVELS, Score, Way, Workshop
from aecore.selection import first_of_each
from aecore.sheet import to_sheet_png
from aecore.ui import charts, markup, resources, shell

LEVEL_MEANS = {
    "masking": "share of pixels set to 0",
    "gaussian": "standard deviation in grey levels of 0..1",
    "salt_and_pepper": "share of pixels set to 0 or 1",
    "occlusion": "side of the black square, as a share of the picture's",
}
_FIELD_NAMES = {
    "masking": "the mask: black is lost",
    "gaussian": "the noise itself",
    "salt_and_pepper": "the noise itself: red is salt, blue is pepper",
    "occlusion": "the mask: black is lost",
}
_MEASURED = 1_000
_MEASURES = {"PSNR": "mean PSNR (dB)", "SSIM": "mean SSIM (at most 1)"}
_PATIENCE = 0.2  # seconds until progress is shown

Scores = dict[Way, Score]


# --- pictures -----------------------------------------------------------------------------------


def pictures(found: Checkpoint, damage: Damage) -> None:
    """One digit of each label: clean, the damage itself, broken, and mended by everyone."""
    digits = resources.test_digits()
    chosen = first_of_each(digits.labels[:_MEASURED])
    count = chosen.max() + 1
    clean = digits.images[:count]
    limit = 1.0 if damage.is_signed else None
    names = _names(found)
    if "plain" in names:
        names["plain"] += " (plain autoencoder)"
    scores = _at(found, damage)
    rows = [
        markup.Row(name="clean", images=clean[chosen]),
        markup.Row(name=_FIELD_NAMES[damage.kind], images=damage.field(count)[chosen], limit=limit),
    ]
    for way, images in _workshop(found).mend(damage.apply(clean)[chosen], damage).items():
        rows.append(markup.Row(name=f"{names[way]} · {_in_words(scores[way])}", images=images))
    labels = [str(label) for label in digits.labels[chosen]]
    with st.container(key="denoise_grid"):
        st.html(
            markup.rows(rows, [f"a {label}" for label in labels], columns=labels)
            + (markup.colour_bar(limit, "noise") if limit else "")
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Grey pictures go from 0 (black) to 1 (white). The same random numbers at every "
            "level: moving it changes only the level.",
            width="stretch",
        )
        st.download_button(
            "Pictures as PNG",
            lambda: to_sheet_png([(row.name, row.images, row.limit) for row in rows]),
            "denoise.png",
            "image/png",
            key="denoise_png",
            on_click="ignore",
            icon=":material/download:",
        )


def _in_words(score: Score) -> str:
    if score.identical:
        return "identical"
    return f"{_decibels(score.psnr.mean)} · SSIM {score.ssim.mean:.2f}"


def _decibels(value: float) -> str:
    return "∞ dB" if math.isinf(value) else f"{value:.1f} dB"


# --- figures ------------------------------------------------------------------------------------


def show(found: Checkpoint, damage: Damage) -> None:
    """Draw the verdict, the table and the curve."""
    scores = _at(found, damage)
    st.markdown(_verdict(found, scores))
    _table(found, scores)
    _stored(found, damage)
    _curve(found, damage)


def _verdict(found: Checkpoint, scores: Scores) -> str:
    """Who mends best, and how all others fare, best first."""
    names = {way: f"**{shell.plain(name)}**" for way, name in _names(found).items()}
    names["noisy"] = "the noisy digits themselves"
    first, *others = sorted(scores, key=lambda way: -scores[way].psnr.mean)
    behind = ", ".join(f"{_decibels(scores[way].psnr.mean)} of {names[way]}" for way in others)
    reached = f"{_decibels(scores[first].psnr.mean)} against {behind}"
    if first == "noisy":
        return f"At this level **no one mends**: {names[first]} are nearest the clean, {reached}."
    return f"At this level {names[first]} mends best in the mean: {reached}."


def _table(found: Checkpoint, scores: Scores) -> None:
    names = _names(found)
    st.table(
        {
            "": [shell.plain(names[way]) for way in scores],
            "PSNR, mean (dB)": [f"{x.psnr.mean:.2f}" for x in scores.values()],
            "PSNR, 10% to 90% of the digits (dB)": [
                f"{x.psnr.low:.2f} to {x.psnr.high:.2f}" for x in scores.values()
            ],
            "SSIM, mean": [f"{x.ssim.mean:.4f}" for x in scores.values()],
            "SSIM, 10% to 90% of the digits": [
                f"{x.ssim.low:.4f} to {x.ssim.high:.4f}" for x in scores.values()
            ],
        },
        hide_index=True,
        alt="PSNR and SSIM of the noisy digits and of every way to mend them",
    )
    missing = "" if "plain" in names else " There is no plain autoencoder of the same size here."
    st.caption(
        f"Over the first {len(_measured()):,} test digits, pictures cut to 0..1, against the clean "
        "ones. PSNR: peak signal-to-noise ratio; SSIM: structural similarity; more is better. PCA "
        f"has the same {shell.dimensions(found.card.model.latent_dim)} and gets masked digits "
        f"rescaled to their expected brightness.{missing}"
    )


def _stored(found: Checkpoint, damage: Damage) -> None:
    """At the training level, what the checkpoint keeps of the whole test set."""
    kept = found.card.metrics
    wanted = ("noisy_psnr", "denoised_psnr", "denoised_ssim")
    if damage.noise == found.card.train.noise and set(wanted) <= set(kept):
        st.caption(
            f"This is the level that {shell.plain(found.name)} was trained at. Over all "
            f"{len(found.labels):,} test digits of its own data, as `python -m aecore evaluate` "
            f"measures it: noisy {kept['noisy_psnr']:.2f} dB, mended "
            f"{kept['denoised_psnr']:.2f} dB, SSIM {kept['denoised_ssim']:.4f}."
        )


def _curve(found: Checkpoint, damage: Damage) -> None:
    measure = st.segmented_control(
        "Curve over all levels",
        _MEASURES,
        default="PSNR",
        required=True,
        key="denoise_measure",
        persist_state="session",
    )
    measured = _all_levels(found, damage)
    trained = found.card.train.noise
    known = trained is not None and trained.kind == damage.kind
    names = _names(found)
    # The model first: its spread is drawn.
    order: list[Way] = sorted(names, key=lambda way: way != "model")
    charts.show(
        curves.by_level(
            list(measured),
            {names[way]: _column(measured, way, measure.lower()) for way in order},
            level_name=f"level: {LEVEL_MEANS[damage.kind]}",
            value_name=_MEASURES[measure],
            shown=damage.level,
            trained=trained.level if known else None,
        ),
        key="denoise_curve",
        alt=f"Lines: {_MEASURES[measure]} of the noisy digits and of every way to mend them, over "
        f"the level of {damage.kind.replace('_', ' ')}",
    )
    notes = [f"Each dot is the mean over the first {len(_measured()):,} test digits."]
    if trained is None:
        notes.append(f"{shell.plain(found.name)} was trained on clean digits.")
    elif not known:
        notes.append(f"{shell.plain(found.name)} was trained on {trained}, not on this noise.")
    if measure == "PSNR":
        notes.append("No dot where a digit is left exactly as it was: its PSNR is infinite.")
    st.caption(" ".join(notes))


def _column(measured: dict[float, Scores], way: Way, measure: str) -> np.ndarray:
    """Mean, 10th and 90th percentile at each level, (L, 3)."""
    spreads = [getattr(scores[way], measure) for scores in measured.values()]
    return np.array([(spread.mean, spread.low, spread.high) for spread in spreads])


# --- measuring ----------------------------------------------------------------------------------


def _control(found: Checkpoint) -> Checkpoint | None:
    """The plain autoencoder of the same shape and data, if there is one besides `found`."""
    for name, card in resources.cards().items():
        alike = card.model == found.card.model and card.fingerprint == found.card.fingerprint
        if alike and card.train.noise is None and name != found.name:
            return resources.load_checkpoint(name)
    return None


def _checkpoints(found: Checkpoint) -> dict[Way, Checkpoint]:
    control = _control(found)
    return {"model": found} | ({} if control is None else {"plain": control})


def _workshop(found: Checkpoint) -> Workshop:
    models = {way: resources.load_model(each) for way, each in _checkpoints(found).items()}
    return Workshop(models=models, pca=found.pca)


def _names(found: Checkpoint) -> dict[Way, str]:
    """What each row is called, in the rows' order."""
    models = {way: each.name for way, each in _checkpoints(found).items()}
    return {"noisy": "noisy"} | models | {"pca": "PCA", "median": "3×3 median"}


def _measured() -> np.ndarray:
    return resources.test_digits().images[:_MEASURED]


@st.cache_resource(max_entries=200, show_spinner=False)
def _kept(digests: str, fingerprint: str, kind: str, row: int, column: int) -> dict[float, Scores]:
    """What has been measured of one kind of damage, by level: filled as it is asked for."""
    return {}


def _kept_of(found: Checkpoint, damage: Damage) -> dict[float, Scores]:
    digests = " ".join(each.digest for each in _checkpoints(found).values())
    fingerprint = resources.test_digits().fingerprint
    return _kept(digests, fingerprint, damage.kind, damage.row, damage.column)


def _at(found: Checkpoint, damage: Damage) -> Scores:
    """The scores at this level."""
    kept = _kept_of(found, damage)
    if damage.level not in kept:
        kept[damage.level] = _workshop(found).measure(_measured(), damage)
    return kept[damage.level]


def _all_levels(found: Checkpoint, damage: Damage) -> dict[float, Scores]:
    """The scores by level, ascending; those that are lacking are measured first."""
    kept = _kept_of(found, damage)
    lacking = [damage.at(level) for level in LEVELS if level not in kept]
    start, bar = time.monotonic(), None
    for done, scores in enumerate(_workshop(found).measure_all(_measured(), lacking)):
        kept[lacking[done].level] = scores
        if bar is None and time.monotonic() - start > _PATIENCE:
            bar = st.progress(0.0)
        if bar is not None:
            bar.progress((done + 1) / len(lacking), text="Measuring the curve over all levels…")
    if bar is not None:
        bar.empty()
    return dict(sorted(kept.copy().items()))
