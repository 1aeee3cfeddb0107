"""`/denoise`: break digits with noise and watch them mended."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from aecore.card import Card
from aecore.checkpoint import Checkpoint
from aecore.config import NoiseConfig
from aecore.damage import MIDDLE, SIDE, Damage, DamageKind
from aecore.ui import again, mended, shell
from aecore.ui.workbench import Bench

_EXPLANATION = (
    "A denoiser gets a broken digit and is trained to draw the **clean** one. Below it stands, "
    "where there is one, the plain autoencoder of the same size, which never saw noise in "
    "training: compare what squeezing alone can mend, and what a median filter does that has "
    "learnt nothing at all."
)
_VIEWS = {"Once, in numbers": mended.show, "Again and again": again.show}


def render() -> None:
    found = shell.open_page("Denoising", _EXPLANATION, prefer=_is_denoiser, measures=True)
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
    bench = Bench.of(found, _pick_damage(found.card))
    mended.pictures(bench)
    view = st.segmented_control(
        "Denoise",
        _VIEWS,
        default=next(iter(_VIEWS)),
        required=True,
        key="denoise_view",
        persist_state="session",
    )
    _VIEWS[view](bench)


def _pick_damage(card: Card) -> Damage:
    """Kind, level and place; they begin as what the model was trained on."""
    trained = card.train.noise or NoiseConfig()
    kind_column, level_column = st.columns(2, gap="medium")
    kind = kind_column.segmented_control(
        "Noise",
        get_args(DamageKind),
        default=trained.kind,
        required=True,
        key="noise_kind",
        format_func=lambda kind: kind.replace("_", " ").capitalize(),
        persist_state="session",
    )
    level = level_column.slider(
        f"Level: {mended.LEVEL_MEANS[kind]}",
        0.0,
        1.0,
        trained.level,
        0.05,
        key="noise_level",
        persist_state="session",
    )
    below = st.container()  # also while it is empty: what follows keeps its place
    if kind != "occlusion":
        return Damage(kind=kind, level=level)
    column, row = (
        place.slider(label, 0, SIDE, MIDDLE, key=key, persist_state="session")
        for place, label, key in zip(
            below.columns(2, gap="large"),
            (
                "Middle of the square: pixels from the left",
                "Middle of the square: pixels from the top",
            ),
            ("noise_column", "noise_row"),
            strict=True,
        )
    )
    return Damage(kind=kind, level=level, row=row, column=column)
