"""Charts of denoising: scores over the noise level, changes over the iterations."""

import numpy as np
import pytest

from aecore.charts import denoising

LEVELS = (0.0, 0.5, 1.0)


def spread_of(*means):
    return np.array([(mean, mean - 1, mean + 1) for mean in means])


def by_level(**changes):
    series = {"model": spread_of(20, 18, 10), "noisy": spread_of(np.inf, 12, 10)}
    options = {"level_name": "level", "value_name": "PSNR (dB)", "shown": 0.2, "trained": 0.5}
    words = {"title": "PSNR", "alt": "Lines", "file": "psnr"}
    return denoising.scores_by_level(LEVELS, series, **(words | options | changes))


def test_every_way_has_a_line_over_the_levels():
    plot = by_level()

    assert list(plot.x) == list(LEVELS)
    assert [each.name for each in plot.series] == ["model", "noisy"]
    np.testing.assert_array_equal(plot.series[0].values, [20, 18, 10])
    np.testing.assert_array_equal(plot.series[1].values, [np.inf, 12, 10])
    assert (plot.x_name, plot.y_name) == ("level", "PSNR (dB)")


def test_the_first_lines_spread_is_a_band_around_it():
    first, second = by_level().series

    assert first.is_shaded
    assert not second.is_shaded
    np.testing.assert_array_equal(first.spread, [(19, 21), (17, 19), (9, 11)])
    assert "10% to 90%" in by_level().spread_name


@pytest.mark.parametrize(("trained", "marks"), [(0.5, [0.2, 0.5]), (None, [0.2])])
def test_the_level_shown_and_the_one_trained_at_are_marked(trained, marks):
    plot = by_level(trained=trained)

    assert [mark.at for mark in plot.marks] == marks
    texts = [mark.text for mark in plot.marks]
    assert texts == ["shown 0.2", "trained at 0.5"][: len(marks)]


def test_changes_below_what_is_drawn_stay_on_the_logarithmic_axis():
    plot = denoising.change_by_iteration(
        np.array([[0.1, 0.2], [0.0, 1e-3]]), ["a", "b"], converged=1e-3
    )

    assert [each.name for each in plot.series] == ["a", "b"]
    np.testing.assert_allclose(plot.series[0].values, [0.1, 1e-6])
    assert (plot.log, list(plot.x)) == ("xy", [1, 2])
    assert [(mark.at, mark.axis) for mark in plot.marks] == [(1e-3, "y")]
