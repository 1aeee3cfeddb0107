"""Layers in NumPy give what PyTorch gives."""

import numpy as np
import pytest
import torch

from aecore.models import inference
from aecore.models.families import family_of
from tests.support import networks

SHAPES = pytest.mark.parametrize("config", networks.SHAPES.values(), ids=networks.SHAPES)


@SHAPES
def test_every_layer_gives_what_the_model_gives(config, unit_digits):
    model, layers = networks.make(config)
    images = unit_digits[:20]

    expected = networks.outputs(model, torch.tensor(images))

    assert len(layers.matrices) == len(expected)
    for layer, values in enumerate(expected):
        np.testing.assert_allclose(layers.run(images, last=layer), values, atol=1e-5)


@SHAPES
def test_the_whole_run_is_the_reconstruction_and_the_code_lies_where_it_says(config, unit_digits):
    model, layers = networks.make(config)

    codes = layers.run(unit_digits, last=layers.code)

    np.testing.assert_allclose(codes, inference.encode(model, unit_digits), atol=1e-5)
    output = layers.run(codes, first=layers.code + 1)
    np.testing.assert_allclose(output, inference.reconstruct(model, unit_digits), atol=1e-5)


@SHAPES
def test_only_the_code_and_the_pixels_are_not_hidden(config):
    _, layers = networks.make(config)
    numbers = range(len(layers.matrices))

    linear = [i for i in numbers if not layers.hidden(i)]

    assert linear == [len(config.hidden_dims), 2 * len(config.hidden_dims) + 1]
    is_relu = config.activation == "relu"
    assert [layers.rectified(i) for i in numbers] == [is_relu and layers.hidden(i) for i in numbers]


@SHAPES
def test_the_gradient_is_that_of_autograd(config, unit_digits):
    model, layers = networks.make(config)
    digit = torch.tensor(unit_digits[3])

    expected = torch.autograd.functional.jacobian(lambda x: model.encoder(x[None])[0], digit)

    np.testing.assert_allclose(layers.gradient(unit_digits[3]), expected, atol=1e-6)


def test_of_an_encoder_that_gives_more_than_the_code_the_code_comes_first(unit_digits):
    config = networks.SHAPES["one hidden layer"]
    model, layers = networks.make(config)
    weights = inference.weights_of(model)
    for name in ("encoder.layers.2.weight", "encoder.layers.2.bias"):
        weights[name] = np.concatenate([weights[name], weights[name]])

    doubled = family_of(config).dense_layers(config, weights)

    np.testing.assert_array_equal(doubled.run(unit_digits), layers.run(unit_digits))
