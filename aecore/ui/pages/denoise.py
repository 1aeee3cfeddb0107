"""`/denoise`: break a picture with noise and watch it mended."""

from __future__ import annotations

import math
from typing import get_args

import streamlit as st

from aecore import denoising
from aecore.card import Card
from aecore.checkpoint import Checkpoint
from aecore.config import NoiseConfig, NoiseKind
from aecore.ui import markup, resources, shell

_EXPLANATION = (
    "A denoiser gets a broken digit and is trained to draw the **clean** one. The plain "
    "autoencoder of the same size below it never saw noise in training: compare what squeezing "
    "alone can mend."
)
_SHOWN = 10
_MEASURED = 1_000
_LEVEL_MEANS = {
    "masking": "share of pixels set to 0",
    "gaussian": "standard deviation in grey levels of 0..1",
    "salt_and_pepper": "share of pixels set to 0 or 1",
}


def render() -> None:
    found = shell.open_page("Denoising", _EXPLANATION, prefer=_is_denoiser)
    if not _is_denoiser(found.card):
        st.info(
            f"{shell.plain(found.name)} was trained on clean digits, so do not expect it to mend "
            "any. Pick a denoiser above to compare.",
            icon=":material/info:",
        )
    _show(found)
    shell.close_page()


def _is_denoiser(card: Card) -> bool:
    return card.train.noise is not None


@st.fragment
@shell.guarded
def _show(found: Checkpoint) -> None:
    noise = _pick_noise(found.card)
    digits = resources.test_digits()
    checkpoints = [found, *_controls(found)]
    pictures = denoising.mend(
        digits.images[:_MEASURED],
        noise,
        {each.name: resources.load_model(each) for each in checkpoints},
        found.pca,
    )
    scores = denoising.scores(pictures)
    names = {name: f"{name} · {_decibels(score)}" for name, score in scores.items()}
    labels = digits.labels[:_SHOWN]
    series = [
        markup.Row(name=names.get(name, name), images=images[:_SHOWN])
        for name, images in pictures.items()
    ]
    with st.container(key="denoise_grid"):
        st.html(markup.rows(series, [f"a {x}" for x in labels], columns=[str(x) for x in labels]))
    st.markdown(_verdict(found, scores))
    st.caption(
        "dB: peak signal-to-noise ratio (PSNR) against the clean row, more is better; the mean "
        f"over {len(pictures['clean']):,} test digits, pictures cut to 0..1. PCA of the same "
        f"{shell.dimensions(found.card.model.latent_dim)} gets masked digits rescaled to their "
        "expected brightness."
    )


def _pick_noise(card: Card) -> NoiseConfig:
    """Kind and level; they begin as what the model was trained on."""
    trained = card.train.noise or NoiseConfig()
    kinds = get_args(NoiseKind)
    kind_column, level_column = st.columns([2, 3], gap="large")
    kind = kind_column.segmented_control(
        "Noise",
        kinds,
        default=trained.kind,
        required=True,
        key="noise_kind",
        format_func=lambda kind: kind.replace("_", " ").capitalize(),
        persist_state="session",
    )
    level = level_column.slider(
        f"Level: {_LEVEL_MEANS[kind]}",
        0.0,
        1.0,
        trained.level,
        0.05,
        key="noise_level",
        persist_state="session",
    )
    return NoiseConfig(kind=kind, level=level)


def _controls(found: Checkpoint) -> list[Checkpoint]:
    """The plain autoencoder of the same shape, if there is one and it is not `found` itself."""
    for name, card in resources.cards().items():
        same_shape = card.model == found.card.model
        if same_shape and card.train.noise is None and name != found.name:
            return [resources.load_checkpoint(name)]
    return []


def _decibels(score: float) -> str:
    return "identical" if math.isinf(score) else f"{score:.1f} dB"


def _verdict(found: Checkpoint, scores: dict[str, float]) -> str:
    """Who mends best, and whether that is better than leaving the picture alone."""
    best = max(scores, key=scores.get)
    if best == "noisy":
        return "At this level the **noisy pictures themselves** are closest to the clean ones."
    return (
        f"**{shell.plain(best)}** mends best at this level: {_decibels(scores[best])} against "
        f"{_decibels(scores['noisy'])} of the noisy pictures."
    )
