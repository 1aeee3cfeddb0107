"""`/reconstruct` and selections on the map: what they show is what the core and `evaluate` say."""

from __future__ import annotations

import gc
import html
import json
import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from aecore.analysis import evaluation, metrics
from aecore.analysis.lasso import Subset
from aecore.checkpoints import file as checkpoint_file
from aecore.config import NoiseConfig
from aecore.models import inference
from aecore.ui.pages.reconstruct.experiments import _FORMER_NAMES
from tests.support import pages
from tests.support.pages import EXPERIMENTS, component, open_page, texts


@pytest.fixture(scope="session")
def folder(make_checkpoint, tmp_path_factory):
    """Models with D = 2, 1 and 4, the last a denoiser, of the bundled digits."""
    place = tmp_path_factory.mktemp("laboratory")
    for name, dim, noise in (("two", 2, None), ("one", 1, None), ("mends", 4, NoiseConfig())):
        made = make_checkpoint(name, latent_dim=dim, noise=noise)
        shutil.copy(made.path, place / made.path.name)
    return place


@pytest.fixture(autouse=True)
def models(folder, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(folder))


def grid(app) -> str:
    return html.unescape(pages.grid(app))


@pytest.mark.parametrize("model", ["two", "one", "mends"])
def test_every_laboratory_opens_on_every_model(model):
    app = open_page("reconstruct", model=model)

    for name in EXPERIMENTS:
        app.pills(key="reconstruct_lab").set_value(name).run()

        assert not app.exception, name
        assert not app.error, name


@pytest.mark.parametrize("model", ["two", "mends"])
def test_errors_are_those_of_evaluate_and_of_brute_force(model, digits, unit_digits):
    found = checkpoint_file.load(model)
    loaded = inference.build_model(found.card.model, found.weights)
    expected = evaluation.evaluate(loaded, found.pca, found.card.train.noise, digits)
    output = inference.reconstruct(loaded, unit_digits).astype(np.float64)

    app = open_page("reconstruct", model=model)

    (chart,) = json.loads(component(app, "reconstruct_by_label").json)["charts"]
    own, linear = (each["values"] for each in chart["series"])
    assert own[10] == pytest.approx(expected.get("clean_mse", expected["test_mse"]), rel=1e-5)
    for label in range(10):
        rows = digits.test_labels == label
        assert own[label] == pytest.approx(((output - unit_digits)[rows] ** 2).mean(), rel=1e-5)
    if found.card.train.noise is None:
        assert linear[10] == pytest.approx(expected["pca_test_mse"], rel=1e-5)
    assert f"{model} {own[10]:.4f}, PCA {linear[10]:.4f}." in texts(app)


def test_each_chosen_model_has_a_row_and_pca_of_its_size_once():
    app = open_page("reconstruct", model="two")

    app.multiselect(key="reconstruct_with").set_value(["mends", "one"]).run()

    ((header, _),) = pages.picture_rows(app)
    names = [row["name"] for row in header["rows"] if "over 500 test digits" in row["name"]]
    assert [name.split(" ·")[0].replace("\u2009", "") for name in names] == [
        *("two", "PCA, D=2", "mends", "PCA, D=4", "one", "PCA, D=1")
    ]
    note = texts(app).split("Mean squared error per pixel over all ")[1]
    assert all(f"{name}: 0." in note for name in ("PCA, D\u2009=\u20094", "PCA, D\u2009=\u20091"))


def test_a_digit_named_by_the_address_comes_first_and_leads_to_its_dot_on_the_map():
    app = open_page("reconstruct", model="two", reconstruct_digit="123")
    ((header, _),) = pages.picture_rows(app)

    address, title = header["rows"][0]["links"][0], header["titles"][0]
    query = dict(part.split("=") for part in address.split("?")[1].split("&"))
    landed = open_page("map", **query)

    assert title.startswith("test digit no. 123,")
    assert not landed.warning
    assert landed.number_input(key="map_number").value == 123
    assert "./reconstruct?model=two&reconstruct_digit=123" in grid(landed)


def test_worst_digits_come_with_their_errors_in_order():
    app = open_page("reconstruct", model="two", reconstruct_lab="Worst and typical cases")

    worst = np.sort(checkpoint_file.load("two").errors)[::-1][:16]

    shown = next(
        header for header, _ in pages.picture_rows(app) if header["title"] == "Largest errors"
    )
    assert shown["rows"][1]["texts"] == [f"{error:.4f}" for error in worst]


