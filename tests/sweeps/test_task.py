"""A point trained as a worker trains it, kept and not kept, on data of several kinds."""

import dataclasses

import pytest

from aecore.data import sources
from aecore.sweeps import task
from aecore.sweeps.grid import SweepSpec
from tests.support.own_data import write_set


@pytest.mark.parametrize(
    ("kind", "has_accuracy"), [("digits8", True), ("classes47", True), ("plain", False)]
)
def test_a_point_tells_the_same_whether_its_checkpoint_is_kept(kind, has_accuracy, tmp_path):
    folder = str(write_set(tmp_path, kind))
    values = {"latent_dim": ("3",), "hidden_dims": ("8",), "epochs": ("2",)}
    spec = SweepSpec(preset="plane", values=values, data=folder)
    options = {
        "data": folder,
        "fingerprint": sources.load(folder).fingerprint,
        "device": "cpu",
        "threads": 1,
    }

    (kept, content), (bare, nothing) = (
        task.train_point("test", spec.points()[0], keep=keep, **options) for keep in (True, False)
    )

    assert dataclasses.replace(kept, seconds=None) == dataclasses.replace(bare, seconds=None)
    assert (bare.error, bare.knn5_accuracy is not None) == (None, has_accuracy)
    assert content
    assert not nothing
    elsewhere, _ = task.train_point(
        "test", spec.points()[0], keep=False, **options | {"device": "abacus"}
    )
    assert (elsewhere.is_final, "no device" in elsewhere.error) == (False, True)
