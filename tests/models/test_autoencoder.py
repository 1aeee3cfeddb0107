"""The network: shapes, first weights, code dropout and the penalty."""

import math

import pytest
import torch
from torch import nn

from aecore.config import ModelConfig
from aecore.models.autoencoder import Autoencoder, new_model
from aecore.presets import PRESETS

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("torch_threads")

MODELS = pytest.mark.parametrize(
    "config", [preset.model for preset in PRESETS.values()], ids=list(PRESETS)
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def small_model(**changes):
    config = ModelConfig(**{"latent_dim": 4, "hidden_dims": (12, 6)} | changes)
    return Autoencoder(config, generator=seeded())


def linears(model):
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


@MODELS
def test_shapes_are_as_documented_and_the_input_is_left_alone(config):
    model = Autoencoder(config, generator=seeded())
    x = torch.rand(3, 784, generator=seeded(1))
    before = x.clone()

    z = model.encoder(x)

    assert z.shape == (3, config.latent_dim)
    assert model.decoder(z, generator=seeded()).shape == (3, 784)
    assert model(x, generator=seeded()).shape == (3, 784)
    assert torch.equal(x, before)


def test_the_decoder_mirrors_the_encoder_with_relu_between_and_none_at_the_ends():
    model = small_model()

    sizes = [(layer.in_features, layer.out_features) for layer in linears(model)]
    assert sizes == [(784, 12), (12, 6), (6, 4), (4, 6), (6, 12), (12, 784)]
    for part in (model.encoder, model.decoder):
        kinds = [type(layer) for layer in part.layers]
        assert kinds == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear]


def test_the_network_is_what_a_hand_written_one_computes():
    model = small_model().eval()
    x = torch.rand(5, 784, generator=seeded(1))

    expected = x
    for index, layer in enumerate(linears(model)):
        expected = expected @ layer.weight.T + layer.bias
        if index not in (2, 5):  # the code and the output are linear
            expected = expected.clamp(min=0)

    torch.testing.assert_close(model(x), expected)


@MODELS
def test_first_weights_are_as_pytorch_draws_them(config):
    model = Autoencoder(config, generator=seeded())

    for layer in linears(model):
        bound = 1 / math.sqrt(layer.in_features)
        drawn = [layer.bias] if config.weight_init == "zeros" else [layer.weight, layer.bias]
        for values in drawn:
            assert values.abs().max().item() <= bound
            # A uniform distribution up to the bound, within five standard errors.
            error = 5 * bound / math.sqrt(3 * values.numel())
            assert values.mean().item() == pytest.approx(0, abs=error)
            assert values.abs().mean().item() == pytest.approx(bound / 2, abs=error)


def test_default_first_weights_are_bounded_as_those_of_a_linear_layer():
    torch_state = torch.get_rng_state()
    reference = nn.Linear(784, 200)
    torch.set_rng_state(torch_state)

    ours = linears(small_model(hidden_dims=(200,)))[0]

    for name in ("weight", "bias"):
        a, b = getattr(ours, name), getattr(reference, name)
        assert a.abs().max().item() == pytest.approx(b.abs().max().item(), rel=0.05)
        assert a.std().item() == pytest.approx(b.std().item(), rel=0.1)


def test_zeros_sets_the_matrices_and_leaves_the_biases_as_they_are_by_default():
    plain, zeros = small_model(), small_model(weight_init="zeros")

    for layer, zero in zip(linears(plain), linears(zeros), strict=True):
        assert layer.weight.any()
        assert not zero.weight.any()
        assert zero.bias.any()
        assert torch.equal(layer.bias, zero.bias)


def test_weights_depend_on_the_generator_alone():
    def weights(seed):
        model = Autoencoder(ModelConfig(latent_dim=2, hidden_dims=(8,)), generator=seeded(seed))
        return nn.utils.parameters_to_vector(model.parameters())

    before = torch.get_rng_state()
    first, same, other = weights(1), weights(1), weights(2)

    assert torch.equal(first, same)
    assert (first != other).all()
    assert torch.equal(torch.get_rng_state(), before)


class Listener(nn.Module):
    """Stands in for the decoder's layers and keeps what they are given."""

    def forward(self, z):
        self.heard = z
        return z


def dropped(share, *, training, seed=0):
    """What reaches the decoder's layers of a code of ones."""
    decoder = small_model(latent_dropout=share).decoder.train(training)
    decoder.layers = Listener()
    decoder(torch.ones(5_000, 4), generator=seeded(seed))
    return decoder.layers.heard


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_dropout_takes_the_named_share_of_the_code_and_scales_the_rest(share):
    heard = dropped(share, training=True)

    assert (heard == 0).float().mean().item() == pytest.approx(share, abs=0.02)
    kept = heard[heard != 0]
    torch.testing.assert_close(kept, torch.full_like(kept, 1 / (1 - share)))
    assert heard.mean().item() == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize(("share", "training"), [(0.8, False), (0.0, True), (0.0, False)])
def test_the_code_is_whole_without_dropout_and_outside_training(share, training):
    assert torch.equal(dropped(share, training=training), torch.ones(5_000, 4))


def test_dropout_is_that_of_the_generator():
    first, same, other = (dropped(0.5, training=True, seed=seed) for seed in (1, 1, 2))

    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_variational_encoder_gives_means_and_log_variances_and_its_codes_are_the_means():
    model = small_model(variational=True)
    x = torch.rand(6, 784, generator=seeded(1))

    mean, log_variance = model.encoder.distribution(x)

    both = model.encoder.layers(x)
    dim = model.config.latent_dim
    torch.testing.assert_close(mean, both[:, :dim])
    torch.testing.assert_close(log_variance, both[:, dim:])
    torch.testing.assert_close(model.encoder(x), mean)
    torch.testing.assert_close(model(x), model.decoder(mean))


def test_a_logistic_output_is_the_linear_one_squeezed_between_0_and_1():
    linear, logistic = small_model(), small_model(output="logistic")
    z = 30 * torch.randn(7, 4, generator=seeded(1))

    pixels = logistic.decoder(z)

    torch.testing.assert_close(pixels, 1 / (1 + torch.exp(-linear.decoder(z))))
    assert 0 <= pixels.min() < 0.2 < 0.8 < pixels.max() <= 1


def test_a_model_is_new_by_its_seed_alone():
    config = ModelConfig(latent_dim=3, hidden_dims=(12,))
    first, same, other = (
        nn.utils.parameters_to_vector(new_model(config, seed=s, device=CPU).parameters())
        for s in (5, 5, 6)
    )

    assert torch.equal(first, same)
    assert not torch.equal(first, other)