@pytest.mark.parametrize(
    ("laboratory", "file", "rows", "columns"),
    [
        ("Worst and typical cases", "two-worst", 2, 16),
        ("Dropout at test time", "dropout-left-on", 2, 7),
        ("Noise in the code", "noise-on-the-code", 2, 10),
    ],
)
def test_the_pictures_of_a_laboratory_are_rows_that_can_be_saved(laboratory, file, rows, columns):
    app = open_page("reconstruct", model="two", reconstruct_lab=laboratory)

    by_file = {header["file"]: levels for header, levels in pages.picture_rows(app)}

    assert by_file[file].shape == (rows, columns, 784)


def test_dropout_says_what_it_does_to_a_model_trained_without():
    app = open_page("reconstruct", model="two", reconstruct_lab="Dropout at test time")
    rate = next(slider for slider in app.slider if "Dropout rate" in slider.label)

    rate.set_value(0.0).run()

    assert "trained without code dropout" in app.info[0].value
    quiet = re.search(
        r"\*\*([\d.]+)\*\* with dropout off, \*\*([\d.]+)\*\* in a single", texts(app)
    )
    assert quiet[1] == quiet[2]


def test_dimensions_offer_all_their_errors_and_name_the_strongest(unit_digits, digits):
    app = open_page(
        "reconstruct", model="two", reconstruct_lab="Importance of each latent dimension"
    )

    found = checkpoint_file.load("two")
    model = inference.build_model(found.card.model, found.weights)
    codes = inference.encode(model, unit_digits)
    errors = []
    for dimension in (0, 1):
        fixed = codes.copy()
        fixed[:, dimension] = codes[:, dimension].mean()
        errors.append(metrics.mse(unit_digits, inference.decode(model, fixed)).mean())
    top = int(np.argmax(errors))
    assert f"fixing **z{top + 1}** costs most" in texts(app)
    assert f"**{errors[top]:.4f}**" in texts(app)


def select_on_map(numbers):
    """The map of `two` with these digits selected."""
    found = checkpoint_file.load("two")
    app = open_page("map", model="two")
    app.session_state["map_selected"] = (found.digest, "Latent plane (2-D)", [], np.array(numbers))
    return app.run(), Subset.of(np.array(numbers, int), found.codes, found.labels, found.errors)


def test_a_selection_shows_its_counts_and_errors(digits, unit_digits):
    numbers = [3, 4, 100, 101, 102, 499]

    app, chosen = select_on_map(numbers)

    assert not app.exception
    assert app.header[0].value == "Selected: 6 of 500 test digits"
    found = checkpoint_file.load("two")
    linear = metrics.mse(unit_digits, found.pca.reconstruct(unit_digits))[numbers].mean()
    assert f"**{chosen.mean_error:.4f}** (PCA: **{linear:.4f}**" in texts(app)
    assert all(f"test digit no. {number}, a" in grid(app) for number in numbers)
    (bars,) = json.loads(pages.component(app, "map_selection_counts").json)["charts"]
    assert bars["values"] == np.bincount(digits.test_labels[numbers], minlength=10).tolist()


def test_an_outline_around_nothing_says_so():
    app, _ = select_on_map([])

    assert "no test digits in the selection" in app.info[0].value


def test_a_selection_is_forgotten_with_its_model():
    app, _ = select_on_map([1, 2, 3])

    app.selectbox(key="model").select("one").run()

    assert not app.exception
    assert not app.header


@pytest.fixture
def small_heap() -> Iterator:
    """Python's collector leaves alone what other tests have left: to go over it takes 0.2 s."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("small_heap")
def test_any_control_answers_quickly_once_its_data_is_cached():
    """Its share of the processor, so that other work on the machine is no failure."""
    from time import process_time

    app = open_page("reconstruct", model="mends")
    spent = []

    for name in EXPERIMENTS:
        app.pills(key="reconstruct_lab").set_value(name).run()
        for which in ("worst", "median", "random"):
            begun = process_time()
            app.segmented_control(key="reconstruct_which").set_value(which).run()
            spent.append(process_time() - begun)

    assert np.percentile(spent[3:], 95) < 0.15  # a whole page, more than any control redraws


@pytest.mark.parametrize(("former", "name"), zip(_FORMER_NAMES, EXPERIMENTS, strict=True))
def test_an_address_of_an_earlier_version_opens_the_same_experiment(former, name):
    app = open_page("reconstruct", model="two", reconstruct_lab=former)

    assert app.session_state["reconstruct_lab"] == name
    assert not app.exception
