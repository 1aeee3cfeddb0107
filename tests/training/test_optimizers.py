"""Muon against a singular value decomposition, and the penalty and schedule written out."""

import math

import pytest
import torch

from aecore.config import ModelConfig, TrainConfig
from aecore.models.autoencoder import Autoencoder
from aecore.training.loss import weight_decay
from aecore.training.optimizers import Adam, Muon, new_optimizers, orthogonalize

pytestmark = pytest.mark.usefixtures("torch_threads")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def small_model():
    return Autoencoder(ModelConfig(latent_dim=3, hidden_dims=(8,)), generator=seeded())


@pytest.mark.parametrize("shape", [(20, 60), (60, 20), (30, 30), (1, 9), (2, 128)])
def test_an_update_keeps_the_directions_and_makes_them_about_equally_long(shape):
    matrix = torch.randn(shape, generator=seeded(1))
    u, s, vh = torch.linalg.svd(matrix, full_matrices=False)

    found = orthogonalize(1e-4 * matrix)

    inside = u.mT @ found @ vh.mT  # diagonal where the singular directions are the same
    torch.testing.assert_close(inside, torch.diag(inside.diagonal()), atol=2e-3, rtol=0)
    lengths = inside.diagonal()[s > 1e-3 * s.norm()]
    assert len(lengths) > 0
    assert 0.4 < lengths.min() <= lengths.max() < 1.6


def test_no_gradient_gives_no_update():
    assert torch.equal(orthogonalize(torch.zeros(4, 6)), torch.zeros(4, 6))


def test_two_steps_of_muon_are_nesterovs_momentum_made_orthogonal():
    matrix = torch.nn.Parameter(torch.randn(5, 12, generator=seeded(2)))
    first, second = torch.randn(2, 5, 12, generator=seeded(3))
    start = matrix.detach().clone()
    optimizer = Muon([{"params": [matrix], "weight_decay": 0.0}], learning_rate=torch.tensor(0.1))

    matrix.grad = first.clone()
    optimizer.step()
    middle = matrix.detach().clone()
    matrix.grad = second.clone()
    optimizer.step()

    def moved(gradient, momentum):
        nesterov = 0.1 * gradient + 0.9 * momentum
        return 0.1 * 0.2 * math.sqrt(12) * orthogonalize(nesterov)

    torch.testing.assert_close(middle, start - moved(first, 0.1 * first))
    torch.testing.assert_close(
        matrix.detach(),
        middle - moved(second, 0.1 * second + 0.9 * 0.1 * first),
        atol=1e-5,
        rtol=1e-4,
    )
    torch.testing.assert_close(
        optimizer.state[matrix]["momentum"], 0.1 * second + 0.9 * 0.1 * first
    )


def test_adam_is_pytorchs_bit_for_bit():
    parameters, same = ([torch.nn.Parameter(x) for x in draw(4)] for _ in range(2))
    groups = [
        {"params": parameters[:1], "weight_decay": 0.3},
        {"params": parameters[1:], "weight_decay": 0.0},
    ]
    ours = Adam(groups, learning_rate=torch.tensor(0.1))
    theirs = torch.optim.Adam(
        [{"params": same[:1], "weight_decay": 0.3}, {"params": same[1:]}], lr=0.1, fused=True
    )

    for seed in range(3):
        for gradient, one, other in zip(draw(seed), parameters, same, strict=True):
            one.grad, other.grad = gradient.clone(), gradient.clone()
        ours.step()
        theirs.step()

    for one, other, start in zip(parameters, same, draw(4), strict=True):
        assert torch.equal(one, other)
        assert not torch.equal(one, start)


def draw(seed):
    """Three tensors of random numbers, of different shapes."""
    generator = seeded(seed)
    return [torch.randn(shape, generator=generator) for shape in ((5, 12), (12,), (3, 12))]


@pytest.mark.parametrize("name", ["adam", "muon"])
def test_the_gradient_of_weight_decay_is_part_of_the_update(name):
    implied, written_out = small_model(), small_model()
    rate = torch.tensor(0.01)
    with_decay = new_optimizers(implied, TrainConfig(gamma=0.3, optimizer=name), learning_rate=rate)
    without = new_optimizers(
        written_out, TrainConfig(gamma=0.0, optimizer=name), learning_rate=rate
    )

    for model, optimizers in ((implied, with_decay), (written_out, without)):
        model(torch.rand(3, 784, generator=seeded(1))).sum().backward()
        if model is written_out:
            weight_decay(model, 0.3).backward()
        for optimizer in optimizers:
            optimizer.step()

    for found, expected in zip(implied.parameters(), written_out.parameters(), strict=True):
        torch.testing.assert_close(found.detach(), expected.detach())


@pytest.mark.parametrize("name", ["adam", "muon"])
def test_every_parameter_is_updated_once_and_by_the_rate_of_the_moment(name):
    model, rate = small_model(), torch.tensor(0.0)
    optimizers = new_optimizers(model, TrainConfig(gamma=1e-4, optimizer=name), learning_rate=rate)
    updated = [
        each for optimizer in optimizers for group in optimizer.param_groups
        for each in group["params"]
    ]  # fmt: skip
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = [parameter.detach().clone() for parameter in model.parameters()]

    for optimizer in optimizers:
        optimizer.step()
    at_rate_zero = [parameter.detach().clone() for parameter in model.parameters()]
    rate.fill_(0.01)
    for optimizer in optimizers:
        optimizer.step()

    assert sorted(map(id, updated)) == sorted(map(id, model.parameters()))
    torch.testing.assert_close(at_rate_zero, before, atol=0, rtol=0)
    for parameter, old in zip(model.parameters(), before, strict=True):
        assert not torch.equal(parameter, old)
