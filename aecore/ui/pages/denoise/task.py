"""The task of `/denoise`: a model, a corruption, the methods to compare, and their scores.

Everything is measured on the first test digits, at most a thousand; scores are cached for all
visitors.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import streamlit as st

from aecore.analysis.denoising import MEASURED, STEPS, Denoisers, Method, Score
from aecore.analysis.sampling import first_of_each_label
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.ui import waiting
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache.shared import shared
from aecore.ui.components.registry import Preview

_SHOWN = 10  # test pictures, where there are no classes
_PATIENCE = 0.2  # seconds until progress is shown

_MEASURING = threading.Lock()

Scores = dict[Method, Score]


@dataclass(frozen=True, kw_only=True, eq=False)
class DenoisingTask:
    """A model, the corruption of the digits, and the methods it is compared with."""

    checkpoint: Checkpoint
    digits: datasets.TestSet
    corruption: FixedCorruption
    checkpoints: dict[Method, Checkpoint]
    """`model`, which is `checkpoint`, and `plain` if there is one of the same size."""

    @classmethod
    def of(cls, checkpoint: Checkpoint, corruption: FixedCorruption) -> Self:
        """Add the plain autoencoder of the same shape and data, if there is another one."""
        own = checkpoint.card
        checkpoints: dict[Method, Checkpoint] = {"model": checkpoint}
        for name, card in checkpoint_cache.cards().items():
            alike = card.model == own.model and card.fingerprint == own.fingerprint
            if alike and card.train.noise is None and name != checkpoint.name:
                checkpoints["plain"] = checkpoint_cache.load(name)
                break
        return cls(
            checkpoint=checkpoint,
            digits=datasets.test_set(),
            corruption=corruption,
            checkpoints=checkpoints,
        )

    @cached_property
    def digest(self) -> str:
        """Identifies the models and the digits."""
        return " ".join([*(x.digest for x in self.checkpoints.values()), self.digits.fingerprint])

    @property
    def preview(self) -> Preview:
        """When the browser shows this model's pictures again: for the same corruption."""
        scene = f"{self.corruption} {self.digits.fingerprint}"
        return Preview(model=self.checkpoint.name, view=scene)

    @property
    def measured(self) -> np.ndarray:
        """The test digits that everything is measured on, (B, 784)."""
        return self.digits.images[:MEASURED]

    @cached_property
    def shown(self) -> np.ndarray:
        """Numbers of the test digits that are shown: the first of each class, if there are any."""
        if not self.digits.spec.classes:
            return np.arange(min(_SHOWN, len(self.measured)))
        return first_of_each_label(self.digits.labels[:MEASURED])

    @property
    def shown_labels(self) -> list[str]:
        """Labels of the test digits that are shown."""
        return [str(label) for label in self.digits.labels[self.shown]]

    @property
    def denoisers(self) -> Denoisers:
        """The methods that are compared."""
        models = {
            method: checkpoint_cache.load_model(each) for method, each in self.checkpoints.items()
        }
        return Denoisers(
            models=models, pca=self.checkpoint.pca, shape=self.checkpoint.card.data.shape
        )

    @property
    def names(self) -> dict[Method, str]:
        """What each method is called, in the order of the rows."""
        models: dict[Method, str] = {method: each.name for method, each in self.checkpoints.items()}
        return {"noisy": "noisy", **models, "pca": "PCA, same D", "median": "3×3 median"}

    @cached_property
    def cache(self) -> dict[float, Scores]:
        """Scores of this kind of corruption by level, as far as they have been measured."""
        return _cache(self.digest, self.corruption.at(0.0))

    def scores(self) -> Scores:
        """Return the scores at the level of the corruption."""
        level, cache = self.corruption.level, self.cache
        if level not in cache:
            with waiting.place():
                cache[level] = self.denoisers.score(self.measured, self.corruption)
        return cache[level]

    def scores_by_level(self) -> dict[float, Scores]:
        """Return the scores by level, ascending; measure those that are missing."""
        if self._missing():
            with waiting.place(), _alone():
                self._measure(self._missing())  # others may have measured them meanwhile
        return dict(sorted(self.cache.copy().items()))

    def _missing(self) -> list[FixedCorruption]:
        levels = self.corruption.corruption.levels(STEPS)
        return [self.corruption.at(level) for level in levels if level not in self.cache]

    def _measure(self, missing: Sequence[FixedCorruption]) -> None:
        """Measure scores that are missing, with a progress bar if it takes long."""
        start, bar = time.monotonic(), None
        for done, scores in enumerate(self.denoisers.score_all(self.measured, missing)):
            self.cache[missing[done].level] = scores
            if bar is None and time.monotonic() - start > _PATIENCE:
                bar = st.progress(0.0)
            if bar is not None:
                bar.progress((done + 1) / len(missing), text="Measuring all noise levels…")
        if bar is not None:
            bar.empty()


@contextmanager
def _alone() -> Iterator[None]:
    """Measure all levels for one visitor at a time, who may leave while waiting.

    It keeps both cores busy and takes up to 200 MB; who waits for the same levels finds them.
    """
    bar = None
    while not _MEASURING.acquire(timeout=_PATIENCE):
        bar = bar or st.empty()
        bar.progress(0.0, text="Waiting for another visitor's noise levels…")
    try:
        if bar is not None:
            bar.empty()
        yield
    finally:
        _MEASURING.release()


@shared(kept=200)
def _cache(digest: str, corruption: FixedCorruption) -> dict[float, Scores]:
    return {}
