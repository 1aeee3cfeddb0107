"""The loss: the KL divergence and weight decay in it."""

import pytest
import torch
from torch import nn

from aecore.config import ModelConfig
from aecore.models.autoencoder import Autoencoder
from aecore.training.loss import kl_divergence, weight_decay

pytestmark = pytest.mark.usefixtures("torch_threads")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def small_model():
    return Autoencoder(ModelConfig(latent_dim=4, hidden_dims=(12, 6)), generator=seeded())


def linears(model):
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def test_weight_decay_is_gamma_times_the_mean_square_of_each_matrix():
    model = small_model()

    by_hand = sum((layer.weight.detach().double() ** 2).mean() for layer in linears(model)) * 0.03

    assert weight_decay(model, 0.03).item() == pytest.approx(by_hand.item(), rel=1e-6)


def test_weight_decay_leaves_biases_alone():
    model = small_model()
    before = weight_decay(model, 1.0).item()

    for layer in linears(model):
        nn.init.constant_(layer.bias, 100.0)

    assert weight_decay(model, 1.0).item() == before


def test_the_divergence_is_that_of_torch_distributions():
    mean, log_variance = torch.randn(2, 5, 3, generator=seeded())
    normal = torch.distributions.Normal

    found = kl_divergence(mean, log_variance)

    expected = torch.distributions.kl_divergence(
        normal(mean, (0.5 * log_variance).exp()), normal(0.0, 1.0)
    )
    torch.testing.assert_close(found, expected.sum(dim=1))
