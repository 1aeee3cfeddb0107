"""What a measure may look at: the model and the data in use, and other models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from aecore.analysis import metrics
from aecore.analysis.sampling import evenly_spaced
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.file import Checkpoint
from aecore.data.dataset import DatasetSpec
from aecore.lessons.lesson import LessonError
from aecore.models.inference import Model, encode, inference_model, reconstruct
from aecore.validation import require_width

MEASURED = 2_000
"""Most test pictures that go through a model; a checkpoint's own are known already, all of them."""


class TestSet(Protocol):
    """The N test pictures in use."""

    @property
    def images(self) -> np.ndarray:
        """(N, P) float32 in 0..1."""

    @property
    def labels(self) -> np.ndarray:
        """(N,): numbers of `names`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the labels."""

    @property
    def fingerprint(self) -> str:
        """Of the data set; see `aecore.data.dataset`."""

    @property
    def spec(self) -> DatasetSpec:
        """What the pictures show."""


def _build(checkpoint: Checkpoint) -> Model:
    return inference_model(checkpoint.card.model, checkpoint.weights)


@dataclass(frozen=True, eq=False)
class Measured:
    """A model on the test pictures in use: all of them, or `MEASURED` evenly spaced ones.

    All where the checkpoint knows their codes and errors, or there are no more.
    """

    checkpoint: Checkpoint
    model: Callable[[], Model]
    test_set: TestSet

    @property
    def _is_own(self) -> bool:
        own = self.test_set.fingerprint == self.checkpoint.card.fingerprint
        return own and len(self.checkpoint.codes) == len(self.test_set.labels)

    @cached_property
    def rows(self) -> np.ndarray:
        """Positions of the pictures, ascending."""
        count = len(self.test_set.labels)
        return evenly_spaced(count, count if self._is_own else MEASURED)

    @property
    def images(self) -> np.ndarray:
        """(n, P) float32 in 0..1."""
        return self.test_set.images[self.rows]

    @property
    def labels(self) -> np.ndarray:
        """(n,)."""
        return self.test_set.labels[self.rows]

    @cached_property
    def codes(self) -> np.ndarray:
        """(n, D) float32."""
        if self._is_own:
            return self.checkpoint.codes.astype(np.float32)
        return encode(self.model(), self.images)

    @cached_property
    def errors(self) -> np.ndarray:
        """Mean squared error of each reconstruction of a clean picture, (n,) float64."""
        if self._is_own:
            return self.checkpoint.errors.astype(np.float64)
        return metrics.mse(self.images, reconstruct(self.model(), self.images))

    @cached_property
    def pca_errors(self) -> np.ndarray:
        """The same of PCA with as many dimensions, fitted to the model's training pictures."""
        return metrics.mse(self.images, self.checkpoint.pca.reconstruct(self.images))

    @property
    def pictures(self) -> str:
        """What was measured on, as in `10,000 test digits of MNIST`."""
        spec = self.test_set.spec
        return f"{len(self.rows):,} test {spec.nouns} of {spec.title}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """The model and the data in use."""

    checkpoint: Checkpoint
    test_set: TestSet
    pca_errors: Callable[[], Mapping[int, float]]
    """Returns PCA's test error by D, fitted to and measured on the data in use."""
    load: Callable[[str], Checkpoint] = checkpoint_file.load
    """Loads another model by its name; raises `CheckpointError` where there is none."""
    build: Callable[[Checkpoint], Model] = _build
    """Returns the autoencoder of a checkpoint, to encode and decode with."""

    def measured(self, name: str = "") -> Measured:
        """Return a model on the test pictures in use: that of the context, or another by name.

        Raises
        ------
        CheckpointError
            If there is no such model.
        ShapeError
            If it takes pictures of another size.
        """
        checkpoint = self.load(name) if name else self.checkpoint
        require_width("A model's input", self.test_set.images, checkpoint.card.model.n_inputs)
        return Measured(checkpoint, lambda: self.build(checkpoint), self.test_set)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes.

        Raises
        ------
        LessonError
            If the data in use have none.
        """
        if len(self.test_set.names) < 2:
            raise LessonError(
                f"The data in use, {self.test_set.spec.title}, have no classes, and this step is "
                "about them. Choose MNIST on the page Data."
            )
        return self.test_set.names

    def label(self, name: str) -> int:
        """Return the number of a class by its name.

        Raises
        ------
        LessonError
            If the data in use have no such class.
        """
        if name not in self.test_set.names:
            title = self.test_set.spec.title
            raise LessonError(
                f"The data in use, {title}, have no class {name!r}, which this step is about. "
                "Choose MNIST on the page Data."
            )
        return self.test_set.names.index(name)

    @property
    def data_in_words(self) -> str:
        """All test pictures in use, as in `10,000 test digits of MNIST`."""
        spec = self.test_set.spec
        return f"{len(self.test_set.labels):,} test {spec.nouns} of {spec.title}"
