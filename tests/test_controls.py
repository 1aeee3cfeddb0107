"""Sliders over codes: one a dimension, or the strongest axes, and back to the same code."""

import numpy as np
import pytest
from code_tables import code_tables, gaussian_codes
from hypothesis import given
from hypothesis import strategies as st

from aecore.controls import MOST, Controls
from aecore.errors import ShapeError

pytestmark = pytest.mark.usefixtures("one_thread")


@given(code_tables())
def test_few_dimensions_have_a_slider_each(codes):
    dim = codes.shape[1]

    controls = Controls.over(codes)

    assert controls.names == tuple(f"z{i + 1}" for i in range(dim))
    assert controls.axes is None
    np.testing.assert_array_equal(controls.values(codes[0]), codes[0])
    np.testing.assert_array_equal(controls.code(codes[0], base=codes[-1]), codes[0])
    np.testing.assert_allclose(controls.limits.T, np.percentile(codes, (1, 99), axis=0))


@pytest.mark.parametrize(("dim", "sliders"), [(12, 12), (13, 12), (40, 12)])
def test_there_are_at_most_twelve_sliders(dim, sliders):
    controls = Controls.over(gaussian_codes(200, dim))

    assert len(controls.names) == len(controls.limits) == sliders == min(dim, MOST)
    assert len(set(controls.names)) == sliders
    assert (controls.limits[:, 0] < controls.limits[:, 1]).all()


@given(st.integers(0, 1000))
def test_sliders_over_many_dimensions_go_there_and_back(seed):
    codes = gaussian_codes(60, 20)
    rng = np.random.default_rng(seed)
    base, wanted = codes[rng.integers(60)], 3 * rng.normal(size=MOST)
    controls = Controls.over(codes)

    code = controls.code(wanted, base=base)

    np.testing.assert_allclose(controls.values(code), wanted, atol=1e-9)
    rest = controls.axes.axes[MOST:]
    np.testing.assert_allclose(rest @ code, rest @ base, atol=1e-9)


def test_sliders_left_alone_leave_the_code_alone():
    codes = gaussian_codes(60, 20)
    controls = Controls.over(codes)

    code = controls.code(controls.values(codes[7]), base=codes[7])

    np.testing.assert_allclose(code, codes[7], atol=1e-12)


def test_the_mean_code_is_at_zero_of_the_axes_and_the_first_spreads_widest():
    codes = gaussian_codes(300, 20) * np.linspace(1, 3, 20) + 5

    controls = Controls.over(codes)

    np.testing.assert_allclose(controls.mean, codes.mean(axis=0))
    np.testing.assert_allclose(controls.values(controls.mean), np.zeros(MOST), atol=1e-9)
    spans = np.ptp(controls.limits, axis=1)
    assert spans[0] == pytest.approx(spans.max(), rel=0.1)
    assert spans[0] > 1.3 * spans[-1]


@pytest.mark.parametrize("dim", [2, 20])
def test_codes_handed_out_are_not_those_handed_in(dim):
    codes = gaussian_codes(60, dim)
    controls, base, before = Controls.over(codes), codes[0], codes.copy()

    values = controls.values(base)
    controls.code(values, base=base)[:] = 99
    values[:] = 99

    np.testing.assert_array_equal(codes, before)


def test_codes_that_are_no_table_are_refused():
    with pytest.raises(ShapeError):
        Controls.over(np.zeros(5))
