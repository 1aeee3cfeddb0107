"""From a configuration to a checkpoint that can be repeated and says what it is."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from aecore import experiment
from aecore.analysis.evaluation import evaluate
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.data.dataset import MNIST_FINGERPRINT
from aecore.data.noise import corrupt_fixed
from aecore.errors import TrainingError
from aecore.imaging.levels import to_unit
from aecore.models.inference import build_model, encode, reconstruct
from aecore.training.fused_backprop import FusedBackprop

pytestmark = pytest.mark.usefixtures("torch_threads")

MODEL = ModelConfig(latent_dim=2, hidden_dims=(8,))
TRAIN = TrainConfig(gamma=1e-3, noise=NoiseConfig(), epochs=3, batch_size=64)


def run(digits, **options):
    device = torch.device("cpu")
    return experiment.run("made", "plane", MODEL, TRAIN, digits, device=device, **options)


@pytest.mark.parametrize("name", ["tiny_checkpoint", "tiny_denoiser"])
def test_stored_figures_are_reproduced_from_the_file(request, digits, name):
    found = checkpoint_file.load(request.getfixturevalue(name).path)
    model, noise = build_model(found.card.model, found.weights), found.card.train.noise

    figures = evaluate(model, found.pca, noise, digits)

    stored = dict(found.card.metrics)
    train = to_unit(digits.train_images)
    errors = reconstruct(model, corrupt_fixed(train, noise)) - train
    assert stored.pop("train_mse") == pytest.approx(np.square(errors).mean(), rel=1e-5)
    assert figures == pytest.approx(stored, rel=1e-6)
    assert found.card.history[-1].test_mse == pytest.approx(stored["test_mse"], rel=1e-5)


def test_the_atlas_is_the_code_of_every_test_digit(digits, tiny_checkpoint):
    model = build_model(tiny_checkpoint.card.model, tiny_checkpoint.weights)

    codes = encode(model, to_unit(digits.test_images))

    np.testing.assert_array_equal(tiny_checkpoint.codes, codes.astype(np.float16))
    np.testing.assert_array_equal(tiny_checkpoint.labels, digits.test_labels)


def test_a_run_can_be_repeated(digits):
    first, second = run(digits), run(digits)

    for name, value in first.weights.items():
        np.testing.assert_array_equal(value, second.weights[name])
    assert first.card.metrics == second.card.metrics


def test_every_epoch_is_told_and_kept(digits):
    told = []

    made = run(digits, on_epoch=told.append)

    assert made.card.history == tuple(told)
    assert [record.epoch for record in told] == [1, 2, 3]
    assert made.card.seconds == told[-1].seconds


def test_a_stopped_run_is_a_whole_checkpoint_of_what_was_learnt(digits, tmp_path):
    told = []

    made = run(digits, on_epoch=told.append, should_stop=lambda: len(told) == 2)
    saved = checkpoint_file.save(made, tmp_path / "stopped.safetensors")

    assert len(saved.card.history) == 2
    assert saved.card.train.epochs == 3
    model = build_model(saved.card.model, saved.weights)
    figures = evaluate(model, saved.pca, TRAIN.noise, digits)
    assert figures["test_mse"] == pytest.approx(saved.card.metrics["test_mse"], rel=1e-6)


def test_a_run_stopped_before_anything_was_learned_is_told(digits):
    with pytest.raises(TrainingError, match="Stopped before the first epoch"):
        run(digits, should_stop=lambda: True)


def test_the_card_says_what_was_done_and_names_nothing_of_this_machine(digits, tmp_path):
    folder = tmp_path / "secret-folder"
    local = dataclasses.replace(digits, kind="folder", source=f"IDX files in {folder}")

    card = run(local).card

    assert (card.preset, card.model, card.train) == ("plane", MODEL, TRAIN)
    assert card.fingerprint == digits.fingerprint
    assert card.device == "cpu"
    assert card.versions["torch"] == torch.__version__
    assert set(card.versions) == {"python", "torch", "numpy", "scikit-learn"}
    text = json.dumps(card.to_dict())
    assert "secret" not in text
    assert "/" not in text


@pytest.mark.parametrize(("is_mnist", "source"), [(True, "MNIST"), (False, "bundled digits")])
def test_the_card_names_the_digits(digits, is_mnist, source):
    fingerprint = MNIST_FINGERPRINT if is_mnist else digits.fingerprint
    named = dataclasses.replace(digits, fingerprint=fingerprint)

    assert run(named).card.source == source


def test_a_run_that_diverges_hands_over_the_last_good_epoch(digits, monkeypatch, tmp_path):
    real = FusedBackprop.__call__

    def poison(record):
        if record.epoch == 2:
            monkeypatch.setattr(
                FusedBackprop, "__call__", lambda *batch: [x * math.nan for x in real(*batch)]
            )

    with pytest.raises(experiment.DivergedError, match="weights of epoch 2 are kept") as caught:
        run(digits, on_epoch=poison)

    saved = checkpoint_file.save(caught.value.kept, tmp_path / "kept.safetensors")
    assert len(saved.card.history) == 2
    assert saved.card.metrics["test_mse"] == pytest.approx(
        saved.card.history[-1].test_mse, rel=1e-5
    )


def test_a_large_model_is_measured_with_the_weights_that_the_disk_keeps(digits, monkeypatch):
    monkeypatch.setattr(checkpoint_file, "HALF_ABOVE", 1_000)

    made = run(digits)

    model = build_model(MODEL, made.weights)
    for value in made.weights.values():
        np.testing.assert_array_equal(value, value.astype(np.float16))
    figures = evaluate(model, made.pca, TRAIN.noise, digits)
    assert figures == {name: made.card.metrics[name] for name in figures}
