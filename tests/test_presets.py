"""The presets: those of the design, and how another one is added."""

import importlib
import shutil
import sys

import pytest

from aecore.checkpoints import library
from aecore.config import NoiseConfig, TrainConfig
from aecore.errors import CheckpointError, ConfigError, TrainingError
from aecore.jobs import queue
from aecore.jobs.store import RunSpec
from aecore.presets import PRESETS, get_preset
from tests.support.pages import open_page

pytest_plugins = ["tests.support.command_line"]

MASKING = NoiseConfig(kind="masking", level=0.5)
GAUSSIAN = NoiseConfig(kind="gaussian", level=0.2)
DEEP = (512, 256, 128)
TABLE = {
    # name: D, hidden, code dropout, weight init, gamma, corruption
    "plane": (2, (128,), 0.0, "default", 1e-2, None),
    "narrow-dropout": (64, (64,), 0.8, "zeros", 1e-2, None),
    "narrow": (64, (64,), 0.0, "default", 1e-4, None),
    "wide-dropout": (128, (256,), 0.8, "default", 1e-4, None),
    "wide": (128, (256,), 0.0, "default", 1e-4, None),
    "denoise-mask": (32, (256,), 0.0, "default", 1e-4, MASKING),
    "denoise-gaussian": (32, (256,), 0.0, "default", 1e-4, GAUSSIAN),
    "plain-32": (32, (256,), 0.0, "default", 1e-4, None),
    "deep-plane": (2, DEEP, 0.0, "default", 1e-4, None),
    "deep-30": (30, (1000, 500, 250), 0.0, "default", 1e-4, None),
    "variational-plane": (2, DEEP, 0.0, "default", 1e-4, None),
}


MOST_EPOCHS = {"deep-30": 60}
"""Of models that are not the notebook's, whose 50 the others stay below."""


def test_the_presets_of_the_design_come_first_in_this_order():
    assert list(PRESETS)[: len(TABLE)] == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_preset_is_as_in_the_table(name):
    preset = get_preset(name)

    model, train = preset.model, preset.train
    assert (
        model.latent_dim,
        model.hidden_dims,
        model.latent_dropout,
        model.weight_init,
        train.gamma,
        train.noise,
    ) == TABLE[name]
    assert preset.name == name
    assert (train.optimizer, train.schedule) == ("muon", "linear")
    assert preset.parity_epochs <= train.epochs
    assert train.epochs <= MOST_EPOCHS.get(name, 49)


@pytest.mark.parametrize("name", TABLE)
def test_the_notebooks_recipe_is_the_default_one_for_the_same_task(name):
    preset = get_preset(name)

    recipe = preset.notebook_recipe()

    same_task = {key: getattr(preset.train, key) for key in ("gamma", "noise", "kl_weight")}
    assert recipe == TrainConfig(**same_task)


def test_only_one_model_is_variational_and_only_it_weighs_the_divergence():
    for preset in map(get_preset, TABLE):
        assert preset.model.variational == (preset.name == "variational-plane")
        assert (preset.train.kl_weight > 0) == preset.model.variational


def test_titles_tell_presets_apart():
    shown = {(preset.title, preset.model.latent_dim) for preset in PRESETS.values()}  # in pickers
    assert len(shown) == len(PRESETS)


def test_an_unknown_preset_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(ConfigError, match=r"no preset 'plain'\. .*plane, narrow-dropout"):
        get_preset("plain")


# --- adding one -----------------------------------------------------------------------------------

ADDED = """
from aecore.config import ModelConfig, TrainConfig
from aecore.presets import PRESETS, Preset

PRESETS["added"] = Preset(
    name="added",
    title="a preset of a test",
    model=ModelConfig(latent_dim=3, hidden_dims=(8,)),
    train=TrainConfig(gamma=0.0, epochs=2, batch_size=200),
    test_mse=0.1,
    pca_test_mse=0.05,
)
"""


@pytest.fixture
def added(tmp_path, monkeypatch, tiny_checkpoint):
    """A preset of a temporary module, and a models folder with another model; gives the folder."""
    models = tmp_path / "models"
    models.mkdir()
    shutil.copy(tiny_checkpoint.path, models / "plane.safetensors")
    monkeypatch.setenv("AECORE_MODELS", str(models))
    (tmp_path / "added_preset.py").write_text(ADDED)
    monkeypatch.syspath_prepend(tmp_path)
    before = dict(PRESETS)
    importlib.import_module("added_preset")
    yield models
    PRESETS.clear()
    PRESETS.update(before)
    sys.modules.pop("added_preset")


def test_an_added_preset_is_trained_and_listed_by_the_command_line(added, run, run_json):
    _, help_text, _ = run("train", "--help")
    status, trained = run_json("train", "added", "--device", "cpu")
    _, models = run_json("models")

    assert "conv-32, added" in " ".join(help_text.split())
    assert (status, trained["epochs"]) == (0, 2)
    first = models[0]
    assert (first["name"], first["preset"]) == ("added-changed", "added")


def test_the_name_of_an_added_preset_is_not_given_to_a_model_of_ones_own(added, tiny_checkpoint):
    with pytest.raises(CheckpointError, match="built-in model"):
        library.save_copy(tiny_checkpoint.path, "added")


def test_an_added_preset_can_be_chosen_on_the_train_page(added, monkeypatch):
    specs = []

    def submit(spec):
        specs.append(spec)
        raise TrainingError("not now")

    monkeypatch.setattr(queue, "submit", submit)
    app = open_page("train")

    app.selectbox(key="train_preset").select("added").run()
    app.button(key="train_start").click().run()

    assert not app.exception
    preset = PRESETS["added"]
    assert specs == [RunSpec(preset="added", model=preset.model, train=preset.train)]
