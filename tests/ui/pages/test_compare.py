"""The table and the curves of `/compare`, by Streamlit's own test runner."""

from __future__ import annotations

import csv
import dataclasses
import io

import numpy as np

from aecore.checkpoints import catalog, comparison
from aecore.checkpoints import file as checkpoint_file
from aecore.viewer import message
from tests.support.pages import component, grid, open_page, texts


def test_the_table_of_models_has_all_of_them_and_empty_cells_for_what_they_lack():
    app = open_page("compare")

    frame = app.dataframe[0].value

    assert list(frame.columns) == list(comparison.COLUMNS)
    cards = {name: checkpoint_file.read_card(catalog.find(name)) for name in catalog.names()}
    assert sorted(frame["model"]) == sorted(cards)
    for name, error, trust in zip(frame["model"], frame["test MSE"], frame["trustw."], strict=True):
        assert error == cards[name].metrics["test_mse"]
        kept = cards[name].metrics.get("trustworthiness", np.nan)
        np.testing.assert_equal(np.nan if trust is None else trust, kept)


def test_the_csv_holds_what_the_table_holds():
    app = open_page("compare")
    frame = app.dataframe[0].value

    rows = list(csv.DictReader(io.StringIO(comparison.to_csv(frame.to_dict("list")))))

    assert [row["model"] for row in rows] == list(frame["model"])
    assert float(rows[0]["test MSE"]) == frame["test MSE"][0]


def test_the_best_of_the_models_of_the_same_digits_are_bold(tiny_checkpoint):
    card = tiny_checkpoint.card

    def entry(name: str, digits: str, error: float) -> comparison.Entry:
        metrics = {**card.metrics, "test_mse": error}
        changed = dataclasses.replace(card, fingerprint=digits, metrics=metrics)
        return comparison.Entry(name=name, card=changed, size=0)

    entries = [entry("a", "ours", 0.02), entry("b", "ours", 0.01), entry("c", "others", 0.03)]

    assert comparison.best(entries)["test MSE"] == [False, True, True]


def test_a_phones_table_has_each_model_lead_to_its_map_and_the_best_bold():
    app = open_page("compare")
    frame = app.dataframe[0].value
    best = frame["test MSE"].min()

    said = grid(app)

    for name in frame["model"]:
        assert f'<a href="./?model={name}"' in said
    assert f"<b>{best:.4f}</b>" in said
    accuracy = frame["kNN-5"].max()
    assert f"<b>{accuracy:.1%}</b>" in said


def test_without_mnist_the_page_says_what_the_whole_curve_needs():
    app = open_page("compare")

    assert "for the whole curve" in texts(app)
    assert len(app.get("plotly_chart")) == 3  # the shipped sweep among them


def test_pcas_whole_curve_is_drawn_where_a_models_own_digits_are_at_hand(
    tiny_checkpoint, tiny_denoiser, tmp_path, monkeypatch
):
    for model in (tiny_checkpoint, tiny_denoiser):
        (tmp_path / model.path.name).write_bytes(model.path.read_bytes())
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("compare", model="tiny")

    assert not app.exception
    assert "one PCA of the training digits" in texts(app)
    assert app.selectbox(key="compare_other").value == "tiny-denoiser"


def test_the_address_selects_digits_that_there_are(
    tiny_checkpoint, tiny_denoiser, tmp_path, monkeypatch
):
    for model in (tiny_checkpoint, tiny_denoiser):
        (tmp_path / model.path.name).write_bytes(model.path.read_bytes())
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("compare", model="tiny", selected="3,7,99999999,x,-1,500000,7.5,11")

    assert not app.exception
    header, _ = message.unpack(component(app, "linked_maps").bytes)
    assert header["numbers"] == [3, 7, 11]
    assert grid(app).count('alt="test digit no. ') == 3


def test_a_single_model_is_compared_with_none(tiny_checkpoint, tmp_path, monkeypatch):
    (tmp_path / "only.safetensors").write_bytes(tiny_checkpoint.path.read_bytes())
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    app = open_page("compare")

    assert not app.exception
    assert "No other model" in "".join(note.value for note in app.info)
