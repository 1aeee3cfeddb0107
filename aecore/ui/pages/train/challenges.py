"""Challenges on `/train`: each starts a run with one press and tells whether it was reached.

A challenge is not a kind of run: whatever run does what it asks is judged by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aecore.checkpoints.card import Card
from aecore.jobs import queue
from aecore.jobs.store import Run, RunSpec
from aecore.presets import PRESETS
from aecore.ui import page_data, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.pages.train.inputs import show_settings
from aecore.ui.pages.train.start import start
from aecore.ui.text.formats import dimensions, escape, pca_name

Rival = tuple[str, float]
"""What is to be beaten: its name and its test error."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """Something to train, and an error to stay below."""

    name: str
    title: str
    asks: str
    preset: str = "plane"
    dim: int | None = None
    """Latent dimensions, where they are not the preset's."""
    epochs: int | None = None
    """Where they are not the preset's."""
    beats_preset: bool = False
    """Whether the rival is the preset's own model, not PCA, where both know the same digits."""

    @property
    def spec(self) -> RunSpec:
        """The run that it starts."""
        preset = PRESETS[self.preset]
        model = replace(preset.model, latent_dim=self.dim or preset.model.latent_dim)
        train = replace(preset.train, epochs=self.epochs or preset.train.epochs)
        return RunSpec(preset=self.preset, model=model, train=train)

    def judges(self, card: Card) -> bool:
        """Return whether a model does what the challenge asks, however it was trained."""
        asked = self.spec.train.noise
        return card.train.noise == asked and self.dim in (None, card.model.latent_dim)

    def rival(self, card: Card, cards: Mapping[str, Card]) -> Rival:
        """Return what a model is to beat."""
        other = cards.get(self.preset)
        if self.beats_preset and other is not None and other.fingerprint == card.fingerprint:
            return f"{self.preset}, {dimensions(other.model.latent_dim)}", other.metrics["test_mse"]
        return pca_name(card.model.latent_dim), card.metrics["pca_test_mse"]


CHALLENGES = (
    Challenge(
        name="third",
        title="Give it a third number",
        asks="Two numbers a digit are few. With D = 3, does the error fall below that of two?",
        dim=3,
        beats_preset=True,
    ),
    Challenge(
        name="half",
        title="Hide half of the pixels",
        asks="Half of the input is set to 0. Is the denoised digit closer to the clean one than "
        "PCA's?",
        preset="denoise-mask",
        epochs=10,
    ),
    Challenge(
        name="eight",
        title="Beat PCA with 8 numbers",
        asks="PCA is the best linear code. With D = 8, is the error lower than that of PCA?",
        dim=8,
    ),
)


def show(attempt: Callable[[Callable[[RunSpec], object], RunSpec], None]) -> None:
    """Draw a card for each challenge; `attempt` shows the error of an action that fails."""
    if not queue.training_allowed():
        return
    with st.container(key="train_challenges"):
        columns = st.columns(len(CHALLENGES))
    for challenge, column in zip(CHALLENGES, columns, strict=True):
        _card(challenge, column, attempt)


def _card(challenge: Challenge, column: DeltaGenerator, attempt: Callable[..., None]) -> None:
    with column.container(border=True, gap="xsmall", height="stretch"):
        st.button(
            challenge.title,
            key=f"train_challenge_{challenge.name}",
            icon=":material/flag:",
            width="stretch",
            disabled=datasets.is_uploaded(),
            on_click=attempt,
            args=(_take_on, challenge.spec),
        )
        st.caption(page_data.words(challenge.asks))


def _take_on(spec: RunSpec) -> None:
    show_settings(spec)
    start(replace(spec, data=datasets.folder_in_use()))


@scaffold.guarded
def show_result(run: Run) -> None:
    """Draw, for an ended run, whether the challenges that judge it were reached, with figures."""
    card = checkpoint_cache.read_card(run.checkpoint_path)
    own = card.metrics["test_mse"]
    for challenge in filter(lambda each: each.judges(card), CHALLENGES):
        name, error = challenge.rival(card, checkpoint_cache.cards())
        figures = f"test MSE **{own:.4f}**, {escape(name)}: **{error:.4f}**"
        if own < error:
            text = f"**{challenge.title}: reached.** {figures} ({1 - own / error:.0%} lower)."
            st.success(text, icon=":material/flag:")
        else:
            text = f"**{challenge.title}: not reached yet.** {figures}. Change a setting, for "
            st.info(f"{text}example the epochs, and train again.", icon=":material/flag:")
