"""Figures of the laboratory: what they draw is what they were given, and their axes have names."""

import numpy as np

from aecore.analysis.perturbation import NOISE_SAMPLES, OUTSIDE, SIGMAS
from aecore.charts import reconstruction

RNG = np.random.default_rng(0)


def axes(plot) -> tuple[str, str]:
    return plot.x_name, plot.y_name


def test_bars_show_every_label_and_all_of_each_series():
    series = {"model": (RNG.random(11), False), "PCA": (RNG.random(11), True)}

    plot = reconstruction.errors_by_label(series)

    assert [each.name for each in plot.series] == ["model", "PCA"]
    assert list(plot.x) == [*"0123456789", "all"]
    for each, (values, is_baseline) in zip(plot.series, series.values(), strict=True):
        np.testing.assert_array_equal(each.values, values)
        assert each.is_baseline == is_baseline
    assert len({each.color for each in plot.series}) == 2
    assert plot.kind == "groups"
    assert axes(plot) == ("label", "mean squared error per pixel")


def test_each_of_several_baselines_has_the_color_of_its_model():
    named = [("one", False), ("PCA, D = 2", True), ("two", False), ("three", False), ("PCA", True)]
    series = {name: (RNG.random(11), is_baseline) for name, is_baseline in named}

    one, one_pca, two, three, three_pca = reconstruction.errors_by_label(series).series

    assert one_pca.color == one.color
    assert three_pca.color == three.color
    assert len({one.color, two.color, three.color}) == 3


def test_dimensions_are_ranked_by_what_they_count():
    model, linear = RNG.random(20), RNG.random(20)

    plot = reconstruction.importance_by_rank("model", model, linear)

    assert [each.name for each in plot.series] == ["model", "PCA"]
    for each, values in zip(plot.series, (model, linear), strict=True):
        np.testing.assert_array_equal(each.values, sorted(values, reverse=True))
    assert list(plot.x) == list(range(1, 21))
    assert axes(plot) == ("rank of the dimension", "increase in error (MSE)")


def test_effects_name_each_dimension_on_one_symmetric_scale():
    table = RNG.normal(size=(3, 11))

    heat = reconstruction.importance_by_label(table, np.array([7, 0, 2]), 0.5)

    np.testing.assert_array_equal(heat.table, table)
    assert list(heat.rows) == ["z8", "z1", "z3"]
    assert heat.limit == 0.5


def test_curves_over_the_noise_are_medians_between_the_outer_tenths():
    model, linear = RNG.random((2, len(SIGMAS), NOISE_SAMPLES))

    plot = reconstruction.errors_by_noise(model, linear, ("model", "PCA"), shown=0.5)

    for each, values in zip(plot.series, (model, linear), strict=True):
        np.testing.assert_allclose(each.values, np.median(values, axis=1))
        np.testing.assert_allclose(each.spread, np.percentile(values, (10, 90), axis=1).T)
    assert [each.name for each in plot.series] == ["model", "PCA"]
    assert list(plot.x) == list(SIGMAS)
    assert [mark.at for mark in plot.marks] == [0.5]
    assert "standard deviations" in axes(plot)[0]


def test_the_edge_of_the_map_is_marked():
    plot = reconstruction.isolation_by_noise(RNG.random((len(SIGMAS), NOISE_SAMPLES)), shown=0.25)

    marks = {mark.text: (mark.axis, mark.at) for mark in plot.marks}
    assert marks == {"shown": ("x", 0.25), "outside the data": ("y", OUTSIDE)}
