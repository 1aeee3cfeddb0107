"""Every page on pictures of other sizes, in RGB, of 47 classes and of none."""

import base64
import json
import re

import pytest

from aecore import experiment
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.data.folder import load_folder
from aecore.digits.canvas_input import pack_drawing
from aecore.training.device import pick_device
from aecore.ui import navigation
from aecore.ui.cache import datasets
from aecore.ui.pages import find_pages
from aecore.ui.pages.your_digit import interpretation
from aecore.ui.pages.your_digit import page as drawing_page
from aecore.viewer import message
from tests.data.test_upload import archive_of
from tests.support.own_data import SETS, shapes, write_pictures, write_set
from tests.support.pages import component, grid, open_page, picture_rows, texts

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
def test_the_sidebar_speaks_of_what_the_data_in_use_are(own, monkeypatch):
    """It followed the models, which were of digits."""
    monkeypatch.setattr(datasets, "_specs", {})
    monkeypatch.setenv("AECORE_DATA", str(own[0]))
    before = titles()  # all models are of digits: the data are not read for it

    datasets.test_set()

    assert before["your_digit"] == "Your digit"
    assert titles() == before | {"your_digit": "Your picture"}
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))
    monkeypatch.setattr(datasets, "_specs", {})
    assert titles() == before | {"your_digit": "Your picture"}


def titles():
    return {page.name: navigation.title_of(page) for page in find_pages()}


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_an_upload_renames_the_pages_at_once_and_leaving_it_names_them_again(own):
    """The first run that knows of other data draws the sidebar once more, and is not repeated."""
    drawn = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(navigation, "_draw_sidebar", lambda: drawn.append(titles()["your_digit"]))
        app = open_page("data", state={navigation._NAMED_FOR_DIGITS: True})
        pictures, labels = shapes(30, (9, 9, 3))
        content = archive_of(x=pictures, y=labels)
        app.file_uploader(key="data_add").set_value([("birds.npz", content, "")]).run()
        assert not app.exception
        app.session_state[navigation._NAMED_FOR_DIGITS] = False
        app.button(key="data_reset").click().run()

    assert set(drawn[:-1]) == {"Your picture"}
    assert drawn[-1] == "Your digit"


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
        "labeled": True,
    }  # fmt: skip


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_a_model_of_other_pictures_takes_these_where_the_data_are_digits(own, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", "bundled")
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))

    app = open_page("your_digit", model="mine")

    assert not app.exception
    assert app.title[0].value == "Your picture"
    assert "Draw, photograph or upload a picture" in texts(app)
    assert drawing_settings(app)["paper"] == "dark"
    assert drawing_settings(app)["judge"] is None


@pytest.mark.parametrize(
    ("own", "is_labeled"), [("digits8", True), ("rgb", True), ("plain", False)], indirect=["own"]
)
def test_a_drawing_is_judged_as_an_upload_is(own, is_labeled, monkeypatch):
    data, models = own
    monkeypatch.setenv("AECORE_DATA", str(data))
    monkeypatch.setenv("AECORE_MODELS", str(models))
    picture = load_folder(data).test_images[0]
    levels = base64.b64encode(picture.tobytes()).decode()
    state = {"your_digit_levels": levels}

    app = open_page("your_digit", model="mine", state=state)

    assert not app.exception
    assert drawing_settings(app)["levels"] == levels
    assert app.query_params["drawing"] == pack_drawing(levels)
    assert "Its reconstruction error is higher than" in texts(app)
    assert ("are labeled" in texts(app)) == is_labeled
    assert grid(app).count("test picture no. ") or grid(app).count("test digit no. ")
    linked = open_page("your_digit", model="mine", drawing=pack_drawing(levels))
    assert drawing_settings(linked)["levels"] == levels
    assert grid(app).endswith(grid(linked)[-2000:])


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_a_drawing_too_large_for_a_link_is_said_to_be(own, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(own[0]))
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))
    monkeypatch.setattr(drawing_page, "_LONGEST", 100)
    levels = base64.b64encode(load_folder(own[0]).test_images[0].tobytes()).decode()

    app = open_page("your_digit", model="mine", state={"your_digit_levels": levels})

    assert "does not fit into a link" in texts(app)
    assert "drawing" not in app.query_params
    assert "Its reconstruction error" in texts(app)


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_a_drawing_for_a_model_of_other_pictures_is_left_out(own, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(own[0]))
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))
    levels = base64.b64encode(bytes([9] * 784)).decode()

    app = open_page("your_digit", model="mine", state={"your_digit_levels": levels})

    assert not app.exception
    assert drawing_settings(app)["levels"] is None
    assert "reconstruction error" not in texts(app)


