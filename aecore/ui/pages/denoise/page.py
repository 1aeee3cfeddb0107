"""`/denoise`: break digits with noise and watch them mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.config import SIDE, NoiseConfig
from aecore.corruptions import CORRUPTIONS
from aecore.data.noise import MIDDLE, FixedCorruption
from aecore.ui import scaffold, url_state
from aecore.ui.pages.denoise import iteration, pictures
from aecore.ui.pages.denoise.task import Bench

_EXPLANATION = (
    "A denoiser gets a broken digit and is trained to draw the **clean** one. Below it stands, "
    "where there is one, the plain autoencoder of the same size, which never saw noise in "
    "training: compare what squeezing alone can mend, and what a median filter does that has "
    "learned nothing at all."
)
_STEPS = 20
"""Of the slider of levels."""
_VIEWS = {"Once, in numbers": pictures.show, "Again and again": iteration.show}

T = TypeVar("T", int, float)


def render() -> None:
    checkpoint = scaffold.open_page(
        "Denoising", _EXPLANATION, prefer=_is_denoiser, measures=True, more=True
    )
    if not _is_denoiser(checkpoint.card):
        st.info(
            f"{scaffold.plain(checkpoint.name)} was trained on clean digits, so do not expect it to mend "
            "any. Pick a denoiser above to compare.",
            icon=":material/info:",
        )
    _show(checkpoint)
    scaffold.close_page()


def _is_denoiser(card: Card) -> bool:
    return card.train.noise is not None


@st.fragment
@scaffold.guarded
def _show(checkpoint: Checkpoint) -> None:
    damage = _pick_damage(checkpoint.card)
    url_state.settle()  # before the curve is measured
    bench = Bench.of(checkpoint, damage)
    pictures.pictures(bench, "noise_level", damage.corruption.levels(_STEPS))
    view = st.segmented_control(
        "Denoise",
        _VIEWS,
        default=next(iter(_VIEWS)),
        required=True,
        key="denoise_view",
        persist_state="session",
    )
    _VIEWS[view](bench)


def _pick_damage(card: Card) -> FixedCorruption:
    """Kind, level and place; they begin as what the model was trained on."""
    trained = card.train.noise or NoiseConfig()
    kind_column, level_column = st.columns(2, gap="medium")
    url_state.begin("noise", "noise_kind", tuple(CORRUPTIONS), trained.kind)
    kind = kind_column.segmented_control(
        "Noise",
        tuple(CORRUPTIONS),
        required=True,
        key="noise_kind",
        format_func=lambda kind: CORRUPTIONS[kind].label,
        persist_state="session",
    )
    url_state.tell("noise", "noise_kind", kind, trained.kind)
    corruption = CORRUPTIONS[kind]
    title = f"Level: {corruption.level_meaning}"
    levels = corruption.levels(_STEPS)
    usual = min(trained.level, corruption.max_level)
    level = _slide(level_column, title, "noise_level", levels, usual)
    below = st.container()  # also while it is empty: what follows keeps its place
    if not corruption.place:
        return FixedCorruption(kind=kind, level=level)
    left, right = below.columns(2, gap="large")
    place = f"{corruption.place}: pixels from the"
    column = _slide(left, f"{place} left", "noise_column", range(SIDE + 1), MIDDLE)
    row = _slide(right, f"{place} top", "noise_row", range(SIDE + 1), MIDDLE)
    return FixedCorruption(kind=kind, level=level, row=row, column=column)


def _slide(place: DeltaGenerator, label: str, key: str, values: Sequence[T], usual: T) -> T:
    """One of some numbers, evenly apart; the address names it unless it is as usual."""
    name = key.removeprefix("noise_")
    url_state.begin(name, key, values, usual)
    value = place.slider(
        label,
        values[0],
        values[-1],
        step=values[1] - values[0],
        key=key,
        persist_state="session",
    )
    url_state.tell(name, key, value, usual)
    return value
