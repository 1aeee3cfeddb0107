"""Backpropagation written out, against autograd's and against differences."""

import pytest
import torch

from aecore.config import ModelConfig
from aecore.models.autoencoder import Autoencoder
from aecore.training import fused_backprop
from aecore.training.fused_backprop import FusedBackprop, merge_pixels, split_pixels
from aecore.training.loss import loss_and_mse

pytestmark = pytest.mark.usefixtures("torch_threads")

KINDS = {
    "one hidden layer": {},
    "three hidden layers": {"hidden_dims": (12, 6, 5)},
    "code dropout": {"latent_dropout": 0.5},
    "logistic output": {"output": "logistic", "hidden_dims": (12, 6)},
    "tanh": {"activation": "tanh", "hidden_dims": (12, 6)},
    "logistic units": {"activation": "logistic", "hidden_dims": (12, 6)},
    "identity": {"activation": "identity", "hidden_dims": (12, 6)},
    "variational": {"variational": True, "hidden_dims": (12, 6)},
    "all at once": {"variational": True, "output": "logistic", "latent_dropout": 0.5},
}
BY_KIND = pytest.mark.parametrize("kind", KINDS)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def new_model(kind):
    config = ModelConfig(**{"latent_dim": 4, "hidden_dims": (12,)} | KINDS[kind])
    return Autoencoder(config, generator=seeded()).train()


def batch(size, seed=1):
    return torch.rand(2, size, 784, generator=seeded(seed))


@pytest.fixture(params=[1, 2], ids=["pixels together", "pixels in two parts"])
def parts(request, monkeypatch):
    """As many threads, for which every matrix is large enough."""
    monkeypatch.setattr(fused_backprop, "_LARGE", 0)
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def learner(model, *, kl_weight=0.3, batch_sizes=(4, 5, 6), seed=3):
    return FusedBackprop(
        model, kl_weight=kl_weight, batch_sizes=batch_sizes, generator=seeded(seed)
    )


def gradients(model):
    return [parameter.grad.clone() for parameter in model.parameters()]


@BY_KIND
def test_losses_and_gradients_are_autograds_for_batches_of_every_size(kind, parts):
    model, autograd = new_model(kind), new_model(kind)
    backpropagate, generator = learner(model), seeded(3)

    for size, seed in ((6, 1), (4, 2), (6, 3)):
        x, target = batch(size, seed)
        found = backpropagate(split_pixels(x, parts), split_pixels(target, parts))
        autograd.zero_grad()
        expected = loss_and_mse(autograd, x, target, kl_weight=0.3, generator=generator)
        expected[0].backward()

        torch.testing.assert_close(found, tuple(each.detach() for each in expected))
        torch.testing.assert_close(gradients(model), gradients(autograd))


@BY_KIND
def test_gradients_are_the_slopes_of_the_loss(kind, parts):
    model = new_model(kind).double()
    x, target = (split_pixels(each, parts) for each in batch(5).double())
    bias = model.encoder.layers[-1].bias  # the code's: far enough from ReLU's kinks

    def loss():
        return learner(model, seed=7)(x, target)[0].item()

    loss()
    found = bias.grad.tolist()
    slopes = []
    for index in range(len(bias)):
        with torch.no_grad():
            bias[index] += 1e-6
            above = loss()
            bias[index] -= 2e-6
            below = loss()
            bias[index] += 1e-6
        slopes.append((above - below) / 2e-6)

    assert found == pytest.approx(slopes, rel=1e-4, abs=1e-9)


def test_a_second_pass_sets_the_gradients_and_does_not_add_to_them(parts):
    model = new_model("one hidden layer")
    backpropagate = learner(model)
    digits = [split_pixels(each, parts) for each in batch(6)]

    backpropagate(*digits)
    first = gradients(model)
    backpropagate(*digits)

    assert all(torch.equal(*both) for both in zip(first, gradients(model), strict=True))


def test_what_goes_in_and_what_is_to_come_out_stay_as_they_were(parts):
    model = new_model("one hidden layer")
    x, target = (split_pixels(each, parts) for each in batch(6))
    before = x.clone(), target.clone()

    learner(model)(x, target)

    assert torch.equal(x, before[0])
    assert torch.equal(target, before[1])


def test_the_weights_and_the_models_own_passes_are_left_alone(parts):
    model = new_model("three hidden layers")
    before = [parameter.clone() for parameter in model.parameters()]
    x, target = batch(6)
    backpropagate = learner(model)  # lays matrices out anew, whose products are rounded otherwise
    output = model(x).detach()
    kept = output.clone()

    backpropagate(split_pixels(x, parts), split_pixels(target, parts))

    assert all(torch.equal(*both) for both in zip(before, model.parameters(), strict=True))
    assert torch.equal(output, kept)
    assert torch.equal(model(x), kept)


def test_pixels_come_in_parts_where_there_are_two_threads(parts):
    assert learner(new_model("one hidden layer")).n_parts == parts


def test_small_matrices_are_not_worth_two_parts(parts, monkeypatch):
    monkeypatch.setattr(fused_backprop, "_LARGE", 784 * 12 + 1)

    assert learner(new_model("one hidden layer")).n_parts == 1


def test_pixels_taken_apart_come_together_again():
    digits, _ = batch(6)

    halves = split_pixels(digits, 2)

    assert torch.equal(halves[1], digits[:, 392:])
    assert torch.equal(merge_pixels(halves), digits)
