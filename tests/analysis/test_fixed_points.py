"""Denoising again and again."""

import numpy as np
import pytest

from aecore.analysis.fixed_points import ITERATIONS, FixedPointIteration, iterate
from aecore.models.inference import build_model, decode, encode


@pytest.fixture(scope="module")
def model(tiny_checkpoint):
    return build_model(tiny_checkpoint.card.model, tiny_checkpoint.weights)


def test_each_pass_gets_what_the_one_before_gave(model, unit_digits):
    found = iterate(model, unit_digits[:5])

    image = unit_digits[:5]
    for number in range(1, ITERATIONS[-1] + 1):
        code = encode(model, image)
        after = decode(model, code).clip(0, 1)
        np.testing.assert_allclose(found.codes[number - 1], code, atol=1e-5)
        change = np.sqrt(((after - image) ** 2).mean(axis=1))
        np.testing.assert_allclose(found.changes[number - 1], change, atol=1e-6)
        if number in ITERATIONS:
            np.testing.assert_allclose(found.images[ITERATIONS.index(number)], after, atol=1e-6)
        image = after
    np.testing.assert_array_equal(found.images[0], unit_digits[:5])
    assert found.codes.shape == (ITERATIONS[-1], 5, 2)


def test_digits_that_stand_still_have_settled_and_equal_ends_are_one_place():
    ends = np.zeros((4, 784), np.float32)
    ends[1] += 0.01  # as good as the first
    ends[2:] += np.array([[0.5], [0.9]])
    changes = np.full((3, 4), 0.2)
    changes[-1] = 0, 1e-4, 0.2, 1e-2

    found = FixedPointIteration(
        images=np.stack([ends] * 8), codes=np.zeros((3, 4, 2)), changes=changes
    )

    assert found.converged.tolist() == [True, True, False, False]
    assert found.n_distinct == 3
