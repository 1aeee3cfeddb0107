"""Errors over the latent dimensions, and training curves."""

import itertools

from aecore.charts import comparison, labels
from aecore.presets import PRESETS


def test_models_lie_at_their_size_over_the_curve_of_pca():
    pca = {1: 0.06, 2: 0.05, 784: 0.0}

    figure = comparison.error_by_dimension({"plane": (2, 0.04)}, pca, whole=True)

    line, model = figure.data
    assert (line.mode, list(line.x)) == ("lines", [1, 2, 784])
    assert (list(model.x), list(model.y)) == ([2], [0.04])
    low, high = figure.layout.yaxis.range
    assert 10**low < 0.04 < 0.06 < 10**high
    assert "MSE" in figure.layout.yaxis.title.text


def test_single_points_of_pca_are_not_joined():
    figure = comparison.error_by_dimension({"a": (2, 0.04)}, {2: 0.05}, whole=False)

    assert figure.data[0].mode == "markers"


def test_many_training_curves_all_look_different():
    histories = {f"model {i}": ([1, 2], [0.1, 0.05]) for i in range(30)}

    figure = comparison.training_curves(histories, "epoch")

    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 30
    assert figure.layout.xaxis.title.text == "epoch"


def test_a_long_name_is_cut_in_the_legend_and_whole_beside_its_mark():
    name = "a-name-of-sixty-four-letters-" * 2

    for figure in (
        comparison.error_by_dimension({name: (2, 0.04)}, {2: 0.05}, whole=False),
        comparison.training_curves({name: ([1, 2], [0.05, 0.04])}, "epoch"),
    ):
        trace = figure.data[-1]
        assert trace.name == "a-name-of-sixty-…"
        assert name in trace.hovertemplate


def test_names_lie_beside_their_points_and_clear_of_each_other_on_a_phone():
    errors = [(preset.model.latent_dim, preset.test_mse) for preset in PRESETS.values()]
    points = [(x * 40, 20 + 4000 * y) for x, y in enumerate(error for _, error in errors)]
    texts = list(PRESETS)

    places = labels.place_labels(points, texts, (330, 380))

    boxes = [
        labels.box_of(*point, text, place)
        for point, text, place in zip(points, texts, places, strict=True)
        if place is not None
    ]
    assert len(boxes) >= 9
    for one, other in itertools.combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_every_shipped_model_is_named_at_its_point():
    models = {name: (preset.model.latent_dim, preset.test_mse) for name, preset in PRESETS.items()}

    figure = comparison.error_by_dimension(models, {1: 0.06, 2: 0.0557}, whole=True)

    assert {note.text for note in figure.layout.annotations} == {"PCA", *PRESETS}
    assert not figure.layout.showlegend


def test_the_name_of_a_curve_is_not_written_on_it():
    curve = [(float(x), 100.0) for x in range(10, 200)]

    (place,) = labels.place_labels([curve[0]], ["PCA"], (330, 380), curve)

    left, top, right, bottom = labels.box_of(*curve[0], "PCA", place)
    assert not any(left < x < right and top < y < bottom for x, y in curve)


def test_every_shipped_model_is_named_off_the_curve_of_pca():
    models = {name: (preset.model.latent_dim, preset.test_mse) for name, preset in PRESETS.items()}
    curve = {dim: 0.08 / dim**0.7 for dim in range(1, 784)} | {784: 0.0}

    figure = comparison.error_by_dimension(models, curve, whole=True)

    assert {note.text for note in figure.layout.annotations} == {"PCA", *PRESETS}
