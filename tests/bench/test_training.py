"""`bench train`: three ways to train, timed; what the notebook's loop does; the floor."""

import dataclasses
import json
import math

import pytest
import torch

from aecore.bench.estimator import bench_estimator
from aecore.bench.training import Training, bench_train, notebook_loop, take_turns
from aecore.cli.parser import main
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import ConfigError
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import new_model
from aecore.models.families import family_of
from aecore.presets import get_preset
from aecore.training.loop import train

pytestmark = pytest.mark.usefixtures("torch_threads")

CPU = torch.device("cpu")
KEYS = {
    *("device", "notebook_seconds", "notebook_test_mse", "same_recipe_seconds"),
    *("same_recipe_test_mse", "same_recipe_speedup", "recipe_seconds", "recipe_test_mse"),
    *("parity_speedup", "floor_seconds", "floor_ratio", "capture_seconds"),
}


def test_ratios_and_medians_are_of_the_runs_times(digits):
    preset = dataclasses.replace(get_preset("plane"), parity_epochs=2)

    found = bench_train(preset, digits, seeds=3, notebook_epochs=2, device=CPU)

    assert found.keys() >= KEYS
    assert [run["seed"] for run in found["runs"]] == [1, 2, 3]
    for run in found["runs"]:
        assert run["same_recipe_speedup"] == run["notebook_seconds"] / run["same_recipe_seconds"]
        assert run["parity_speedup"] == run["notebook_seconds"] / run["recipe_seconds"]
        assert run["floor_ratio"] == run["same_recipe_seconds"] / run["floor_seconds"]
        assert 0 < run["floor_seconds"] < run["same_recipe_seconds"]
        assert 0 <= run["capture_seconds"] < run["same_recipe_seconds"]
    for key in KEYS - {"device"}:
        assert found[key] == sorted(run[key] for run in found["runs"])[1]
    assert (found["device"], found["recipe_epochs"]) == ("cpu", 2)


def test_trainings_take_turns_and_the_shorter_ones_are_spread():
    order = []

    def loop(name):
        while True:
            order.append(name)
            yield

    trainings = [
        Training(loop(name), epochs) for name, epochs in zip("abc", (6, 6, 2), strict=True)
    ]

    turns = list(take_turns(trainings))

    assert "".join(order) == "abcabababcabab"
    assert turns == [(turn, 6) for turn in range(6)]
    assert [len(training.seconds) for training in trainings] == [6, 6, 2]


def test_our_loop_learns_what_the_notebooks_loop_learns(digits):
    images, test_images = (
        torch.tensor(to_unit(x)) for x in (digits.train_images, digits.test_images)
    )
    levels = torch.tensor(digits.train_images)
    recipe = get_preset("plane").notebook_recipe(20)
    theirs, ours = (new_model(get_preset("plane").model, seed=0, device=CPU) for _ in range(2))

    epochs = list(notebook_loop(theirs, images, recipe))
    *_, last = train(ours, levels, test_images, recipe)

    assert len(epochs) == 20
    error = (theirs.eval()(test_images) - test_images).square().mean().item()
    assert last.test_mse == pytest.approx(error, rel=0.03)


@pytest.mark.parametrize("noise", [None, NoiseConfig(kind="masking", level=0.25)])
def test_the_notebooks_loop_is_adam_on_the_penalised_error(noise, digits):
    """One step over all digits: no shuffling to tell the two apart, unless by the masks."""
    images = torch.tensor(to_unit(digits.train_images[:1])).expand(200, -1).contiguous()
    config = TrainConfig(gamma=0.5, epochs=1, batch_size=200, noise=noise)
    model_config = ModelConfig(latent_dim=2, hidden_dims=(8,))
    found, by_hand = (new_model(model_config, seed=0, device=CPU) for _ in range(2))
    optimizer = torch.optim.Adam(by_hand.parameters(), lr=1e-3)

    list(notebook_loop(found, images, config))

    inputs = images
    if noise:
        draws = torch.Generator().manual_seed(config.seed)
        inputs = images * (torch.rand(images.shape, generator=draws) >= noise.level)
    loss = (by_hand(inputs) - images).square().mean()
    loss += 0.5 * sum(matrix.square().mean() for matrix in by_hand.matrices())
    loss.backward()
    optimizer.step()
    for a, b in zip(found.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_the_floor_counts_every_product_but_the_gradient_of_the_input():
    plane = ModelConfig(latent_dim=2, hidden_dims=(128,))

    forward = 784 * 128 + 128 * 2 + 2 * 128 + 128 * 784
    gradients_of_weights = forward
    gradients_of_inputs = forward - 784 * 128
    assert (
        family_of(plane).multiply_adds(plane)
        == forward + gradients_of_weights + gradients_of_inputs
    )


def test_the_command_prints_its_figures_as_json_and_as_a_table(monkeypatch, capsys):
    quick = ["bench", "train", "plane", "--seeds", "1", "--epochs-notebook", "1", "--device", "cpu"]

    statuses = main([*quick, "--json"]), main(quick)

    assert statuses == (0, 0)
    first, _, table = capsys.readouterr().out.partition("\n")
    found = json.loads(first)
    assert found.keys() >= KEYS
    assert all(math.isfinite(found[key]) for key in KEYS - {"device"})
    assert "this loop, same recipe" in table


def test_the_estimator_is_timed_beside_mlp_regressor_and_the_command(capsys):
    quick = ["bench", "train", "--estimator", "--epochs-notebook", "2", "--data", "bundled"]
    quick += ["--seeds", "1", "--device", "cpu"]

    statuses = main([*quick, "--json"]), main(quick)

    assert statuses == (0, 0)
    first, _, table = capsys.readouterr().out.partition("\n")
    found = json.loads(first)
    assert found["preset"] == "plane"
    assert found["epoch_ratio"] == found["same_seconds"] / found["mlp_seconds"]
    assert found["recipe_test_mse"] <= found["mlp_test_mse"]  # of two epochs
    assert found["recipe_share"] == found["recipe_seconds"] / found["mlp_seconds"]
    assert found["recipe_epochs"] == get_preset("plane").parity_epochs
    assert found["fit_ratio"] == found["fit_seconds"] / found["train_seconds"]
    assert found["runs"][0].keys() >= {"mlp_epoch_seconds", "same_epoch_seconds"}
    assert "MLPRegressor, 2 epochs" in table


def test_a_share_of_time_to_an_error_that_is_never_reached_is_infinite(digits):
    preset = get_preset("plane")
    never = dataclasses.replace(preset.train, epochs=1, learning_rate=1e-8)
    preset = dataclasses.replace(preset, train=never, parity_epochs=1)

    found = bench_estimator(preset, digits, seeds=1, epochs=2, device=CPU)

    assert found["recipe_test_mse"] > found["mlp_test_mse"]
    assert found["recipe_share"] == math.inf


@pytest.mark.parametrize("name", ["denoise-mask", "deep-plane", "conv-32", "variational-plane"])
def test_a_preset_that_the_estimator_cannot_have_is_refused(name, digits):
    with pytest.raises(ConfigError, match="Choose a dense preset"):
        bench_estimator(get_preset(name), digits, seeds=1, epochs=1, device=CPU)


@pytest.mark.parametrize(
    "options", [["train", "nothing"], ["train"], ["train", "plane", "--seeds", "0"], ["swim"], []]
)
def test_a_bench_that_makes_no_sense_exits_2(options, capsys):
    try:
        status = main(["bench", *options])
    except SystemExit as stop:
        status = stop.code

    assert status == 2
    assert capsys.readouterr().out == ""
