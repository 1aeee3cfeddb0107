"""The task of `/denoise`: a model, a corruption, the methods to compare, and their scores.

Everything is measured on the first test digits, at most a thousand; scores are cached for all
visitors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from aecore.analysis.denoising import MEASURED, STEPS, Denoisers, Method, Score
from aecore.analysis.sampling import first_of_each_label
from aecore.checkpoints.file import Checkpoint
from aecore.data.noise import FixedCorruption
from aecore.system.background import Background
from aecore.ui import waiting
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache.shared import shared
from aecore.ui.components.registry import Preview
from aecore.ui.measurement import Measurement

_SHOWN = 10  # test pictures, where there are no classes
_CURVES = Background()
"""Those of all visitors: each keeps both cores busy and takes up to 200 MB."""

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
    def of(
        cls, checkpoint: Checkpoint, corruption: FixedCorruption, digits: datasets.TestSet
    ) -> Self:
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
            digits=digits,
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

    def scores(self) -> Scores:
        """Return the scores at the level of the corruption."""
        if missing := self._missing(self.corruption):
            with waiting.place():
                scores = self.denoisers.score(self.measured, self.corruption, missing)
            self._keep(self.corruption, scores)
        return self.known(self.corruption.level)

    def known(self, level: float) -> Scores:
        """Return the scores at a level, as far as they have been measured."""
        return {
            method: self._measured[method][level]
            for method in self.names
            if level in self._measured[method]
        }

    def scores_by_level(self) -> dict[float, Scores]:
        """Return the scores by level, ascending, as far as they have been measured."""
        levels = set(self.corruption.corruption.levels(STEPS))
        levels |= {level for scores in self._measured.values() for level in scores.copy()}
        return {level: self.known(level) for level in sorted(levels)}

    def unmeasured(self) -> list[FixedCorruption]:
        """Return the levels of the curves that have not been measured."""
        levels = self.corruption.corruption.levels(STEPS)
        return [each for each in map(self.corruption.at, levels) if self._missing(each)]

    def curves(self) -> Measurement:
        """Return the measurement of the curves' missing levels."""
        denoisers, measured = self.denoisers, self.measured

        def measure() -> Iterator[None]:
            missing = self.unmeasured()
            methods = {method for each in missing for method in self._missing(each)}
            found = denoisers.score_all(measured, missing, methods)
            for each, scores in zip(missing, found, strict=True):
                self._keep(each, scores)
                yield

        return Measurement(
            key=f"{self.digest} {self.corruption.at(0.0)}",
            measure=measure,
            missing=lambda: len(self.unmeasured()),
            parts=len(self.corruption.corruption.levels(STEPS)),
            text="Measuring all noise levels…",
            background=_CURVES,
        )

    def _missing(self, corruption: FixedCorruption) -> list[Method]:
        known = self.known(corruption.level)
        return [method for method in self.names if method not in known]

    def _keep(self, corruption: FixedCorruption, scores: Scores) -> None:
        for method, score in scores.items():
            self._measured[method][corruption.level] = score

    @cached_property
    def _measured(self) -> dict[Method, dict[float, Score]]:
        """Scores of this kind of corruption by method and level, as far as there are any.

        What does not depend on the model, or only on its plain counterpart, is measured once.
        """
        digits, kind = self.digits.fingerprint, self.corruption.at(0.0)
        pca = self.checkpoint.pca
        sources: dict[Method, str] = {
            "noisy": "noisy",
            **{method: each.digest for method, each in self.checkpoints.items()},
            "pca": hashlib.sha256(pca.mean.tobytes() + pca.components.tobytes()).hexdigest(),
            "median": "median",
        }
        return {method: _cache(source, digits, kind) for method, source in sources.items()}


@shared(kept=1_000)
def _cache(source: str, digits: str, corruption: FixedCorruption) -> dict[float, Score]:
    return {}
