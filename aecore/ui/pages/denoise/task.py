"""What a visit to `/denoise` works with: a model, the damage, and what has been measured of it.

Everything is measured on the first test digits, a thousand if there are as many; what has been
measured once is kept for all visitors.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Self

import numpy as np
import streamlit as st

from aecore.analysis.denoising import STEPS, Denoisers, Method, Score
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets

MEASURED = 1_000
"""Most digits that anything is measured on."""
_PATIENCE = 0.2  # seconds until progress is shown

Scores = dict[Method, Score]


@dataclass(frozen=True, kw_only=True, eq=False)
class Bench:
    """A model, what digits are broken with, and those it is compared with."""

    checkpoint: Checkpoint
    damage: FixedCorruption
    checkpoints: dict[Method, Checkpoint]
    """`model`, which is `found`, and `plain` if there is one of the same size."""
    digest: str
    """Names those and the digits."""
    kept: dict[float, Scores]
    """By level, what has been measured of this kind of damage: filled as it is asked for."""

    @classmethod
    def of(cls, checkpoint: Checkpoint, damage: FixedCorruption) -> Self:
        """With the plain autoencoder of the same shape and data, if there is one besides it."""
        checkpoints: dict[Method, Checkpoint] = {"model": checkpoint}
        for name, card in checkpoint_cache.cards().items():
            alike = (
                card.model == checkpoint.card.model
                and card.fingerprint == checkpoint.card.fingerprint
            )
            if alike and card.train.noise is None and name != checkpoint.name:
                checkpoints["plain"] = checkpoint_cache.load(name)
                break
        fingerprint = datasets.test_set().fingerprint
        digest = " ".join([*(each.digest for each in checkpoints.values()), fingerprint])
        kept = _kept(digest, damage.kind, damage.row, damage.column)
        return cls(
            checkpoint=checkpoint, damage=damage, checkpoints=checkpoints, digest=digest, kept=kept
        )

    @property
    def denoisers(self) -> Denoisers:
        """Those who mend."""
        models = {way: checkpoint_cache.load_model(each) for way, each in self.checkpoints.items()}
        return Denoisers(models=models, pca=self.checkpoint.pca)

    @property
    def names(self) -> dict[Method, str]:
        """What each row is called, in the rows' order."""
        models = {way: each.name for way, each in self.checkpoints.items()}
        return {"noisy": "noisy"} | models | {"pca": "PCA, same D", "median": "3×3 median"}

    def scores(self) -> Scores:
        """At this level."""
        level = self.damage.level
        if level not in self.kept:
            self.kept[level] = self.denoisers.score(measured_digits(), self.damage)
        return self.kept[level]

    def scores_by_level(self) -> dict[float, Scores]:
        """The scores by level, ascending; those that are lacking are measured first."""
        lacking = [
            self.damage.at(level)
            for level in self.damage.corruption.levels(STEPS)
            if level not in self.kept
        ]
        start, bar = time.monotonic(), None
        for done, scores in enumerate(self.denoisers.score_all(measured_digits(), lacking)):
            self.kept[lacking[done].level] = scores
            if bar is None and time.monotonic() - start > _PATIENCE:
                bar = st.progress(0.0)
            if bar is not None:
                bar.progress((done + 1) / len(lacking), text="Measuring the curve over all levels…")
        if bar is not None:
            bar.empty()
        return dict(sorted(self.kept.copy().items()))


@st.cache_resource(max_entries=200, show_spinner=False)
def _kept(digest: str, kind: str, row: int, column: int) -> dict[float, Scores]:
    return {}


def measured_digits() -> np.ndarray:
    """The test digits that everything is measured on."""
    return datasets.test_set().images[:MEASURED]
