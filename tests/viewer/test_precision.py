"""Weights travel in half precision where no picture shows it."""

from dataclasses import replace

import numpy as np
import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig
from aecore.models.inference import build_model, decode
from aecore.presets import PRESETS
from aecore.viewer import precision
from tests.support.checkpoint_files import small_checkpoint

DENSE = ModelConfig(latent_dim=3, hidden_dims=(6,))


@pytest.mark.parametrize("name", PRESETS)
def test_no_picture_of_a_shipped_model_changes_visibly(name):
    checkpoint = checkpoint_file.load(name)
    codes = checkpoint.codes.astype(np.float32)

    digits, sent = (
        decode(build_model(checkpoint.card.model, weights), codes)
        for weights in (checkpoint.weights, precision.sent_weights(checkpoint))
    )

    assert np.abs(digits - sent).max() < precision.INVISIBLE


@pytest.mark.parametrize(("size", "is_half"), [(0.02, True), (40.0, False)])
def test_weights_that_would_show_it_keep_their_precision(size, is_half):
    checkpoint = small_checkpoint(DENSE)
    weights = {name: size * value for name, value in checkpoint.weights.items()}

    assert precision.rounds_decoder(replace(checkpoint, weights=weights)) == is_half


def test_arrays_are_halved_where_that_loses_nothing_and_weights_where_they_may():
    arrays = {
        "columns0": np.array([0.1, 0.2], np.float32),
        "encoder_bias0": np.array([0.3], np.float32),
        "own_distances": np.array([0.1], np.float32),
        "own_errors": np.array([0.5], np.float32),
        "mean": np.array([0.5]),
    }

    kept, halved = (precision.compact(arrays, rounded=each) for each in (False, True))

    assert [str(each.dtype) for each in kept.values()] == [
        *("float32", "float32", "float32", "float16", "float64")
    ]
    assert [str(each.dtype) for each in halved.values()] == [
        *("float16", "float32", "float32", "float16", "float64")
    ]
