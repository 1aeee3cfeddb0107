"""`/filters`, by Streamlit's own test runner: what is shown, in which order, and the address."""

from __future__ import annotations

import json

import numpy as np
import pytest

from aecore.analysis import metrics
from aecore.analysis.ablation import Ablation
from aecore.analysis.activations import Activations
from aecore.analysis.filters import Units, component_units, hidden_units, shared_color_limit
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig
from aecore.data import sources
from aecore.imaging.levels import to_levels, to_signed_levels, to_unit
from aecore.models import inference
from aecore.models.families import family_of
from aecore.ui.pages.filters.gallery import Chosen, choose
from aecore.ui.text import formats
from aecore.viewer import message as viewer_message
from tests.support.checkpoint_files import small_checkpoint
from tests.support.pages import component, open_page, picture_rows, texts


def gallery(app, key: str = "filters_units"):
    """Header and arrays of a gallery that is sent for the first time."""
    return viewer_message.unpack(component(app, key).bytes)


def numbers(app, key: str = "filters_units") -> list[int]:
    """The units' numbers in the order in which the browser shows them."""
    header, _ = gallery(app, key)
    view = header["view"]
    chosen = header["similar"] if view["order"] == "similarity" else None
    return (chosen or header["orders"][view["order"]])[: view["count"]]


def charts(app) -> list[dict]:
    return json.loads(component(app, "filters_charts").json)["charts"]


@pytest.fixture(scope="module")
def images_and_labels(digits):
    return to_unit(sources.load_bundled().test_images), digits.test_labels


def in_pieces(name, images):
    """A shipped model, its layers, and its first layer's answers."""
    found = checkpoint_file.load(name)
    layers = family_of(found.card.model).dense_layers(found.card.model, found.weights)
    return found, layers, Activations.of(layers, 0, images)


def test_the_gallery_shows_the_strongest_units_on_the_scale_of_all_pictures(images_and_labels):
    images, _ = images_and_labels
    found, layers, answers = in_pieces("plane", images)
    units = hidden_units(layers, answers.activity)
    limit = shared_color_limit([units, component_units(found.pca, images, moved=False)], "weights")

    app = open_page("filters", model="plane")

    header, arrays = gallery(app)
    order = np.argsort(-np.linalg.norm(layers.matrices[0], axis=1), kind="stable")[:64]
    assert numbers(app) == order.tolist()
    expected = to_signed_levels(units.images, limit=limit)
    np.testing.assert_array_equal(arrays["levels"], expected)
    assert [unit["dead"] for unit in header["units"]] == (answers.activity == 0).tolist()
    assert header["chosen"] == next(unit for unit in order if answers.activity[unit] > 0)


def test_details_are_those_of_brute_force(images_and_labels):
    images, labels = images_and_labels
    found, layers, answers = in_pieces("narrow", images)
    unit = 11

    app = open_page("filters", model="narrow", unit=str(unit + 1))

    boxes, bars = charts(app)
    by_label = answers.by_label(unit, labels)
    np.testing.assert_allclose(boxes["values"], by_label.percentiles)
    loss = Ablation(layers, {0: answers}, images, labels).switch_off(0, unit)
    np.testing.assert_allclose(bars["values"], 100 * loss.share_by_label(), rtol=1e-4)
    ((header, levels),) = picture_rows(app)
    best = answers.top_activating(unit)
    assert header["rows"][0]["name"] == "Top-activating test digits of unit 12"
    assert header["titles"] == formats.test_digits(best, labels[best])
    np.testing.assert_array_equal(levels[0], to_levels(images[best]))
    model = inference.build_model(found.card.model, found.weights)
    before = metrics.mse(images, inference.reconstruct(model, images)).mean()
    assert f"goes from {before:.5f} to {loss.after.mean():.5f}" in texts(app)


def test_orders_follow_the_address_and_the_control(images_and_labels):
    images, _ = images_and_labels
    _, _, answers = in_pieces("narrow", images)
    app = open_page("filters", model="narrow", sort="activity")

    assert numbers(app) == np.argsort(-answers.activity, kind="stable").tolist()

    orders = gallery(app)[0]["orders"]
    app.segmented_control(key="filters_sort").set_value("number").run()

    header, arrays = gallery(app)
    assert header["view"] == {"order": "number", "count": 64, "model": "narrow", "layer": "hidden"}
    assert (orders["number"], arrays) == (list(range(len(answers.activity))), {})
    assert app.query_params["sort"] == "number"


