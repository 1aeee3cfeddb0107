"""Networks in NumPy, against the same weights in PyTorch."""

import math

import numpy as np
import pytest
import torch

from aecore.analysis import feature_maps as maps
from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig
from aecore.errors import CheckpointError, ConfigError, ShapeError
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.inference import build_model, inference_model, weights_of
from aecore.models.network import Network

pytest_plugins = ["tests.support.tiny_conv"]
pytestmark = pytest.mark.usefixtures("torch_threads")

RNG = np.random.default_rng(0)
DENSE = ModelConfig(latent_dim=3, hidden_dims=(12, 7), latent_dropout=0.5)
CHANGES = [
    {},
    {"variational": True},
    {"output": "logistic"},
    *({"activation": name} for name in ("tanh", "logistic", "identity")),
    {"input_shape": (5,)},
    *(
        {"family": "conv", "hidden_dims": (6,), "input_shape": shape}
        for shape in [(8, 8), (9, 15), (28, 28), (31, 40, 3)]
    ),
    {"family": "conv", "hidden_dims": (5,), "variational": True, "output": "logistic"},
]


@pytest.fixture(params=CHANGES, ids=[str(change) for change in CHANGES])
def pair(request):
    """A model in PyTorch, and its network."""
    config = ModelConfig(**(DENSE.to_dict() | request.param))
    model = Autoencoder(config, generator=torch.Generator().manual_seed(0))
    return model, inference_model(config, weights_of(model))


def test_it_computes_what_the_model_does(pair, monkeypatch):
    monkeypatch.setattr(inference, "_BATCH", 4)
    monkeypatch.setattr(inference, "_MAPS_VALUES", 3_000)
    model, network = pair
    rows = RNG.random((9, math.prod(model.config.input_shape)), dtype=np.float32)

    assert isinstance(network, Network)
    codes = inference.encode(network, rows)
    for function, batch in (
        (inference.encode, rows),
        (inference.reconstruct, rows),
        (inference.decode, codes),
        (inference.decode, codes[:0]),
    ):
        found = function(network, batch)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, function(model, batch), atol=2e-6)
    if model.config.variational:
        for found, expected in zip(
            *(inference.code_distribution(each, rows) for each in pair[::-1]), strict=True
        ):
            np.testing.assert_allclose(found, expected, atol=2e-6)


@pytest.mark.parametrize("name", catalog.names())
def test_shipped_models_give_the_same_pictures(name, unit_digits):
    checkpoint = checkpoint_file.load(name)
    model, network = (
        build(checkpoint.card.model, checkpoint.weights) for build in (build_model, inference_model)
    )

    found, expected = (inference.reconstruct(each, unit_digits[:50]) for each in (network, model))

    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(found - expected).mean() < 1e-6


def test_feature_maps_and_kernels_are_those_of_the_model(unit_digits):
    checkpoint = checkpoint_file.load("conv-32")
    model, network = (
        build(checkpoint.card.model, checkpoint.weights) for build in (build_model, inference_model)
    )

    assert len(maps.convolutions(network)) == len(maps.convolutions(model)) == 2
    for index in range(2):
        np.testing.assert_array_equal(maps.kernels(network, index), maps.kernels(model, index))
        found, expected = (maps.feature_maps(m, index, unit_digits[:3]) for m in (network, model))
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_rows_of_another_width_and_values_that_overflow_are_refused():
    weights = weights_of(Autoencoder(DENSE, generator=torch.Generator().manual_seed(0)))
    network = inference_model(DENSE, {name: value * 1e30 for name, value in weights.items()})

    with pytest.raises(ShapeError, match="784"):
        inference.encode(network, np.zeros((1, 783), np.float32))
    with pytest.raises(CheckpointError, match="overflow"):
        inference.reconstruct(network, RNG.random((2, 784), dtype=np.float32))


def test_a_family_that_browsers_cannot_compute_needs_pytorch(tiny_conv):
    config = ModelConfig(latent_dim=2, hidden_dims=(3,), family=tiny_conv.name)
    model = Autoencoder(config, generator=torch.Generator().manual_seed(0))

    assert isinstance(inference_model(config, weights_of(model)), Autoencoder)
    with pytest.raises(ConfigError, match="does not run in a browser"):
        Network(config, weights_of(model))
