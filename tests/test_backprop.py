"""Backpropagation written out, against autograd's."""

import itertools

import pytest
import torch
from torch import nn

from aecore.backprop import Perceptron, ReusedMemory

pytestmark = pytest.mark.usefixtures("torch_threads")


def perceptron(sizes):
    torch.manual_seed(0)
    layers = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return Perceptron(*layers[:-1])


def draw(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def slopes(network, x, minus, *, memory=None):
    """Output, and gradients of its cubes' sum: of the input and of the parameters."""
    x = x.clone().requires_grad_()
    if memory is None:
        network.zero_grad()
        output = network(x, minus=minus)
        (output**3).sum().backward()
    else:
        with memory:
            output = network(x, minus=minus)
            (output**3).sum().backward()
    return [output.detach().clone(), x.grad, *(each.grad.clone() for each in network.parameters())]


@pytest.mark.parametrize("sizes", [(7, 3), (7, 5, 3), (9, 4, 6, 2)])
@pytest.mark.parametrize("less", [False, True], ids=["plain", "less a target"])
def test_outputs_and_gradients_are_autograds_for_batches_of_every_size(sizes, less):
    network = perceptron(sizes)
    memory = ReusedMemory(network, 6)

    for batch, seed in ((6, 1), (4, 2), (6, 3)):
        x = draw(batch, sizes[0], seed=seed)
        minus = draw(batch, sizes[-1], seed=seed + 9) if less else None
        found = slopes(network, x, minus, memory=memory)
        expected = slopes(perceptron(sizes), x, minus)

        torch.testing.assert_close(found, expected)


def test_a_second_backward_pass_sets_the_gradients_and_does_not_add_to_them():
    network = perceptron((7, 5, 3))
    memory = ReusedMemory(network, 6)
    x = draw(6, 7)

    first = slopes(network, x, None, memory=memory)
    second = slopes(network, x, None, memory=memory)

    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_data_needs_no_gradient_and_two_perceptrons_pass_theirs_on():
    encoder, decoder = perceptron((7, 5, 2)), perceptron((2, 5, 7))
    both = nn.Sequential(encoder, decoder)
    x = draw(6, 7)
    decoder(encoder(x), minus=x).square().sum().backward()
    expected = [each.grad.clone() for each in both.parameters()]

    with ReusedMemory(both, 6):
        decoder(encoder(x), minus=x).square().sum().backward()

    torch.testing.assert_close([each.grad for each in both.parameters()], expected)


def test_outside_of_the_context_and_without_gradients_every_output_has_its_own_memory():
    network = perceptron((7, 5, 3))
    memory = ReusedMemory(network, 6)

    with memory, torch.no_grad():
        without_gradients = network(draw(6, 7))
    outside = network(draw(6, 7))
    before = outside.detach().clone()
    with memory:
        network(draw(6, 7, seed=2))

    assert torch.equal(without_gradients, before)
    assert torch.equal(outside, before)
