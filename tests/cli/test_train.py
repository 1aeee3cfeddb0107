"""`train`: what it saves and where, what it prints, and Ctrl-C."""

import dataclasses
import itertools
import json
import math
import signal
from pathlib import Path

import pytest
import torch

from aecore import experiment
from aecore.checkpoints import file as checkpoint_file
from aecore.cli import train as train_command
from aecore.presets import get_preset
from aecore.training.fused_backprop import FusedBackprop
from tests.support.command_line import QUICK, complaint, start

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


def test_train_saves_a_model_that_can_be_loaded(run_json, tmp_path, digits):
    out = tmp_path / "my.safetensors"

    status, found = run_json("train", "plane", *QUICK, "--out", out)

    made = checkpoint_file.load(out)
    assert status == 0
    assert found == {
        "path": str(out),
        "epochs": 1,
        "seconds": made.card.seconds,
        "train_mse": made.card.metrics["train_mse"],
        "test_mse": made.card.metrics["test_mse"],
        "pca_test_mse": made.card.metrics["pca_test_mse"],
        "device": "cpu",
        "stopped": False,
    }
    assert made.card.preset == "plane"
    assert made.card.fingerprint == digits.fingerprint


def test_every_option_of_train_reaches_the_configuration(run_json, tmp_path):
    out = tmp_path / "my.safetensors"

    status, _ = run_json(
        *("train", "narrow-dropout", "--epochs", "2", "--batch-size", "300"),
        *("--learning-rate", "2e-3", "--optimizer", "adam", "--latent-dim", "3"),
        *("--hidden-dims", "9,7", "--latent-dropout", "0.25", "--noise", "gaussian:0.1"),
        *("--seed", "5", "--activation", "tanh", "--device", "auto", "--out", out),
    )

    card = checkpoint_file.load(out).card
    assert status == 0
    assert card.model.to_dict() == {
        "latent_dim": 3,
        "hidden_dims": (9, 7),
        "latent_dropout": 0.25,
        "weight_init": "zeros",
        "variational": False,
        "output": "linear",
        "activation": "tanh",
    }
    assert card.train.to_dict() == {
        "gamma": 1e-2,
        "noise": {"kind": "gaussian", "level": 0.1},
        "epochs": 2,
        "batch_size": 300,
        "learning_rate": 2e-3,
        "optimizer": "adam",
        "schedule": "constant",
        "kl_weight": 0.0,
        "distortion": 0.0,
        "seed": 5,
    }


def test_batches_that_do_not_fit_into_memory_are_halved(tmp_path, monkeypatch, run):
    real = FusedBackprop.__call__

    def burst(backprop, x, *rest):
        if x.shape[1] > 64:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(backprop, x, *rest)

    monkeypatch.setattr(FusedBackprop, "__call__", burst)
    halved, small = tmp_path / "halved.safetensors", tmp_path / "small.safetensors"

    status, _, said = run("train", "plane", *QUICK, "--batch-size", 256, "--out", halved)

    assert status == 0
    assert "Batches of 128 did not fit" in said
    assert "starts again with --batch-size 64." in said
    run("train", "plane", *QUICK, "--batch-size", 64, "--out", small)
    first, second = checkpoint_file.load(halved), checkpoint_file.load(small)
    assert first.card.train == second.card.train
    assert all((first.weights[name] == second.weights[name]).all() for name in second.weights)


def test_adam_is_the_notebooks_recipe_and_muon_the_presets(run_json, tmp_path):
    cards = {}
    for optimizer in ("adam", "muon"):
        out = tmp_path / f"{optimizer}.safetensors"
        run_json("train", "plane", "--epochs", "1", "--optimizer", optimizer, "--out", out)
        cards[optimizer] = checkpoint_file.load(out).card

    preset = get_preset("plane")
    assert cards["adam"].train == preset.notebook_recipe(1)
    assert cards["muon"].train == dataclasses.replace(preset.train, epochs=1)


def test_noise_none_trains_a_denoiser_on_clean_digits(run_json, tmp_path):
    out = tmp_path / "my.safetensors"

    run_json("train", "denoise-mask", *QUICK, "--noise", "none", "--out", out)

    assert checkpoint_file.load(out).card.train.noise is None


def test_the_seed_decides_the_result(run_json, tmp_path):
    errors = [
        run_json("train", "plane", *QUICK, "--seed", seed, "--out", tmp_path)[1]["test_mse"]
        for seed in (1, 1, 2)
    ]

    assert errors[0] == errors[1] != errors[2]


def test_progress_goes_to_stderr_a_line_an_epoch(run, tmp_path):
    _, out, err = run("train", "plane", *QUICK, "--epochs", "3", "--out", tmp_path)

    bars = [line for line in err.splitlines() if line.startswith("[")]
    assert [bar.split("epoch ")[1].split()[0] for bar in bars] == ["1/3", "2/3", "3/3"]
    assert out.count("\n") == 1


def test_a_changed_preset_never_takes_the_shipped_ones_place_unasked(run_json, models):
    shipped = models / "plane.safetensors"
    shipped.write_bytes(b"shipped")

    paths = [Path(run_json("train", "plane", *QUICK)[1]["path"]).name for _ in range(2)]

    assert paths == ["plane-changed.safetensors", "plane-changed-2.safetensors"]
    assert shipped.read_bytes() == b"shipped"


def test_a_preset_trained_on_other_digits_than_mnist_counts_as_changed(
    run_json, models, monkeypatch, tiny_checkpoint
):
    """Offline, `train plane` once put a model of the bundled digits in the shipped one's place."""
    monkeypatch.setattr(experiment, "run", lambda *_, **__: tiny_checkpoint)

    _, found = run_json("train", "plane")

    assert Path(found["path"]).name == "plane-changed.safetensors"