def drawing_settings(app):
    return message.unpack(component(app, "digit_canvas").bytes)[0]["settings"]


@pytest.mark.parametrize(
    ("own", "said"),
    [("rgb", ["<b>circle</b>", "<b>square</b>", "<b>star</b>"]), ("plain", [])],
    indirect=["own"],
)
def test_the_map_names_classes_only_where_there_are_any(own, said, monkeypatch):
    """Pictures without labels were all in a class called "all"."""
    monkeypatch.setenv("AECORE_DATA", str(own[0]))
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))

    app = open_page("map", model="mine")

    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    written = [each["text"] for each in figure["layout"].get("annotations", [])]
    assert sorted(text for text in written if text.startswith("<b>")) == said
    assert figure["layout"]["showlegend"] == bool(said)
    assert ("class" in figure["data"][0]["hovertemplate"]) == bool(said)
    assert picture_header(app, "live_decoder")["labeled"] == bool(said)


@pytest.mark.parametrize("own", ["rgb"], indirect=True)
def test_differences_in_color_are_explained_as_such(own, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(own[0]))
    monkeypatch.setenv("AECORE_MODELS", str(own[1]))

    note = message.unpack(
        component(open_page("reconstruct", model="mine"), "reconstruct_pictures").bytes
    )[0]["note"]

    assert "gray where the two are equal" in note
    assert "black" not in note


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


@pytest.fixture
def shapes_of_28(tmp_path):
    """A folder of models of circles, squares and stars, in pictures as large as digits."""
    pictures, labels = shapes(60, (28, 28))
    names = [("circle", "square", "star")[label] for label in labels]
    data = write_pictures(tmp_path / "data", pictures, names)
    (tmp_path / "models").mkdir()
    make_models(data, tmp_path / "models")
    return tmp_path / "models"


@pytest.mark.parametrize(("page", "model"), [("reconstruct", "mine"), ("denoise", "mending")])
def test_pictures_have_the_labels_of_the_data_in_use(shapes_of_28, monkeypatch, page, model):
    """They had those of the model's data: under a 2 stood "star"."""
    monkeypatch.setenv("AECORE_DATA", "bundled")
    monkeypatch.setenv("AECORE_MODELS", str(shapes_of_28))

    app = open_page(page, model=model)

    headers = json.dumps([header for header, _ in picture_rows(app)])
    assert not app.exception
    assert not re.search(r"\b(star|circle)\b", headers)


def test_a_digit_is_compared_with_models_of_digits_alone(
    shapes_of_28, tiny_checkpoint, monkeypatch
):
    monkeypatch.setenv("AECORE_MODELS", str(shapes_of_28))
    checkpoint_file.save(tiny_checkpoint, shapes_of_28 / "digits.safetensors")

    assert [*interpretation._digit_models()] == ["digits"]


def test_no_denoiser_of_other_pictures_is_picked(shapes_of_28, tiny_checkpoint, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", "bundled")
    monkeypatch.setenv("AECORE_MODELS", str(shapes_of_28))
    checkpoint_file.save(tiny_checkpoint, shapes_of_28 / "digits.safetensors")

    app = open_page("denoise", state={"app_model": "digits"})

    assert app.selectbox(key="model").value == "digits"
    assert "train one on the page Train" in app.info[0].value
