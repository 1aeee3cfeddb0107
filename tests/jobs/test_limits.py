"""The limits of the app: what is refused."""

import dataclasses

import pytest

from aecore.config import ModelConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.jobs import limits
from aecore.models.families import family_of
from aecore.presets import PRESETS, get_preset

PLANE = get_preset("plane")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_preset_is_within_the_limits(preset):
    limits.check(preset.model, preset.train)
    limits.check(preset.model, preset.notebook_recipe())

    assert family_of(preset.model).count_weights(preset.model) < limits.MAX_WEIGHTS


@pytest.mark.parametrize(
    ("model", "train", "message"),
    [
        (
            {"hidden_dims": (4096,)},
            {},
            "The width of a hidden layer must be a whole number from 1 to 2,048",
        ),
        ({"hidden_dims": (2048, 2048)}, {}, r"would have 11,\d+,\d+ weights; at most 8,000,000"),
        ({"latent_dropout": 0.99}, {}, "Code dropout must be a number from"),
        ({}, {"epochs": 501}, "Epochs must be a whole number from 1 to 500, not 501"),
        ({}, {"batch_size": 8}, "Batch size must be a whole number from 16 to 8,192"),
        ({}, {"learning_rate": 5.0}, "Learning rate must be a number from"),
        ({}, {"gamma": 2.0}, "Weight decay \\(γ\\) must be a number from"),
        ({"variational": True}, {"kl_weight": 2.0}, "KL weight must be a number from"),
        ({}, {"kl_weight": 0.1}, "Leave its weight at 0"),
    ],
)
def test_what_is_beyond_the_limits_is_refused_with_its_bounds(model, train, message):
    with pytest.raises(ConfigError, match=message):
        limits.check(
            dataclasses.replace(PLANE.model, **model), dataclasses.replace(PLANE.train, **train)
        )


def test_the_largest_that_is_allowed_passes():
    model = ModelConfig(latent_dim=784, hidden_dims=(1024,) * 3, latent_dropout=0.95)
    train = TrainConfig(gamma=1.0, epochs=500, batch_size=16, learning_rate=1.0)

    assert limits.check(model, train) is None
