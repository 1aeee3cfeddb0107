"""`/denoise`: break digits with noise and watch them mended."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.config import SIDE, NoiseConfig
from aecore.corruptions import CORRUPTIONS
from aecore.data.noise import MIDDLE, FixedCorruption
from aecore.ui import inputs, scaffold, url_state
from aecore.ui.pages.denoise import iteration, pictures
from aecore.ui.pages.denoise.task import Bench
from aecore.ui.text.formats import escape

_EXPLANATION = (
    "A denoiser gets a broken digit and is trained to draw the **clean** one. Below it stands, "
    "where there is one, the plain autoencoder of the same size, which never saw noise in "
    "training: compare what squeezing alone can mend, and what a median filter does that has "
    "learned nothing at all."
)
_STEPS = 20
"""Of the slider of levels."""
_VIEWS = {"Once, in numbers": pictures.show, "Again and again": iteration.show}


def render() -> None:
    checkpoint = scaffold.open_page(
        "Denoising", _EXPLANATION, prefer=_is_denoiser, evaluates=True, flush=False
    )
    if not _is_denoiser(checkpoint.card):
        st.info(
            f"{escape(checkpoint.name)} was trained on clean digits, so do not expect it to mend "
            "any. Pick a denoiser above to compare.",
            icon=":material/info:",
        )
    _show(checkpoint)
    scaffold.close_page()


def _is_denoiser(card: Card) -> bool:
    return card.train.noise is not None


@scaffold.fragment
def _show(checkpoint: Checkpoint) -> None:
    damage = _pick_damage(checkpoint.card)
    url_state.flush()  # before the curve is measured
    bench = Bench.of(checkpoint, damage)
    pictures.pictures(bench, "noise_level", damage.corruption.levels(_STEPS))
    view = inputs.segments("Denoise", list(_VIEWS), key="denoise_view")
    _VIEWS[view](bench)


def _pick_damage(card: Card) -> FixedCorruption:
    """Draw kind, level and place of the corruption, at first those of the training."""
    trained = card.train.noise or NoiseConfig()
    labels = {kind: each.label for kind, each in CORRUPTIONS.items()}
    kind_column, level_column = st.columns(2, gap="medium")
    with kind_column:
        kind = inputs.segments(
            "Noise", labels, key="noise_kind", name="noise", default=trained.kind
        )
    corruption = CORRUPTIONS[kind]
    with level_column:
        level = inputs.slider(
            f"Level: {corruption.level_meaning}",
            corruption.levels(_STEPS),
            key="noise_level",
            name="level",
            default=min(trained.level, corruption.max_level),
        )
    below = st.container()  # also while it is empty: what follows keeps its place
    if not corruption.place:
        return FixedCorruption(kind=kind, level=level)
    left, right = below.columns(2, gap="large")
    place = f"{corruption.place}: pixels from the"
    column = _pick_pixel(left, f"{place} left", "column")
    row = _pick_pixel(right, f"{place} top", "row")
    return FixedCorruption(kind=kind, level=level, row=row, column=column)


def _pick_pixel(place: DeltaGenerator, label: str, name: str) -> int:
    """Draw a slider for a position in the picture."""
    with place:
        return inputs.slider(label, range(SIDE + 1), key=f"noise_{name}", name=name, default=MIDDLE)
