"""Sliders over codes: how many, what they move, how far."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.errors import ShapeError
from aecore.latent.axes import principal_axes
from aecore.latent.sliders import MAX_DIMENSIONS, MAX_SLIDERS, Sliders


def codes_of(dim: int, *, count: int = 400) -> np.ndarray:
    rng = np.random.default_rng(dim)
    return rng.normal(1.0, np.arange(dim, 0, -1), (count, dim))


@pytest.mark.parametrize("dim", [1, 2, MAX_DIMENSIONS])
def test_few_dimensions_have_a_slider_each(dim):
    codes = codes_of(dim)

    sliders = Sliders.fit(codes)

    assert sliders.names == tuple(f"z{i + 1}" for i in range(dim))
    assert not sliders.along_axes
    np.testing.assert_allclose(sliders.limits, np.percentile(codes, (1, 99), axis=0).T)
    np.testing.assert_allclose(sliders.mean, codes.mean(axis=0))


@pytest.mark.parametrize("dim", [MAX_DIMENSIONS + 1, 32, MAX_SLIDERS + 2])
def test_many_dimensions_have_sliders_along_the_principal_axes(dim):
    codes = codes_of(dim)

    sliders = Sliders.fit(codes)

    count = min(dim, MAX_SLIDERS)
    assert sliders.along_axes
    assert len(sliders.names) == count
    moved = principal_axes(codes).to_axes(codes)[:, :count]
    np.testing.assert_allclose(sliders.limits, np.percentile(moved, (1, 99), axis=0).T)
    assert (sliders.limits[:, 0] < 0).all()
    assert (sliders.limits[:, 1] > 0).all()


def test_names_say_how_much_of_the_variance_an_axis_holds():
    codes = codes_of(20)

    first = Sliders.fit(codes).names[0]

    share = principal_axes(codes).deviations[0] ** 2 / codes.var(axis=0, ddof=1).sum()
    assert first == f"axis 1 · {share:.1%}"


def test_codes_that_are_no_table_are_refused():
    with pytest.raises(ShapeError):
        Sliders.fit(np.zeros(5))
