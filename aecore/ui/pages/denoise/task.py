"""The task of `/denoise`: a model, a corruption, the methods to compare, and their scores.

Everything is measured on the first test digits, at most a thousand; scores are cached for all
visitors.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Self

import numpy as np
import streamlit as st

from aecore.analysis.denoising import STEPS, Denoisers, Method, Score
from aecore.analysis.sampling import first_of_each_label
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets

MEASURED = 1_000
"""Most digits that anything is measured on."""
_PATIENCE = 0.2  # seconds until progress is shown

Scores = dict[Method, Score]


@dataclass(frozen=True, kw_only=True, eq=False)
class DenoisingTask:
    """A model, the corruption of the digits, and the methods it is compared with."""

    checkpoint: Checkpoint
    corruption: FixedCorruption
    checkpoints: dict[Method, Checkpoint]
    """`model`, which is `checkpoint`, and `plain` if there is one of the same size."""
    digest: str
    """Identifies the models and the digits."""
    cache: dict[float, Scores]
    """Scores of this kind of corruption by level, as far as they have been measured."""

    @classmethod
    def of(cls, checkpoint: Checkpoint, corruption: FixedCorruption) -> Self:
        """Add the plain autoencoder of the same shape and data, if there is another one."""
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
        return cls(
            checkpoint=checkpoint,
            corruption=corruption,
            checkpoints=checkpoints,
            digest=digest,
            cache=_cache(digest, corruption.kind, corruption.row, corruption.column),
        )

    @property
    def denoisers(self) -> Denoisers:
        """The methods that are compared."""
        models = {
            method: checkpoint_cache.load_model(each) for method, each in self.checkpoints.items()
        }
        return Denoisers(models=models, pca=self.checkpoint.pca)

    @property
    def names(self) -> dict[Method, str]:
        """What each method is called, in the order of the rows."""
        models: dict[Method, str] = {method: each.name for method, each in self.checkpoints.items()}
        return {"noisy": "noisy", **models, "pca": "PCA, same D", "median": "3×3 median"}

    def scores(self) -> Scores:
        """Return the scores at the level of the corruption."""
        level = self.corruption.level
        if level not in self.cache:
            self.cache[level] = self.denoisers.score(measured_digits(), self.corruption)
        return self.cache[level]

    def scores_by_level(self) -> dict[float, Scores]:
        """Return the scores by level, ascending; measure those that are missing."""
        levels = self.corruption.corruption.levels(STEPS)
        missing = [self.corruption.at(level) for level in levels if level not in self.cache]
        start, bar = time.monotonic(), None
        for done, scores in enumerate(self.denoisers.score_all(measured_digits(), missing)):
            self.cache[missing[done].level] = scores
            if bar is None and time.monotonic() - start > _PATIENCE:
                bar = st.progress(0.0)
            if bar is not None:
                bar.progress((done + 1) / len(missing), text="Measuring all noise levels…")
        if bar is not None:
            bar.empty()
        return dict(sorted(self.cache.copy().items()))


@st.cache_resource(max_entries=200, show_spinner=False)
def _cache(digest: str, kind: str, row: int, column: int) -> dict[float, Scores]:
    return {}


def measured_digits() -> np.ndarray:
    """Return the test digits that everything is measured on, (B, 784)."""
    return datasets.test_set().images[:MEASURED]


def shown_digits() -> np.ndarray:
    """Return the numbers of the test digits that are shown: the first of each class."""
    return first_of_each_label(datasets.test_set().labels[:MEASURED])
