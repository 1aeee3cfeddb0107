"""Saved models on `/train`: their cards, renaming, deleting, restoring, import."""

import pytest

from aecore.checkpoints import catalog, library
from aecore.checkpoints import file as checkpoint_file
from aecore.ui import trash
from tests.support.pages import buttons, grid, open_page, texts

pytest_plugins = ["tests.support.models_folder"]
pytestmark = pytest.mark.usefixtures("folders")


def test_the_card_tells_where_a_model_comes_from(tiny_checkpoint):
    app = open_page("train", model="mine")

    card = grid(app)
    assert checkpoint_file.load("mine").digest in card
    for fact in (tiny_checkpoint.card.fingerprint, "torch", "784 → 16 → 2 → 16 → 784"):
        assert fact in card


def test_the_shipped_model_offers_no_change():
    app = open_page("train", model="plane")

    assert "shelf_delete" not in buttons(app)
    assert "Built-in, read-only" in texts(app)


def test_a_deleted_model_comes_back_until_the_page_is_left(folders):
    app = open_page("train", model="mine")

    app.button(key="shelf_delete").click().run()
    assert library.own_names() == []
    assert app.selectbox(key="model").value == "plane"

    app.button(key="shelf_undo_0").click().run()
    assert library.own_names() == ["mine"]
    assert app.selectbox(key="model").value == "mine"
    assert {path.name for path in folders.iterdir()} == {"plane.safetensors", "mine.safetensors"}


def test_what_was_deleted_is_gone_when_the_page_is_left(folders, monkeypatch):
    session = {"shelf_deleted": [library.delete("mine")]}
    monkeypatch.setattr(trash.st, "session_state", session)

    trash.empty()

    assert [path.name for path in folders.iterdir()] == ["plane.safetensors"]
    assert session == {}


def test_a_model_is_renamed_in_place(folders):
    app = open_page("train", model="mine")

    app.text_input(key="shelf_new_name_mine").set_value("yours")
    app.button(key="shelf_rename").click().run()

    assert library.own_names() == ["yours"]
    assert app.selectbox(key="model").value == "yours"


def test_an_uploaded_model_is_checked_and_taken_in(folders, tiny_checkpoint):
    app = open_page("train")
    whole = tiny_checkpoint.path.read_bytes()

    app.file_uploader(key="shelf_upload").set_value(
        ("sent.safetensors", whole, "application/octet-stream")
    ).run()
    app.button(key="shelf_import").click().run()

    assert not app.error
    assert catalog.find("sent").read_bytes() == whole
    assert app.selectbox(key="model").value == "sent"


def test_a_file_that_is_no_model_is_refused(folders):
    app = open_page("train")

    app.file_uploader(key="shelf_upload").set_value(
        ("sent.safetensors", b"not a model at all", "application/octet-stream")
    ).run()
    app.button(key="shelf_import").click().run()

    assert "cannot be used" in app.error[0].value.replace("\\", "")
    assert library.own_names() == ["mine"]
