"""What a measure may look at: the model and the data in use, and the shipped models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.file import Checkpoint
from aecore.data.dataset import DatasetSpec

if TYPE_CHECKING:  # loads torch, and grading needs no model
    from aecore.models.autoencoder import Autoencoder


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


def _build(checkpoint: Checkpoint) -> Autoencoder:
    from aecore.models.inference import build_model

    return build_model(checkpoint.card.model, checkpoint.weights)


@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """The model and the data in use."""

    checkpoint: Checkpoint
    test_set: TestSet
    pca_errors: Callable[[], Mapping[int, float]]
    """Returns PCA's test error by D, measured on the data in use."""
    load: Callable[[str], Checkpoint] = checkpoint_file.load
    """Loads another model by its name; raises `CheckpointError` where there is none."""
    build: Callable[[Checkpoint], Autoencoder] = _build
    """Returns the autoencoder of a checkpoint, in eval mode."""

    @property
    def data_in_words(self) -> str:
        """What was measured on, as in `10,000 test digits of MNIST`."""
        spec = self.test_set.spec
        return f"{len(self.test_set.labels):,} test {spec.nouns} of {spec.title}"
