"""Draws without PyTorch, against PyTorch's."""

import numpy as np
import pytest
import torch

from aecore.system.fixed_draws import FixedDraws

SEED = 20_061_001


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(SEED)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 5_000])
def test_short_numbers_are_those_of_pytorch(generator, count):
    drawn = torch.empty(-(-count // 4), dtype=torch.int64)
    drawn.random_(-(2**63), None, generator=generator)

    found = FixedDraws(SEED).shorts(count)

    assert found.dtype == np.int16
    np.testing.assert_array_equal(found, drawn.view(torch.int16).numpy()[:count])


def test_uniform_numbers_are_those_of_pytorch_and_go_on(generator):
    draws = FixedDraws(SEED)

    for count in (3, 1_001):
        np.testing.assert_array_equal(
            draws.uniform(count), torch.rand(count, generator=generator).numpy()
        )


@pytest.mark.parametrize("count", [16, 1_600])
def test_normal_numbers_are_those_of_pytorch(generator, count):
    found = FixedDraws(SEED).normal(count)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, torch.randn(count, generator=generator), atol=1e-6)


def test_more_normal_numbers_leave_the_first_ones_as_they_were():
    np.testing.assert_array_equal(FixedDraws(SEED).normal(7), FixedDraws(SEED).normal(100)[:7])
