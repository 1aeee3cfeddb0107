"""Convolutional networks of pictures of many shapes."""

import math

import numpy as np
import pytest
import torch

from aecore.config import ModelConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.models.autoencoder import new_model
from aecore.models.families import family_of
from aecore.models.inference import weights_of
from aecore.training.loop import train

pytestmark = pytest.mark.usefixtures("torch_threads")

CPU = torch.device("cpu")
SHAPES = [(8, 8), (9, 15), (28, 28), (64, 64, 3), (31, 128), (128, 128, 3)]


def conv(shape, **changes):
    return ModelConfig(
        **{"latent_dim": 4, "hidden_dims": (6,), "family": "conv", "input_shape": shape} | changes
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("changes", [{}, {"variational": True, "hidden_dims": (6, 5)}])
def test_pictures_of_any_shape_come_back_in_it(shape, changes):
    config = conv(shape, **changes)
    model = new_model(config, seed=0, device=CPU)
    pictures = torch.rand(2, math.prod(shape))

    codes = model.encoder(pictures)

    assert codes.shape == (2, 4)
    assert model.decoder(codes).shape == pictures.shape
    state = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert family_of(config).state_shapes(config) == state
    assert list(family_of(config).state_shapes(config)) == list(state)


def test_other_units_than_relu_are_refused():
    config = conv((8, 8), activation="tanh")

    with pytest.raises(ConfigError, match="activation tanh is of dense networks"):
        new_model(config, seed=0, device=CPU)


def test_depth_and_channels_follow_the_size():
    depths = {shape: len(family_of(conv(shape)).maps(conv(shape))) - 1 for shape in SHAPES}

    assert list(depths.values()) == [1, 1, 2, 4, 2, 4]
    assert family_of(conv((28, 28))).structure(conv((28, 28))) == (
        "28×28 → 14×14×32 → 7×7×64 → 6 → 4, mirrored"
    )


def test_a_channel_stays_a_channel():
    """A picture in color that is red alone differs from one that is blue alone in the first map."""
    model = new_model(conv((8, 8, 3)), seed=0, device=CPU)
    red, blue = torch.zeros(2, 8, 8, 3)
    red[..., 0], blue[..., 2] = 1, 1
    kernels, bias = list(model.encoder.parameters())[:2]

    maps = model.encoder.layers[:2](torch.stack([red, blue]).flatten(1))

    for channel, found in ((0, maps[0]), (2, maps[1])):
        expected = kernels[:, channel].sum(dim=(1, 2)) + bias  # inside, where no edge is near
        torch.testing.assert_close(found[:, 1, 1], expected)


@pytest.mark.parametrize("shape", [(16, 12), (16, 16, 3)])
def test_it_learns(shape):
    rows = torch.rand(40, 4).repeat_interleave(math.prod(shape) // 4, dim=1)
    model = new_model(conv(shape, hidden_dims=(16,)), seed=0, device=CPU)
    recipe = TrainConfig(gamma=0.0, epochs=30, batch_size=20, learning_rate=3e-3)

    errors = [record.test_mse for record in train(model, rows, rows, recipe)]

    assert errors[-1] < errors[0] / 2


@pytest.mark.parametrize(("shape", "message"), [((64,), "needs pictures"), ((7, 9), "8 x 8")])
def test_what_it_cannot_take_is_refused(shape, message):
    with pytest.raises(ConfigError, match=message):
        new_model(conv(shape), seed=0, device=CPU)


def test_the_browsers_layers_hold_every_weight_once():
    config = conv((16, 16, 3))
    weights = weights_of(new_model(config, seed=0, device=CPU))

    parts = [
        family_of(config).browser_layers(config, weights, each) for each in ("encoder", "decoder")
    ]

    sent = [
        value.ravel()
        for part in parts
        for name, value in part.items()
        if not name.startswith("maps")
    ]
    own = [value.ravel() for value in weights.values()]
    np.testing.assert_array_equal(np.sort(np.concatenate(sent)), np.sort(np.concatenate(own)))
