"""The settings on `/train`: what they start, what they cost, and the address that holds them."""

from __future__ import annotations

import dataclasses

import pytest

from aecore.config import NoiseConfig
from aecore.jobs.store import RunSpec
from aecore.models.families import family_of
from aecore.presets import PRESETS
from tests.support.pages import buttons, open_page, texts

pytest_plugins = ["tests.support.models_folder", "tests.support.train_page"]
pytestmark = pytest.mark.usefixtures("folders")

PLANE = PRESETS["plane"]


def test_the_form_begins_as_the_preset_and_starts_what_it_says(submitted):
    app = open_page("train")
    app.selectbox(key="train_preset").select("denoise-mask").run()

    app.button(key="train_start").click().run()

    preset = PRESETS["denoise-mask"]
    assert submitted == [RunSpec(preset="denoise-mask", model=preset.model, train=preset.train)]
    assert "Not \\*today\\*\\." in app.error[0].value


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_through_the_form_unchanged(submitted, name):
    app = open_page("train")
    app.selectbox(key="train_preset").select(name).run()

    assert "as the preset" in texts(app)
    app.button(key="train_start").click().run()

    assert (submitted[0].model, submitted[0].train) == (PRESETS[name].model, PRESETS[name].train)


def test_everything_can_be_changed(submitted):
    app = open_page("train")
    for key, value in {
        "latent_dim": 3,
        "latent_dropout": 0.25,
        "epochs": 7,
        "seed": 5,
        "batch_size": 128,
        "gamma": 0.001,
        "distortion": 0.5,
    }.items():
        app.number_input(key=f"train_{key}_plane").set_value(value)
    app.text_input(key="train_hidden_dims_plane").set_value("256 64")
    app.selectbox(key="train_noise_plane").select("gaussian")
    app.selectbox(key="train_output_plane").select("logistic")
    app.selectbox(key="train_weight_init_plane").select("zeros")
    app.selectbox(key="train_activation_plane").select("tanh")
    app.toggle(key="train_variational_plane").set_value(True)
    app.run()
    app.number_input(key="train_level_plane").set_value(0.3)
    app.number_input(key="train_kl_weight_plane").set_value(0.002)
    app.run()

    app.button(key="train_start").click().run()

    assert submitted[0].model == dataclasses.replace(
        PLANE.model,
        latent_dim=3,
        hidden_dims=(256, 64),
        latent_dropout=0.25,
        output="logistic",
        weight_init="zeros",
        activation="tanh",
        variational=True,
    )
    assert submitted[0].train == dataclasses.replace(
        PLANE.train,
        noise=NoiseConfig(kind="gaussian", level=0.3),
        kl_weight=0.002,
        epochs=7,
        seed=5,
        batch_size=128,
        gamma=0.001,
        distortion=0.5,
    )


def test_the_count_of_weights_and_what_is_unusual_follow_the_settings():
    app = open_page("train")
    assert f"{family_of(PLANE.model).count_weights(PLANE.model):,}" in texts(app)

    app.text_input(key="train_hidden_dims_plane").set_value("512")
    app.number_input(key="train_latent_dropout_plane").set_value(0.8)
    app.run()

    larger = dataclasses.replace(PLANE.model, hidden_dims=(512,))
    assert f"{family_of(larger).count_weights(larger):,}" in texts(app)
    assert "drops both dimensions" in texts(app)
    assert "64%" in texts(app)


@pytest.mark.parametrize(
    "widths", ["many", "128,,x", "", "4000", "8,8,8,8,8,8,8", "2048,2048,2048"]
)
def test_hidden_layers_that_cannot_be_are_explained_and_nothing_can_be_started(widths):
    app = open_page("train")

    app.text_input(key="train_hidden_dims_plane").set_value(widths).run()

    assert app.error
    assert "train_start" not in buttons(app)


def test_choosing_adam_takes_its_step_size_too_and_the_preset_can_be_had_back(submitted):
    app = open_page("train")

    app.selectbox(key="train_optimizer_plane").select("adam").run()
    app.button(key="train_start").click().run()
    app.button(key="train_reset").click().run()
    app.button(key="train_start").click().run()

    recipe = PLANE.notebook_recipe(PLANE.train.epochs)
    assert submitted[0].train == recipe
    assert submitted[1].train == PLANE.train


def test_the_address_holds_the_settings_that_differ_from_the_presets():
    app = open_page("train")
    app.number_input(key="train_latent_dim_plane").set_value(3)
    app.selectbox(key="train_noise_plane").select("masking")
    app.toggle(key="train_variational_plane").set_value(True)
    app.run()
    query = {name: "".join(app.query_params[name]) for name in app.query_params}
    assert {"latent_dim": "3", "noise": "masking", "variational": "on"}.items() <= query.items()
    assert not {"preset", "epochs", "optimizer"} & set(query)

    again = open_page("train", **query)
    assert again.number_input(key="train_latent_dim_plane").value == 3
    assert again.selectbox(key="train_noise_plane").value == "masking"
    assert again.toggle(key="train_variational_plane").value

    again.selectbox(key="train_preset").select("wide").run()
    assert again.number_input(key="train_latent_dim_wide").value == 128
    assert "latent_dim" not in again.query_params
    again.selectbox(key="train_preset").select("plane").run()
    assert again.number_input(key="train_latent_dim_plane").value == 3


def test_settings_of_the_address_that_cannot_be_are_those_of_the_preset():
    asked = {"latent_dim": "many", "epochs": "9999", "optimizer": "x", "variational": "?"}

    app = open_page("train", **asked)

    assert not app.exception
    assert app.number_input(key="train_latent_dim_plane").value == 2
    assert app.number_input(key="train_epochs_plane").value == 500
    assert app.selectbox(key="train_optimizer_plane").value == PLANE.train.optimizer
    assert not app.toggle(key="train_variational_plane").value


def test_a_server_may_switch_training_off(monkeypatch, make_run):
    monkeypatch.setenv("AECORE_TRAINING", "off")
    make_run("interrupted", epoch=3)

    app = open_page("train", model="mine")

    assert "AECORE_TRAINING=off" in app.info[0].value
    assert {"train_start", "train_resume", "shelf_delete"}.isdisjoint(buttons(app))
    assert not app.get("file_uploader")
