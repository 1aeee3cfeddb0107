"""Lines over a level, a pass, an epoch or a code size."""

import numpy as np
import pytest

from aecore.charts import curves

LEVELS = (0.0, 0.5, 1.0)


def spread_of(*means):
    return np.array([(mean, mean - 1, mean + 1) for mean in means])


def by_level(**changes):
    series = {"model": spread_of(20, 18, 10), "noisy": spread_of(np.inf, 12, 10)}
    options = {"level_name": "level", "value_name": "PSNR (dB)", "shown": 0.2, "trained": 0.5}
    words = {"title": "PSNR", "alt": "Lines", "file": "psnr"}
    return curves.by_level(LEVELS, series, **(words | options | changes))


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
    plot = curves.by_pass(np.array([[0.1, 0.2], [0.0, 1e-3]]), ["a", "b"], settled=1e-3)

    assert [each.name for each in plot.series] == ["a", "b"]
    np.testing.assert_allclose(plot.series[0].values, [0.1, 1e-6])
    assert (plot.log, list(plot.x)) == ("xy", [1, 2])
    assert [(mark.at, mark.axis) for mark in plot.marks] == [(1e-3, "y")]


def test_models_lie_at_their_size_over_the_curve_of_pca():
    pca = {1: 0.06, 2: 0.05, 784: 0.0}

    figure = curves.by_dimension({"plane": (2, 0.04)}, pca, whole=True)

    line, model = figure.data
    assert (line.mode, list(line.x)) == ("lines", [1, 2, 784])
    assert (list(model.x), list(model.y)) == ([2], [0.04])
    low, high = figure.layout.yaxis.range
    assert 10**low < 0.04 < 0.06 < 10**high
    assert "MSE" in figure.layout.yaxis.title.text


def test_single_points_of_pca_are_not_joined():
    figure = curves.by_dimension({"a": (2, 0.04)}, {2: 0.05}, whole=False)

    assert figure.data[0].mode == "markers"


def test_many_training_curves_all_look_different():
    histories = {f"model {i}": ([1, 2], [0.1, 0.05]) for i in range(30)}

    figure = curves.by_epoch(histories, "epoch")

    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 30
    assert figure.layout.xaxis.title.text == "epoch"


def test_a_long_name_is_cut_in_the_legend_and_whole_beside_its_mark():
    name = "a-name-of-sixty-four-letters-" * 2

    for figure in (
        curves.by_dimension({name: (2, 0.04)}, {2: 0.05}, whole=False),
        curves.by_epoch({name: ([1, 2], [0.05, 0.04])}, "epoch"),
    ):
        trace = figure.data[-1]
        assert trace.name == "a-name-of-sixty-…"
        assert name in trace.hovertemplate
