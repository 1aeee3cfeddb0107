"""The named experiments are those of the design, no more and no less."""

import pytest

from aecore.config import NoiseConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.presets import PRESETS, get_preset

MASKING = NoiseConfig(kind="masking", level=0.5)
GAUSSIAN = NoiseConfig(kind="gaussian", level=0.2)
DEEP = (512, 256, 128)
TABLE = {
    # name: D, hidden, code dropout, weight init, gamma, corruption
    "plane": (2, (128,), 0.0, "default", 1e-2, None),
    "narrow-dropout": (64, (64,), 0.8, "zeros", 1e-2, None),
    "narrow": (64, (64,), 0.0, "default", 1e-4, None),
    "wide-dropout": (128, (256,), 0.8, "default", 1e-4, None),
    "wide": (128, (256,), 0.0, "default", 1e-4, None),
    "denoise-mask": (32, (256,), 0.0, "default", 1e-4, MASKING),
    "denoise-gaussian": (32, (256,), 0.0, "default", 1e-4, GAUSSIAN),
    "plain-32": (32, (256,), 0.0, "default", 1e-4, None),
    "deep-plane": (2, DEEP, 0.0, "default", 1e-4, None),
    "deep-30": (30, (1000, 500, 250), 0.0, "default", 1e-4, None),
    "variational-plane": (2, DEEP, 0.0, "default", 1e-4, None),
}


MOST_EPOCHS = {"deep-30": 60}
"""Of models that are not the notebook's, whose 50 the others stay below."""


def test_there_are_these_presets_in_this_order():
    assert list(PRESETS) == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_preset_is_as_in_the_table(name):
    preset = get_preset(name)

    model, train = preset.model, preset.train
    assert (
        model.latent_dim,
        model.hidden_dims,
        model.latent_dropout,
        model.weight_init,
        train.gamma,
        train.noise,
    ) == TABLE[name]
    assert preset.name == name
    assert (train.optimizer, train.schedule) == ("muon", "linear")
    assert preset.parity_epochs <= train.epochs
    assert train.epochs <= MOST_EPOCHS.get(name, 49)


@pytest.mark.parametrize("name", TABLE)
def test_the_notebooks_recipe_is_the_default_one_for_the_same_task(name):
    preset = get_preset(name)

    recipe = preset.notebook_recipe()

    same_task = {key: getattr(preset.train, key) for key in ("gamma", "noise", "kl_weight")}
    assert recipe == TrainConfig(**same_task)


def test_only_one_model_is_variational_and_only_it_weighs_the_divergence():
    for preset in PRESETS.values():
        assert preset.model.variational == (preset.name == "variational-plane")
        assert (preset.train.kl_weight > 0) == preset.model.variational


def test_titles_tell_presets_apart():
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)


def test_an_unknown_preset_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(ConfigError, match=r"no preset 'plain'\. .*plane, narrow-dropout"):
        get_preset("plain")
