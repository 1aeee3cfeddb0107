"""Lines over a level, a pass, an epoch or a code size."""

import numpy as np
import pytest

from aecore import curves
from aecore.figures import latent_map

LEVELS = (0.0, 0.5, 1.0)


def spread_of(*means):
    return np.array([(mean, mean - 1, mean + 1) for mean in means])


def by_level(**changes):
    series = {"model": spread_of(20, 18, 10), "noisy": spread_of(np.inf, 12, 10)}
    options = {"level_name": "level", "value_name": "PSNR (dB)", "shown": 0.2, "trained": 0.5}
    return curves.by_level(LEVELS, series, **(options | changes))


def test_every_way_has_a_line_and_what_is_infinite_no_dot():
    figure = by_level()

    lines = {trace.name: trace for trace in figure.data if trace.mode == "lines+markers"}
    np.testing.assert_array_equal(lines["model"].y, [20, 18, 10])
    np.testing.assert_array_equal(lines["noisy"].y, [np.nan, 12, 10])
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == (
        "level",
        "PSNR (dB)",
    )


def test_the_first_lines_spread_is_a_band_around_it():
    band = by_level().data[0]

    assert "10% to 90%" in band.name
    np.testing.assert_array_equal(band.y, [21, 19, 11, 9, 17, 19])
    np.testing.assert_array_equal(band.x, [0, 0.5, 1, 1, 0.5, 0])


@pytest.mark.parametrize(("trained", "marks"), [(0.5, [0.2, 0.5]), (None, [0.2])])
def test_the_level_shown_and_the_one_trained_at_are_marked(trained, marks):
    figure = by_level(trained=trained)

    assert [shape.x0 for shape in figure.layout.shapes] == marks
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["shown 0.2", "trained at 0.5"][: len(marks)]


def test_changes_below_what_is_drawn_stay_on_the_logarithmic_axis():
    figure = curves.by_pass(np.array([[0.1, 0.2], [0.0, 1e-3]]), ["a", "b"], settled=1e-3)

    assert [trace.name for trace in figure.data] == ["a", "b"]
    np.testing.assert_allclose(figure.data[0].y, [0.1, 1e-6])
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.annotations[0].y == pytest.approx(-3)


def test_paths_lie_over_the_map_and_end_in_a_cross():
    points = np.random.default_rng(0).normal(size=(50, 2))
    figure = latent_map(points, np.arange(50) % 10, ["a", "b"])
    dots = len(figure.data)

    curves.add_paths(figure, np.arange(12.0).reshape(3, 2, 2), ["first", "second"])

    first, second = figure.data[dots:]
    np.testing.assert_array_equal(first.x, [0, 4, 8])
    np.testing.assert_array_equal(second.y, [3, 7, 11])
    assert first.marker.symbol == ("circle", "circle", "x")


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
