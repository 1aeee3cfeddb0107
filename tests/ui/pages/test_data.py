"""`/data`: what is in use, an upload that is the visitor's own, and a folder of the machine."""

import tomllib

import pytest

from aecore.data.folder import load_folder
from aecore.data.upload import MAX_UPLOAD_MB
from aecore.sweeps import launcher
from tests.data.test_upload import archive_of
from tests.support.command_line import REPOSITORY
from tests.support.own_data import shapes, write_set
from tests.support.pages import open_page, texts

pytest_plugins = ["tests.support.own_data", "tests.support.train_page"]


def upload(app, name="birds.npz", count=30):
    pictures, labels = shapes(count, (9, 9, 3))
    content = archive_of(x=pictures, y=labels)
    app.file_uploader(key="data_add").set_value([(name, content, "")])
    return app.run()


def test_the_data_in_use_is_shown(digits):
    app = open_page("data")

    shown = texts(app)
    assert not app.exception
    assert "1,297** training and **500** test digits of 28 x 28 pixels, 10 classes" in shown
    assert digits.fingerprint in shown


def test_an_upload_is_used_by_this_visit_alone():
    mine = upload(open_page("data"))
    other = open_page("data")

    assert not mine.exception
    assert "**24** training and **6** test pictures of 9 x 9 RGB pixels, 3 classes" in texts(mine)
    assert "uploaded birds" in texts(mine).replace("\\", "")
    assert "28 x 28" in texts(other)


def test_the_usual_data_come_back():
    app = upload(open_page("data"))

    app.button(key="data_reset").click().run()

    assert "28 x 28" in texts(app)


def test_an_upload_that_cannot_be_used_is_told_and_changes_nothing():
    app = upload(open_page("data"), count=5)

    assert "only 5 pictures" in app.error[0].value.replace("\\", "")
    assert "28 x 28" in texts(app)


def test_what_is_kept_can_be_trained_on():
    app = upload(open_page("data"))

    app.button(key="data_keep").click().run()

    path = app.session_state["data_in_use"]
    assert load_folder(path).spec.shape == (9, 9, 3)
    assert "9 x 9 RGB" in texts(app)


def test_training_takes_the_data_of_the_visit(submitted, monkeypatch, tmp_path):
    """Challenges and sweeps took the server's."""
    started = []
    monkeypatch.setattr(launcher, "submit", lambda spec: started.append(spec.data) or None)
    data = str(write_set(tmp_path, "plain"))
    train, sweeps = (open_page(name, state={"data_in_use": data}) for name in ("train", "sweeps"))

    train.button(key="train_challenge_third").click().run()
    sweeps.button(key="sweeps_start").click().run()

    assert [spec.data for spec in submitted] == started == [data]


@pytest.mark.parametrize(
    ("page", "button"), [("train", "train_challenge_third"), ("sweeps", "sweeps_start")]
)
def test_nothing_is_trained_on_an_upload_and_the_page_says_why(page, button):
    uploaded = upload(open_page("data")).session_state["data_uploaded"]

    app = open_page(page, state={"data_uploaded": uploaded})

    assert app.button(key=button).disabled
    assert "Keep the uploaded data first" in app.info[0].value


def test_a_folder_of_the_machine_is_used(tmp_path):
    data = write_set(tmp_path, "plain")
    app = open_page("data")

    app.text_input(key="data_folder").set_value(str(data)).run()
    app.button(key="data_use").click().run()

    assert not app.exception
    assert "pictures of 10 x 14 pixels, no labels" in texts(app)


def test_the_server_takes_what_the_page_asks_for():
    """It refused what was larger than 20 MB, whatever the inputs of pages said."""
    settings = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text())

    assert settings["server"]["maxUploadSize"] >= MAX_UPLOAD_MB


def test_a_public_server_offers_neither_a_folder_nor_keeping(monkeypatch):
    monkeypatch.setenv("AECORE_TRAINING", "off")

    app = upload(open_page("data"))

    assert "9 x 9 RGB" in texts(app)
    assert [each.key for each in app.text_input] == []
    assert [each.key for each in app.button if each.key == "data_keep"] == []


@pytest.mark.parametrize("page", ["train", "compare"])
def test_other_pages_follow_the_upload(page):
    data = upload(open_page("data"))
    state = {"data_uploaded": data.session_state["data_uploaded"]}

    app = open_page(page, state=state)

    assert not app.exception
    assert "uploaded birds" in texts(app).replace("\\", "")


def test_a_model_of_other_pictures_is_refused_in_one_line():
    data = upload(open_page("data"))

    app = open_page("reconstruct", state={"data_uploaded": data.session_state["data_uploaded"]})

    assert not app.exception
    assert "28 x 28 pixels" in app.error[0].value.replace("\\", "")
    assert "9 x 9 RGB" in app.error[0].value.replace("\\", "")
