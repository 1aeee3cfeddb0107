"""Settings: what is refused, and that they survive the way through a checkpoint."""

import dataclasses
import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.models.autoencoder import Autoencoder
from aecore.models.families import family_of
from aecore.presets import PRESETS
from aecore.training.history import EpochRecord

MODEL = ModelConfig(latent_dim=2, hidden_dims=(8,))
TRAIN = TrainConfig(gamma=0.01)
NOISE = NoiseConfig()
RECORD = EpochRecord(epoch=1, train_loss=0.2, train_mse=0.1, test_mse=0.1, seconds=2.5)

noises = st.builds(
    NoiseConfig,
    kind=st.sampled_from(["masking", "gaussian", "salt_and_pepper"]),
    level=st.floats(0, 1),
)
configs = st.one_of(
    noises,
    st.builds(
        ModelConfig,
        latent_dim=st.integers(1, 784),
        hidden_dims=st.lists(st.integers(1, 4096), min_size=1, max_size=6).map(tuple),
        latent_dropout=st.floats(0, 0.99),
        weight_init=st.sampled_from(["default", "zeros"]),
        activation=st.sampled_from(["relu", "tanh", "logistic", "identity"]),
    ),
    st.builds(
        TrainConfig,
        gamma=st.floats(0, 100),
        noise=st.none() | noises,
        epochs=st.integers(1, 10_000),
        batch_size=st.integers(1, 60_000),
        learning_rate=st.floats(1e-8, 10),
        seed=st.integers(0, 2**63 - 1),
    ),
)

NO_NUMBERS = ["0.5", None, True, math.nan, math.inf, -math.inf, 10**400, [1]]
FAULTS = [
    (MODEL, "latent_dim", [0, -1, 785, 2.0, *NO_NUMBERS]),
    (MODEL, "hidden_dims", [(), (0,), (4097,), (8,) * 7, (8.0,), (True,), 8, "128", None]),
    (MODEL, "latent_dropout", [-0.1, 1.0, *NO_NUMBERS]),
    (MODEL, "activation", ["silu", "ReLU", "", None, ["relu"]]),
    (MODEL, "weight_init", ["ones", "", None, 0, ["zeros"]]),
    (NOISE, "kind", ["blur", "Masking", "", None, ["masking"]]),
    (NOISE, "level", [-0.01, 1.01, *NO_NUMBERS]),
    (TRAIN, "gamma", [-1e-9, 101, *NO_NUMBERS]),
    (TRAIN, "noise", ["masking:0.5", 0.5, {}, {"kind": "masking"}, MODEL]),
    (TRAIN, "epochs", [0, -1, 10_001, 1.0, *NO_NUMBERS]),
    (TRAIN, "batch_size", [0, 60_001, 1.0, *NO_NUMBERS]),
    (TRAIN, "learning_rate", [0, -1e-3, 10.1, *NO_NUMBERS]),
    (TRAIN, "optimizer", ["sgd", "Adam", None]),
    (TRAIN, "seed", [-1, 2**63, 0.0, *NO_NUMBERS]),
    (RECORD, "epoch", [-1, *NO_NUMBERS]),
    (RECORD, "train_loss", [-0.1, *NO_NUMBERS]),
]


@pytest.mark.parametrize(
    ("config", "field", "value"),
    [(config, field, value) for config, field, values in FAULTS for value in values],
)
def test_a_value_out_of_range_or_of_another_kind_is_refused_in_one_line(config, field, value):
    with pytest.raises(ConfigError) as caught:
        dataclasses.replace(config, **{field: value})

    assert field.split("_")[0] in str(caught.value).lower()
    assert "\n" not in str(caught.value)


@given(configs)
def test_settings_survive_the_way_through_json(config):
    text = json.dumps(config.to_dict())

    assert type(config).from_dict(json.loads(text)) == config


@pytest.mark.parametrize("config", [MODEL, TRAIN, NOISE, RECORD], ids=lambda c: type(c).__name__)
def test_a_field_too_few_or_too_many_or_no_fields_at_all_are_refused(config):
    values = config.to_dict()
    short = dict(list(values.items())[1:])

    for wrong in [short, values | {"color": 1}, values | {1: 2}, {}, [], None, "text"]:
        with pytest.raises(ConfigError):
            type(config).from_dict(wrong)


def test_relu_units_are_not_named_and_a_model_that_names_none_has_them():
    assert "activation" not in MODEL.to_dict()
    assert ModelConfig.from_dict(MODEL.to_dict()).activation == "relu"


def test_settings_are_frozen_and_hold_tuples():
    config = ModelConfig(latent_dim=2, hidden_dims=[64, 32])

    assert config.hidden_dims == (64, 32)
    assert hash(config) == hash(ModelConfig(latent_dim=2, hidden_dims=(64, 32)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.latent_dim = 3


def test_the_defaults_are_the_notebooks_recipe():
    assert TRAIN.to_dict() == {
        "gamma": 0.01,
        "noise": None,
        "epochs": 50,
        "batch_size": 256,
        "learning_rate": 1e-3,
        "optimizer": "adam",
        "schedule": "constant",
        "kl_weight": 0.0,
        "distortion": 0.0,
        "seed": 0,
    }


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("masking:0.5", NoiseConfig(kind="masking", level=0.5)),
        ("gaussian:.2", NoiseConfig(kind="gaussian", level=0.2)),
        ("salt_and_pepper:1", NoiseConfig(kind="salt_and_pepper", level=1.0)),
        ("gaussian", NoiseConfig(kind="gaussian", level=0.5)),
    ],
)
def test_noise_is_read_from_text(text, noise):
    assert NoiseConfig.parse(text) == noise


@pytest.mark.parametrize(
    "text", ["", ":", "masking:", "masking:half", "masking:2", "masking:nan", "blur:0.5", ":0.5"]
)
def test_text_that_is_no_noise_is_refused(text):
    with pytest.raises(ConfigError, match="noise"):
        NoiseConfig.parse(text)


@given(noises)
def test_what_noise_calls_itself_is_for_people(noise):
    kind, level = str(noise).rsplit(" ", 1)

    assert kind.replace(" ", "_") == noise.kind
    assert float(level) == pytest.approx(noise.level, rel=1e-5)


@pytest.mark.parametrize(
    "config",
    [
        *(preset.model for preset in PRESETS.values()),
        ModelConfig(latent_dim=3, hidden_dims=(20, 10, 5)),
    ],
    ids=[*PRESETS, "deep"],
)
def test_weight_shapes_are_those_of_the_model(config):
    state = Autoencoder(config, generator=torch.Generator()).state_dict()

    assert family_of(config).state_shapes(config) == {
        name: tuple(value.shape) for name, value in state.items()
    }


def test_layer_sizes_run_from_the_pixels_to_the_code():
    config = ModelConfig(latent_dim=3, hidden_dims=(20, 10))

    assert family_of(config).widths(config) == (784, 20, 10, 3)
