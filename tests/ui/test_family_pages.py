"""Every page opens on a model of another family, and says in a line what it cannot do for it."""

import dataclasses

import pytest

from aecore import experiment
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, TrainConfig
from aecore.models.families import FAMILIES
from aecore.presets import get_preset
from aecore.training.device import pick_device
from aecore.ui.pages import find_pages
from aecore.ui.pages.filters import page
from tests.support.pages import open_page, picture_rows, texts
from tests.support.tiny_conv import TinyConv

pytestmark = pytest.mark.usefixtures("torch_threads")

PAGES = [page.name for page in find_pages()]
LINES = {
    "map": "Digits decoded under the pointer",
    "generate": "Sliders that decode in the browser",
    "your_digit": "Drawings reconstructed in the browser",
}
"""What a page lacks, by page; the others lack nothing."""


@pytest.fixture(scope="module")
def models_folder(digits, tmp_path_factory):
    """A models folder with one model of the family."""
    folder = tmp_path_factory.mktemp("families")
    family = TinyConv()
    FAMILIES[family.name] = family
    made = experiment.run(
        "conv",
        None,
        ModelConfig(family=family.name, latent_dim=2, hidden_dims=(3,)),
        TrainConfig(gamma=1e-4, epochs=1, batch_size=200),
        digits,
        device=pick_device("cpu"),
    )
    checkpoint_file.save(made, folder / "conv.safetensors")
    yield folder
    del FAMILIES[family.name]


@pytest.fixture(autouse=True)
def only_this_model(models_folder, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(models_folder))


def lines(app):
    words = ("dense networks only", "not available for this model")
    return [info.value for info in app.info if any(each in info.value for each in words)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_and_says_in_one_line_what_it_lacks(page):
    app = open_page(page, model="conv")

    assert not app.exception
    assert not app.error
    found = lines(app)
    assert len(found) == (page in LINES)
    if found:
        assert found[0] == (
            f"{LINES[page]} are not available for this model, which is a tiny convolutional "
            "network."
        )


def test_filters_shows_the_feature_maps_of_a_digit():
    app = open_page("filters", model="conv", digit="3")

    header, levels = picture_rows(app)[1]
    assert [row["name"] for row in header["rows"]] == ["kernel", "feature map", "activates it most"]
    assert levels[1].max() == 255
    app.number_input(key="filters_digit").set_value(4).run()
    assert (picture_rows(app)[1][1][1] != levels[1]).any()
    assert (picture_rows(app)[1][1][2] == levels[2]).all()


def test_filters_of_another_kind_of_network_says_what_it_lacks(monkeypatch):
    monkeypatch.setattr(page, "convolutions", lambda model: [])

    app = open_page("filters", model="conv")

    assert lines(app) == [
        "Filters are available for dense networks only; this model is a tiny convolutional network."
    ]


def test_the_head_of_a_page_shows_the_layers():
    app = open_page("map", model="conv")

    assert "784 → 588 → 2 → 588 → 784" in texts(app)


def test_interpolation_says_so_too():
    app = open_page("generate", model="conv")

    app.segmented_control(key="generate_task").set_value(
        app.segmented_control(key="generate_task").options[1]
    ).run()

    assert not app.exception
    assert len(lines(app)) == 1


def test_the_form_offers_the_family_and_counts_its_weights():
    app = open_page("train", model="conv")
    key = next(box.key for box in app.selectbox if (box.key or "").startswith("train_family_"))

    app.selectbox(key=key).set_value("tiny-conv").run()

    assert not app.exception
    plane = dataclasses.replace(get_preset("plane").model, family="tiny-conv")
    assert f"{TinyConv().count_weights(plane):,}" in texts(app)
