"""The data in use, as lessons see it, and a lesson of one step."""

from dataclasses import dataclass

import numpy as np

from aecore.data.dataset import Dataset, DatasetSpec
from aecore.imaging.levels import to_unit
from aecore.lessons.context import Context
from aecore.models import pca


@dataclass(frozen=True, eq=False)
class Pictures:
    """The test pictures of a data set."""

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    fingerprint: str
    spec: DatasetSpec


def pictures_of(dataset: Dataset) -> Pictures:
    return Pictures(
        images=to_unit(dataset.test_images),
        labels=dataset.test_labels,
        names=dataset.spec.classes,
        fingerprint=dataset.fingerprint,
        spec=dataset.spec,
    )


def context_of(checkpoint, dataset: Dataset, **options) -> Context:
    """A model and a data set in use."""
    return Context(
        checkpoint=checkpoint,
        test_set=pictures_of(dataset),
        pca_errors=lambda: dict(enumerate(pca.pca_errors(dataset).tolist()[1:], 1)),
        **options,
    )


LESSON = """\
title = "Two numbers"
summary = "What two numbers can hold"
minutes = 5

[[step]]
title = "First"
page = "reconstruct"
state = { model = "plane" }
hide = ["model"]
light = "reconstruction_grid"
question = '''
How large?
'''
[step.prediction]
kind = "number"
minimum = 0
maximum = 1
[step.answer]
measure = "unit_cost"
arguments = { unit = 2 }
"""
