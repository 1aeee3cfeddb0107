"""A family of models registered in one place is trained, kept and used like the dense one."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, TrainConfig
from aecore.errors import CheckpointError, ConfigError
from aecore.imaging.levels import to_unit
from aecore.jobs.estimate import estimate
from aecore.models.autoencoder import Autoencoder, new_model
from aecore.models.families import FAMILIES, family_of
from aecore.models.inference import build_model, decode, encode
from aecore.training.loop import train
from aecore.training.resume_state import ResumeState
from tests.support.command_line import QUICK

pytest_plugins = ["tests.support.command_line", "tests.support.tiny_conv"]
pytestmark = pytest.mark.usefixtures("torch_threads")

CPU = torch.device("cpu")
CONFIG = ModelConfig(family="tiny-conv", latent_dim=2, hidden_dims=(3,))
RECIPES = {
    "adam": TrainConfig(gamma=1e-4, epochs=3, batch_size=200),
    "muon": TrainConfig(
        gamma=1e-4,
        epochs=3,
        batch_size=200,
        optimizer="muon",
        schedule="linear",
        learning_rate=1e-2,
    ),
}


def configs():
    return [CONFIG, dataclasses.replace(CONFIG, variational=True, latent_dim=4, latent_dropout=0.3)]


@pytest.fixture
def images(digits):
    """Bundled digits (1297, 784) to train on and (500, 784) to test."""
    return torch.tensor(digits.train_images), torch.tensor(to_unit(digits.test_images))


@pytest.fixture
def checkpoint(tiny_conv, run_json, tmp_path):
    """A model of the family, trained on the command line."""
    out = tmp_path / "conv.safetensors"
    status, _ = run_json("train", "plane", *QUICK, "--family", "tiny-conv", "--out", out)
    assert status == 0
    return checkpoint_file.load(out)


def test_a_dense_model_does_not_name_its_family():
    config = ModelConfig(latent_dim=2, hidden_dims=(8,))

    assert "family" not in config.to_dict()
    assert ModelConfig.from_dict(config.to_dict()) == config
    assert family_of(config).name == "dense"


def test_another_family_is_named_and_read_back():
    values = json.loads(json.dumps(CONFIG.to_dict()))

    assert values["family"] == "tiny-conv"
    assert ModelConfig.from_dict(values) == CONFIG


@pytest.mark.parametrize("name", ["", "Tiny", "a b", 3, None])
def test_what_cannot_name_a_family_is_refused(name):
    with pytest.raises(ConfigError, match="family must be a name"):
        dataclasses.replace(CONFIG, family=name)


def test_a_family_that_is_not_registered_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match=r"no model family 'tiny-conv'.* dense"):
        family_of(CONFIG)


@pytest.mark.parametrize("config", configs())
def test_shapes_are_those_of_the_state_dict(tiny_conv, config):
    state = Autoencoder(config, generator=torch.Generator().manual_seed(0)).state_dict()

    assert tiny_conv.state_shapes(config) == {
        name: tuple(value.shape) for name, value in state.items()
    }
    assert tiny_conv.count_weights(config) == sum(value.numel() for value in state.values())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
@pytest.mark.parametrize("config", configs(), ids=["plain", "variational with dropout"])
def test_it_learns_and_resumes_bit_for_bit(tiny_conv, images, tmp_path, config, recipe):
    whole, states = new_model(config, seed=0, device=CPU), []
    records = list(
        train(whole, *images, recipe, on_state=lambda state: states.append(state.copy()))
    )
    states[0].save(tmp_path / "state")
    resumed = new_model(config, seed=0, device=CPU)

    list(train(resumed, *images, recipe, state=ResumeState.load(tmp_path / "state")))

    assert records[-1].train_loss < records[0].train_loss
    pairs = zip(whole.parameters(), resumed.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_its_cost_can_be_estimated(tiny_conv):
    found = [estimate(CONFIG, recipe, n_train=1000) for recipe in RECIPES.values()]

    assert found[0].weights == tiny_conv.count_weights(CONFIG)
    assert 0 < found[0].seconds < found[1].seconds


def test_the_command_line_trains_lists_and_evaluates_it(checkpoint, run_json, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(checkpoint.path.parent))

    listed = run_json("models")[1]
    figures = run_json("evaluate", checkpoint.path)[1]

    assert checkpoint.card.model.family == "tiny-conv"
    assert [model["name"] for model in listed] == ["conv"]
    assert figures["test_mse"] == pytest.approx(checkpoint.card.metrics["test_mse"], rel=1e-5)


def test_the_command_line_decodes_and_reconstructs_with_it(
    checkpoint, run_json, tmp_path, unit_digits
):
    from PIL import Image

    picture = tmp_path / "digit.png"
    Image.fromarray((255 * unit_digits[0].reshape(28, 28)).astype(np.uint8)).save(picture)

    decoded = run_json(
        "decode", "--model", checkpoint.path, "--z", "0,1", "--out", tmp_path / "z.png"
    )
    rows = run_json("reconstruct", picture, "--model", checkpoint.path, "--out", tmp_path / "out")

    assert decoded[0] == rows[0] == 0
    assert (tmp_path / "z.png").is_file()
    (row,) = rows[1]
    assert row["error"] is None
    assert len(row["code"]) == 2


def test_a_checkpoint_is_computed_as_it_was_trained(checkpoint, unit_digits):
    model = build_model(checkpoint.card.model, checkpoint.weights)

    codes = encode(model, unit_digits)

    assert decode(model, codes).shape == (500, 784)
    np.testing.assert_allclose(codes, checkpoint.codes.astype(np.float32), atol=0.01)


def test_a_checkpoint_of_an_unknown_family_says_so(checkpoint, monkeypatch):
    monkeypatch.delitem(FAMILIES, checkpoint.card.model.family)

    with pytest.raises(CheckpointError, match="no model family 'tiny-conv'"):
        checkpoint_file.load(checkpoint.path)


def test_the_command_line_refuses_a_family_that_is_not_there(run):
    status, _, error = run("train", "plane", *QUICK, "--family", "unheard-of")

    assert status != 0
    assert "no model family 'unheard-of'" in error
    assert "Traceback" not in error


def test_it_has_no_dense_layers(checkpoint):
    with pytest.raises(ConfigError, match="tiny convolutional network has no dense layers"):
        family_of(checkpoint.card.model).dense_layers(checkpoint.card.model, checkpoint.weights)
