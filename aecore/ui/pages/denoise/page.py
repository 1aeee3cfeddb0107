"""`/denoise`: corrupt digits with noise and compare how methods denoise them."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.config import SIDE, NoiseConfig
from aecore.corruptions import CORRUPTIONS
from aecore.data.noise import MIDDLE, FixedCorruption
from aecore.ui import inputs, navigation, page_data, scaffold, url_state
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.pages.denoise import iteration, pictures, scores
from aecore.ui.pages.denoise.task import DenoisingTask
from aecore.ui.text.formats import escape

_EXPLANATION = (
    "A denoising autoencoder gets a corrupted digit and is trained to reconstruct the **clean** "
    "one. It is compared with a plain autoencoder of the same size, which never saw noise in "
    "training, with PCA, and with a median filter, which learns nothing at all."
)
_STEPS = 20
"""Intervals of the slider of noise levels."""
_VIEWS = {"Metrics": scores.show, "Repeated denoising": iteration.show}


def render() -> None:
    checkpoint = scaffold.open_page(
        "Denoising", _EXPLANATION, prefer=_is_denoiser, evaluates=True, flush=False
    )
    if not _is_denoiser(checkpoint.card):
        st.info(
            page_data.words(
                f"{escape(checkpoint.name)} was trained on clean digits and is no denoiser. Pick "
                "one above to compare, or train one on the page Train."
            ),
            icon=":material/info:",
        )
    _show(checkpoint)
    scaffold.close_page()


def prepare(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Compute what the page shows first of a model."""
    # The noise of a denoiser stays when another model is picked.
    denoisers = filter(_is_denoiser, checkpoint_cache.cards().values())
    for noise in {card.train.noise or NoiseConfig() for card in (checkpoint.card, *denoisers)}:
        corruption = FixedCorruption(kind=noise.kind, level=noise.level)
        task = DenoisingTask.of(checkpoint, corruption, digits)
        task.scores()
        pictures.rows(task)


def _is_denoiser(card: Card) -> bool:
    return card.train.noise is not None


@scaffold.fragment
def _show(checkpoint: Checkpoint) -> None:
    corruption, verdict = _pick_corruption(checkpoint.card)
    url_state.flush()  # before the curves are measured
    task = DenoisingTask.of(checkpoint, corruption, datasets.test_set())
    pictures.show(task, "noise_level", corruption.corruption.levels(_STEPS))
    verdict.markdown(page_data.words(scores.verdict(task)))
    _show_measured(task)


@scaffold.fragment
def _show_measured(task: DenoisingTask) -> None:
    """Draw how well all levels are denoised, or what denoising again and again does."""
    view = inputs.segments("Denoise", list(_VIEWS), key="denoise_view", name="view")
    with st.container(key="denoise_measured"):
        _VIEWS[view](task)


def _pick_corruption(card: Card) -> tuple[FixedCorruption, DeltaGenerator]:
    """Draw kind, level and place of the corruption, at first those of the training.

    Returns
    -------
    FixedCorruption
    DeltaGenerator
        Where to say how well it is denoised: beside the level, which stays in sight.
    """
    trained = card.train.noise or NoiseConfig()
    height, width, *channels = card.data.shape
    labels = {
        kind: each.label
        for kind, each in CORRUPTIONS.items()
        if not each.place or (height == width and not channels)  # a square in square pictures
    }
    kind = inputs.segments("Noise", labels, key="noise_kind", name="noise", default=trained.kind)
    corruption = CORRUPTIONS[kind]
    with st.container(key="denoise_bar", gap="xsmall"):
        level = inputs.slider(
            f"Level: {corruption.level_meaning}",
            corruption.levels(_STEPS),
            key="noise_level",
            name="level",
            default=min(trained.level, corruption.max_level),
        )
        verdict = st.empty()
    below = st.container()  # also while it is empty: what follows keeps its place
    with below:
        _offer_specialist(card, kind, level)
    if not corruption.place:
        return FixedCorruption(kind=kind, level=level), verdict
    left, right = below.columns(2, gap="large")
    place = f"{corruption.place}: pixels from the"
    column = _pick_pixel(left, f"{place} left", "column")
    row = _pick_pixel(right, f"{place} top", "row")
    return FixedCorruption(kind=kind, level=level, row=row, column=column), verdict


def _offer_specialist(card: Card, kind: str, level: float) -> None:
    """Link to a model that was trained on this kind of noise, where the page's own was not."""
    if card.train.noise is not None and card.train.noise.kind == kind:
        return
    own = card.data
    for name, other in checkpoint_cache.cards().items():
        noise, data = other.train.noise, other.data
        both_digits = data.shows_digits and own.shows_digits
        is_alike = both_digits or (data.name, data.shape) == (own.name, own.shape)
        if is_alike and noise is not None and noise.kind == kind:
            label = f"Denoise with {escape(name)}"
            navigation.link("denoise", label, model=name, noise=kind, level=str(level))
            return


def _pick_pixel(place: DeltaGenerator, label: str, name: str) -> int:
    """Draw a slider for a position in the picture."""
    with place:
        return inputs.slider(label, range(SIDE + 1), key=f"noise_{name}", name=name, default=MIDDLE)
