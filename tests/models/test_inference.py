"""Arrays in, arrays out: batched, always in eval mode, and as PyTorch itself computes."""

import numpy as np
import pytest
import torch

from aecore.config import ModelConfig
from aecore.errors import CheckpointError, ShapeError
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.families import family_of
from aecore.models.inference import build_model, decode, encode, reconstruct, weights_of

pytestmark = pytest.mark.usefixtures("torch_threads")

CONFIG = ModelConfig(latent_dim=3, hidden_dims=(12,), latent_dropout=0.8)


@pytest.fixture
def model():
    return Autoencoder(CONFIG, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9])
def test_batches_make_no_difference(model, unit_digits, monkeypatch, n):
    monkeypatch.setattr(inference, "_BATCH", 4)
    images = unit_digits[:n]

    codes, output = encode(model, images), reconstruct(model, images)

    with torch.no_grad():
        z = model.eval().encoder(torch.tensor(images))
        expected = model.decoder(z)
    assert codes.dtype == output.dtype == np.float32
    assert (codes.shape, output.shape) == ((n, 3), (n, 784))
    np.testing.assert_allclose(codes, z, atol=1e-6)
    np.testing.assert_allclose(output, expected, atol=1e-6)
    np.testing.assert_allclose(decode(model, codes), expected, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_a_model_in_training_is_looked_at_without_dropout_and_left_in_training(
    model, unit_digits, training
):
    model.train(training)

    first, second = (reconstruct(model, unit_digits[:5]) for _ in range(2))

    np.testing.assert_array_equal(first, second)
    assert model.training is model.decoder.training is training


def test_double_precision_is_taken_and_inputs_stay_as_they_were(model, unit_digits):
    images = unit_digits[:5]  # read-only
    codes = encode(model, images).astype(np.float64)
    before = codes.copy()

    np.testing.assert_array_equal(decode(model, codes), decode(model, codes.astype(np.float32)))

    np.testing.assert_array_equal(codes, before)


@pytest.mark.parametrize("shape", [(784,), (1, 783), (2, 28, 28), (0,)])
def test_arrays_that_are_no_digits_are_refused(model, shape):
    for function in (encode, reconstruct):
        with pytest.raises(ShapeError, match=r"\(B, 784\)"):
            function(model, np.zeros(shape, np.float32))


@pytest.mark.parametrize("shape", [(3,), (1, 2), (1, 784)])
def test_codes_of_another_size_are_refused(model, shape):
    with pytest.raises(ShapeError, match=r"\(B, 3\)"):
        decode(model, np.zeros(shape, np.float32))


def test_a_model_is_rebuilt_from_its_weights_ready_to_look(model, unit_digits):
    weights = weights_of(model)

    rebuilt = build_model(CONFIG, weights)

    assert {name: value.shape for name, value in weights.items()} == family_of(CONFIG).state_shapes(
        CONFIG
    )
    np.testing.assert_array_equal(
        reconstruct(rebuilt, unit_digits[:9]), reconstruct(model, unit_digits[:9])
    )
    assert not rebuilt.training
    assert not any(parameter.requires_grad for parameter in rebuilt.parameters())


def test_weights_are_a_copy_either_way(model):
    weights = weights_of(model)
    rebuilt = build_model(CONFIG, weights)
    before = [p.clone() for p in (*model.parameters(), *rebuilt.parameters())]

    for value in weights.values():
        value += 1

    for old, new in zip(before, (*model.parameters(), *rebuilt.parameters()), strict=True):
        assert torch.equal(old, new)


def test_weights_that_overflow_are_told_and_not_shown():
    config = ModelConfig(latent_dim=2, hidden_dims=(3,))
    huge = {
        name: np.full(shape, 1e38, dtype=np.float32)
        for name, shape in family_of(config).state_shapes(config).items()
    }

    with pytest.raises(CheckpointError, match="overflow"):
        reconstruct(build_model(config, huge), np.ones((1, 784), dtype=np.float32))
