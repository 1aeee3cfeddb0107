"""Figures of the laboratory: what they draw is what they were given, and their axes have names."""

import numpy as np

from aecore import plates
from aecore.perturbation import DRAWS, SIGMAS

RNG = np.random.default_rng(0)


def axes(figure) -> tuple[str, str]:
    return figure.layout.xaxis.title.text, figure.layout.yaxis.title.text


def test_bars_show_every_label_and_all_of_each_series():
    series = {"model": (RNG.random(11), False), "PCA": (RNG.random(11), True)}

    figure = plates.errors_by_label(series)

    assert [trace.name for trace in figure.data] == ["model", "PCA"]
    for trace, (values, _) in zip(figure.data, series.values(), strict=True):
        assert list(trace.x) == [*"0123456789", "all"]
        np.testing.assert_array_equal(trace.y, values)
    assert figure.layout.yaxis.rangemode == "tozero"
    assert len({trace.marker.color for trace in figure.data}) == 2
    assert axes(figure) == ("label", "mean squared error per pixel")


def test_dimensions_are_ranked_by_what_they_count():
    model, linear = RNG.random(20), RNG.random(20)

    figure = plates.by_rank({"model": model, "PCA": linear})

    for trace, values in zip(figure.data, (model, linear), strict=True):
        np.testing.assert_array_equal(trace.y, sorted(values, reverse=True))
        assert list(trace.x) == list(range(1, 21))
    assert axes(figure) == ("rank of the dimension", "increase of the error (MSE)")


def test_effects_name_each_dimension_on_one_symmetric_scale():
    table = RNG.normal(size=(3, 11))

    (heat,) = plates.effects(table, np.array([7, 0, 2]), 0.5).data

    np.testing.assert_array_equal(heat.z, table)
    assert list(heat.y) == ["z8", "z1", "z3"]
    assert (heat.zmin, heat.zmax) == (-0.5, 0.5)


def test_curves_over_the_noise_are_medians():
    model, linear = RNG.random((2, len(SIGMAS), DRAWS))

    figure = plates.errors_over_sigma(model, linear, ("model", "PCA"), shown=0.5)

    lines = {trace.name: trace for trace in figure.data if trace.name in ("model", "PCA")}
    np.testing.assert_allclose(lines["model"].y, np.median(model, axis=1))
    np.testing.assert_allclose(lines["PCA"].y, np.median(linear, axis=1))
    assert list(lines["model"].x) == list(SIGMAS)
    assert "standard deviations" in axes(figure)[0]
