"""Every page on pictures of other sizes, in RGB, of 47 classes and of none."""

import json

import pytest

from aecore import experiment
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.data.folder import load_folder
from aecore.training.device import pick_device
from aecore.ui import navigation
from aecore.ui.pages import find_pages
from aecore.viewer import message
from tests.support.own_data import SETS, write_set
from tests.support.pages import component, open_page, texts

pytest_plugins = ["tests.support.own_data"]
pytestmark = pytest.mark.usefixtures("torch_threads")

PAGES = [page.name for page in find_pages()]


def make_models(data, folder):
    """A plain model and a denoiser of a data set."""
    dataset = load_folder(data)
    for name, noise in (("mine", None), ("mending", NoiseConfig())):
        config = TrainConfig(epochs=1, gamma=0.0, batch_size=32, noise=noise)
        model = ModelConfig(latent_dim=2 if noise is None else 4, hidden_dims=(8,))
        made = experiment.run(name, None, model, config, dataset, device=pick_device("cpu"))
        checkpoint_file.save(made, folder / f"{name}.safetensors")


@pytest.fixture(scope="module", params=SETS)
def own(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    data = write_set(folder / "data", request.param)
    (folder / "models").mkdir()
    make_models(data, folder / "models")
    return data, folder / "models"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_own_data(own, page, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    monkeypatch.setenv("AECORE_MODELS", str(models))

    app = open_page(page)

    assert not app.exception
    assert [error.value for error in app.error] == []
    assert "digit" not in app.title[0].value


@pytest.mark.parametrize("own", ["rgb", "plain"], indirect=True)
def test_errors_by_class_have_the_names_of_the_classes(own, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    monkeypatch.setenv("AECORE_MODELS", str(models))
    names = [*load_folder(data).spec.classes, "all"]

    app = open_page("reconstruct", model="mine")
    bars = charts(app, "reconstruct_by_label")[0]
    app.pills(key="reconstruct_lab").set_value("Importance of each latent dimension").run()

    assert not app.exception
    assert bars["x"] == names
    assert charts(app, "reconstruct_dimensions")[1]["columns"] == names


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_the_sidebar_speaks_of_pictures(own, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    titles = {page.name: navigation.title_of(page) for page in find_pages()}
    monkeypatch.setenv("AECORE_MODELS", str(models))

    own_titles = {page.name: navigation.title_of(page) for page in find_pages()}

    assert titles["your_digit"] == "Your digit"  # all models are: the data are not read for it
    assert own_titles == titles | {"your_digit": "Your picture"}


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_widgets_are_told_shape_and_names(own, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    monkeypatch.setenv("AECORE_MODELS", str(models))

    rows = picture_header(open_page("reconstruct", model="mine"))
    live = picture_header(open_page("generate", model="mine"), "live_decoder")

    assert rows == live == {
        "shape": [12, 16, 3],
        "noun": "picture",
        "nouns": "pictures",
        "names": ["circle", "square", "star"],
    }  # fmt: skip


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_a_model_of_other_pictures_takes_an_upload_where_the_data_are_digits(own, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", "bundled")
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))

    app = open_page("your_digit", model="mine")

    assert not app.exception
    assert app.title[0].value == "Your picture"
    assert "Upload a picture" in texts(app)
    assert not app.get("segmented_control")  # no canvas


@pytest.mark.parametrize("own", ["rgb", "plain"], indirect=True)
def test_pages_speak_of_classes_where_there_are_any(own, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    monkeypatch.setenv("AECORE_MODELS", str(models))
    classes = load_folder(data).spec.classes

    denoise = open_page("denoise", model="mending")
    choices = [pills.label for pills in open_page("reconstruct", model="mine").segmented_control]
    shown = open_page("map", model="mine")

    columns = message.unpack(component(denoise, "denoise_pictures").bytes)[0]["columns"]
    assert columns == list(classes or ["all"] * len(columns))
    assert len(columns) > 1
    assert ("Label" in choices) == bool(classes)
    assert ("Label **" in texts(shown)) == bool(classes)


def charts(app, key):
    return json.loads(component(app, key).json)["charts"]


def picture_header(app, key="reconstruct_pictures"):
    return message.unpack(component(app, key).bytes)[0]["picture"]


@pytest.mark.parametrize("own", ["classes47"], indirect=True)
def test_any_of_many_classes_is_found_on_the_map(own, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    monkeypatch.setenv("AECORE_MODELS", str(models))
    app = open_page("map", model="mine")

    last = app.selectbox(key="map_class").options[-1]

    app.selectbox(key="map_class").set_value(last).run()

    assert not app.exception
    dataset = load_folder(data)
    number = app.number_input(key="map_number").value
    assert dataset.spec.classes[dataset.test_labels[number]] == last
    names = [trace["name"] for trace in json.loads(app.get("plotly_chart")[0].proto.spec)["data"]]
    assert len(names) == 10
    assert names[-1] == "other"
