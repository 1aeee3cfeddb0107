"""Codes that `bench decode` compares the two decoders on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.bench.decoding import draw_codes
from tests.support.code_tables import code_tables, gaussian_codes

pytestmark = pytest.mark.usefixtures("one_thread")


def test_samples_have_the_mean_and_covariance_of_the_codes():
    mixing = np.array([[2.0, 0.0, 0.0], [1.0, 0.5, 0.0], [0.0, 0.3, 1.0]])
    codes = gaussian_codes(300, 3) @ mixing + [10, 0, -5]

    drawn = draw_codes(codes, 40_000, np.random.default_rng(1))

    assert drawn.shape == (40_000, 3)
    np.testing.assert_allclose(drawn.mean(axis=0), codes.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.15)


@given(code_tables(), st.integers(0, 2**32))
def test_samples_stay_within_the_dimensions_that_the_codes_span(codes, seed):
    codes = np.concatenate([codes, np.full((len(codes), 1), 3.0), codes[:, :1]], axis=1)

    drawn = draw_codes(codes, 5, np.random.default_rng(seed))

    assert np.isfinite(drawn).all()
    np.testing.assert_allclose(drawn[:, -2], 3, atol=1e-4)
    np.testing.assert_allclose(drawn[:, -1], drawn[:, 0], atol=1e-4)


def test_samples_are_those_of_the_generator_passed_in():
    codes = gaussian_codes(30, 2)

    first, same, other = (draw_codes(codes, 4, np.random.default_rng(seed)) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, same)
    assert (first != other).all()