def test_by_similarity_the_chosen_unit_comes_first_and_components_keep_their_order():
    app = open_page("filters", model="narrow", sort="similarity", unit="8")

    assert numbers(app)[0] == 7
    assert numbers(app, "filters_components") == list(range(64))


def test_all_units_are_shown_on_demand():
    app = open_page("filters", model="plane", show="all")

    assert sorted(numbers(app)) == list(range(128))


def test_the_code_has_a_gallery_of_its_own_that_cannot_be_sorted_by_activity():
    app = open_page("filters", model="plane", layer="code", sort="activity")

    header, arrays = gallery(app)
    assert [unit["caption"] for unit in header["units"]] == ["z1", "z2"]
    assert arrays["levels"].shape == (2, 2, 784)
    assert app.segmented_control(key="filters_sort").value == "norm"
    assert "held at its mean" in texts(app)


def test_a_dead_unit_is_marked_and_explained(images_and_labels):
    images, _ = images_and_labels
    _, _, answers = in_pieces("narrow-dropout", images)
    dead = int(np.flatnonzero(answers.activity == 0)[0])

    app = open_page("filters", model="narrow-dropout", unit=str(dead + 1), sort="number")

    assert gallery(app)[0]["units"][dead]["caption"] == f"{dead + 1} · dead"
    assert "is **dead**" in app.info[0].value
    assert set(charts(app)[1]["values"]) == {0}


@pytest.mark.parametrize("model", ["wide-dropout", "wide"])
def test_twins_stand_side_by_side_the_notebooks_on_the_left_and_on_one_scale(model):
    app = open_page("filters", model=model)

    left, right = (gallery_of(app, side) for side in ("left", "right"))
    assert left["name"].startswith("wide-dropout:")
    assert right["name"].startswith("wide:")
    assert "code dropout 0.8" in texts(app)


def gallery_of(app, side: str) -> dict:
    return viewer_message.unpack(component(app, f"filters_{side}").bytes)[0]


def test_pictures_travel_once_and_again_when_the_browser_lacks_them():
    app = open_page("filters", model="plane")
    first, _ = gallery(app)

    app.run()

    again, arrays = gallery(app)
    assert (again["hash"], arrays) == (first["hash"], {})


@pytest.mark.parametrize("unit", ["0", "129", "-1", "x", "1e3", "9" * 50])
def test_a_unit_that_is_none_is_told_and_the_strongest_shown(unit):
    app = open_page("filters", model="plane", unit=unit)

    assert "units are 1 to 128" in app.warning[0].value
    assert app.query_params["unit"] == str(strongest(app) + 1)


def strongest(app):
    """The number of the first unit of the gallery that is not dead."""
    units = gallery(app)[0]["units"]
    return next(unit for unit in numbers(app) if not units[unit]["dead"])


def test_another_model_forgets_the_unit():
    app = open_page("filters", model="plane", unit="100")

    app.selectbox(key="model").select("narrow").run()

    assert not app.warning
    assert app.query_params["unit"] == str(strongest(app) + 1)


@pytest.mark.parametrize("message", [{}, {"unit": None}, {"unit": "1"}, {"unit": 5}, {"unit": -1}])
def test_a_unit_that_the_browser_makes_up_is_ignored(message):
    blank = np.zeros((5, 1, 784), np.float32)
    units = Units(images=blank, norms=np.ones(5), activity=None, dead=np.zeros(5, bool))
    chosen = Chosen(of=("digest", "hidden"), unit=3)

    choose(chosen, units, message)

    assert chosen.unit == 3


def test_units_without_relu_have_no_activity(tmp_path, monkeypatch):
    config = ModelConfig(latent_dim=2, hidden_dims=(12,), activation="tanh")
    checkpoint_file.save(small_checkpoint(config), tmp_path / "small.safetensors")
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("filters", model="small")

    assert not app.exception
    (sort,) = (each for each in app.segmented_control if each.label == "Sort by")
    assert "Activity" not in sort.options
    assert not any(unit["dead"] for unit in gallery(app)[0]["units"])
    assert "hyperbolic tangent" in texts(app)
    assert "ReLU" not in texts(app) + gallery(app)[0]["note"]