def test_a_preset_as_it_is_keeps_its_name(run_json, models, monkeypatch, tiny_checkpoint, digits):
    monkeypatch.setattr(experiment, "run", lambda *_, **__: tiny_checkpoint)
    monkeypatch.setattr(type(digits), "is_mnist", True)

    _, found = run_json("train", "plane")

    assert Path(found["path"]) == models / "plane.safetensors"


@pytest.mark.parametrize(
    ("out", "name"),
    [("my.safetensors", "my.safetensors"), ("folder", "folder/plane-changed.safetensors")],
)
def test_out_is_a_file_or_a_folder(run_json, tmp_path, out, name):
    _, found = run_json("train", "plane", *QUICK, "--out", tmp_path / out)

    assert Path(found["path"]) == tmp_path / name
    assert (tmp_path / name).is_file()


@pytest.mark.parametrize("out", ["my model.safetensors", "taken/my.safetensors"])
def test_a_place_that_cannot_be_written_is_told_before_training(run, tmp_path, monkeypatch, out):
    """It was once told after training, and the trained model was lost."""
    (tmp_path / "taken").write_bytes(b"")
    monkeypatch.setattr(experiment, "run", lambda *_, **__: pytest.fail("it trained"))

    status, line = complaint(run("train", "plane", "--out", tmp_path / out))

    assert status == 1
    assert "cannot" in line


def test_what_was_learned_before_the_loss_broke_is_kept(run, tmp_path, monkeypatch):
    real, steps = FusedBackprop.__call__, itertools.count()

    def breaking(*batch):
        loss, mse = real(*batch)
        return (loss if next(steps) < 30 else loss * math.nan), mse

    monkeypatch.setattr(FusedBackprop, "__call__", breaking)

    status, _, err = run("train", "plane", "--epochs", "9", "--batch-size", "64", "--out", tmp_path)

    (kept,) = tmp_path.glob("*.safetensors")
    assert status == 1
    assert kept.name in err.splitlines()[-1]
    assert len(checkpoint_file.load(kept).card.history) == 1


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [("adam", "stopped being finite"), ("muon", "more than a checkpoint can hold")],
)
def test_a_model_that_goes_astray_is_a_failure(run, tmp_path, optimizer, message):
    options = ["--learning-rate", "10", "--epochs", "10", "--hidden-dims", ",".join(["16"] * 6)]
    options += ["--batch-size", "60", "--optimizer", optimizer]

    status, _, err = run("train", "plane", *options, "--out", tmp_path)

    assert status == 1
    assert message in err.splitlines()[-1]
    assert "Try a smaller learning rate than 10." in err.splitlines()[-1]
    assert list(tmp_path.glob("*.safetensors")) == []


def test_ctrl_c_while_training_keeps_what_was_learnt(tmp_path):
    process = start(
        *("train", "plane", "--epochs", "10000", "--hidden-dims", "8", "--device", "cpu"),
        *("--out", tmp_path / "kept.safetensors", "--json"),
    )
    while not process.stderr.readline().startswith("["):
        assert process.poll() is None

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)

    assert process.returncode == 130
    assert "Traceback" not in err
    assert "saving what was learned" in err
    facts = json.loads(out)
    card = checkpoint_file.load(tmp_path / "kept.safetensors").card
    assert facts["stopped"] is True
    assert 1 <= facts["epochs"] == len(card.history) < 10_000


class StoppedAtOnce(train_command._StopOnInterrupt):
    """Ctrl-C as soon as training has begun."""

    def __enter__(self):
        super().__enter__()
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_before_anything_was_learned_exits_130_and_saves_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(train_command, "_StopOnInterrupt", StoppedAtOnce)
    before = signal.getsignal(signal.SIGINT)

    status, out, err = run("train", "plane", *QUICK, "--out", tmp_path)

    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == (
        "aecore: Stopped before the first epoch was done; nothing was learned or saved."
    )
    assert list(tmp_path.glob("*.safetensors")) == []
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_run_does_not_replace_a_finished_model(run_json, tmp_path, monkeypatch):
    out = tmp_path / "my.safetensors"
    out.write_bytes(b"finished")
    monkeypatch.setattr(
        train_command, "_ProgressBar", lambda _: lambda __: signal.raise_signal(signal.SIGINT)
    )

    status, facts = run_json("train", "plane", *QUICK, "--epochs", "5", "--out", out)

    assert (status, facts["epochs"]) == (130, 1)
    assert Path(facts["path"]) == tmp_path / "my-2.safetensors"
    assert out.read_bytes() == b"finished"


def test_a_second_ctrl_c_ends_at_once(run, tmp_path, monkeypatch):
    def twice(_):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train_command, "_ProgressBar", lambda _: twice)

    status, out, err = run("train", "plane", *QUICK, "--epochs", "5", "--out", tmp_path)

    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "aecore: Stopped."
    assert list(tmp_path.glob("*.safetensors")) == []


@pytest.mark.parametrize("out", ["mine.pt", "models/mine.h5", "mine.v2.ckpt", "mine.Safetensors"])
def test_a_file_of_another_kind_is_no_place_for_a_checkpoint(run, tmp_path, monkeypatch, out):
    """Such a name once became a folder."""
    monkeypatch.chdir(tmp_path)

    status, line = complaint(run("train", "plane", *QUICK, "--out", out))

    assert status == 2
    assert "use " in line
    assert ".safetensors" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["runs/v1.2", "mine.pt/", "there.pt"])
def test_a_folder_may_have_a_dot_in_its_name(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.pt").mkdir()

    path = train_command._out_path(get_preset("plane"), out, as_shipped=True)

    assert path == Path(out) / "plane.safetensors"
