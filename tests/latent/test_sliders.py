"""Sliders over codes: how many, what they move, how far."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.errors import ShapeError
from aecore.latent.axes import principal_axes
from aecore.latent.sliders import FEW, MOST, Controls


def codes_of(dim: int, *, count: int = 400) -> np.ndarray:
    rng = np.random.default_rng(dim)
    return rng.normal(1.0, np.arange(dim, 0, -1), (count, dim))


@pytest.mark.parametrize("dim", [1, 2, FEW])
def test_few_dimensions_have_a_slider_each(dim):
    codes = codes_of(dim)

    controls = Controls.over(codes)

    assert controls.names == tuple(f"z{i + 1}" for i in range(dim))
    assert not controls.along_axes
    np.testing.assert_allclose(controls.limits, np.percentile(codes, (1, 99), axis=0).T)
    np.testing.assert_allclose(controls.mean, codes.mean(axis=0))


@pytest.mark.parametrize("dim", [FEW + 1, 32, MOST + 2])
def test_many_dimensions_have_sliders_along_the_principal_axes(dim):
    codes = codes_of(dim)

    controls = Controls.over(codes)

    count = min(dim, MOST)
    assert controls.along_axes
    assert len(controls.names) == count
    moved = principal_axes(codes).to_axes(codes)[:, :count]
    np.testing.assert_allclose(controls.limits, np.percentile(moved, (1, 99), axis=0).T)
    assert (controls.limits[:, 0] < 0).all()
    assert (controls.limits[:, 1] > 0).all()


def test_names_say_how_much_of_the_variance_an_axis_holds():
    codes = codes_of(20)

    first = Controls.over(codes).names[0]

    share = principal_axes(codes).deviations[0] ** 2 / codes.var(axis=0, ddof=1).sum()
    assert first == f"axis 1 · {share:.1%}"


def test_codes_that_are_no_table_are_refused():
    with pytest.raises(ShapeError):
        Controls.over(np.zeros(5))
