"""Data sets too small for some figures, and figures that are infinite: the model is kept."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from aecore import experiment
from aecore.analysis import evaluation
from aecore.checkpoints import assembly
from aecore.checkpoints import file as checkpoint_file
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import AecoreError, TrainingError
from aecore.models.inference import build_model
from aecore.recognition.assessment import assess
from aecore.system import json_numbers

SMALL = ModelConfig(latent_dim=4, hidden_dims=(8,))


def cut(digits, train, test):
    return dataclasses.replace(
        digits,
        train_images=digits.train_images[:train],
        train_labels=digits.train_labels[:train],
        test_images=digits.test_images[:test],
        test_labels=digits.test_labels[:test],
    )


def trained(dataset, tmp_path, noise=None):
    config = TrainConfig(epochs=1, gamma=0.0, batch_size=64, noise=noise)
    made = experiment.run("small", None, SMALL, config, dataset, device=torch.device("cpu"))
    return checkpoint_file.save(made, tmp_path / "small.safetensors")


@pytest.mark.parametrize(
    ("train", "test", "missing"),
    [
        (8, 8, {"trustworthiness", "pca_trustworthiness"}),
        (100, 10, {"trustworthiness", "pca_trustworthiness"}),
        (4, 50, {"knn5_accuracy", "pca_knn5_accuracy"}),
        (2, 2, {"knn5_accuracy", "pca_knn5_accuracy", "trustworthiness", "pca_trustworthiness"}),
    ],
)
def test_a_small_set_leaves_out_the_figures_that_it_cannot_have(
    digits, tmp_path, train, test, missing
):
    saved = trained(cut(digits, train, test), tmp_path)

    optional = {"knn5_accuracy", "pca_knn5_accuracy", "trustworthiness", "pca_trustworthiness"}
    assert optional - set(saved.card.metrics) == missing
    assert {"test_mse", "pca_test_mse"} <= set(saved.card.metrics)


@pytest.mark.parametrize("test", [2, 8, 11])
def test_a_model_with_a_small_atlas_judges_digits(digits, unit_digits, tmp_path, test):
    saved = trained(cut(digits, 100, test), tmp_path)
    model = build_model(saved.card.model, saved.weights)

    for verdict in assess(saved, model, unit_digits[:3]):
        assert verdict.vote in saved.labels
        assert 0 <= verdict.map_distance_percentile <= 100


@pytest.mark.parametrize(("train", "test", "part"), [(1, 50, "training"), (50, 1, "test")])
def test_a_set_without_digits_to_learn_from_or_measure_with_is_refused_before_training(
    digits, train, test, part
):
    epochs = []

    with pytest.raises(TrainingError, match=f"too few {part}"):
        experiment.run(
            "small", None, SMALL, TrainConfig(epochs=1, gamma=0.0), cut(digits, train, test),
            device=torch.device("cpu"), on_epoch=epochs.append,
        )  # fmt: skip

    assert epochs == []


@pytest.mark.parametrize(
    "error", [AecoreError("no"), ValueError("no"), MemoryError(), RuntimeError("no memory")]
)
def test_a_trained_model_is_saved_whatever_measuring_does(digits, tmp_path, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(assembly, "evaluate", fail)

    saved = trained(cut(digits, 100, 50), tmp_path)

    assert {"test_mse", "pca_test_mse"} <= set(saved.card.metrics)


@pytest.mark.parametrize(
    "noise",
    [
        NoiseConfig(kind="masking", level=0.0),
        NoiseConfig(kind="masking", level=1e-9),
        NoiseConfig(kind="gaussian", level=0.0),
    ],
)
def test_an_infinite_figure_has_a_place_in_the_card(digits, tmp_path, noise):
    saved = trained(cut(digits, 100, 50), tmp_path, noise)

    assert saved.card.metrics["noisy_psnr"] == math.inf
    assert checkpoint_file.read_card(saved.path).metrics["noisy_psnr"] == math.inf
    assert "Infinity" in json.dumps(saved.card.to_dict(), allow_nan=False)


def test_one_black_test_digit_does_not_cost_the_model(digits, tmp_path):
    dataset = cut(digits, 100, 50)
    black = dataset.test_images.copy()
    black[3] = 0
    saved = trained(
        dataclasses.replace(dataset, test_images=black), tmp_path, NoiseConfig(kind="masking")
    )

    assert saved.card.metrics["noisy_psnr"] == math.inf
    assert math.isfinite(saved.card.metrics["denoised_mse"])


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 0.25, 3])
def test_numbers_that_json_has_no_word_for_come_back(value):
    text = json.dumps(json_numbers.encode({"x": [value]}), allow_nan=False)

    (found,) = map(json_numbers.decode, json.loads(text)["x"])
    np.testing.assert_equal(found, value)


def test_evaluate_of_an_ordinary_set_has_all_figures(tiny_checkpoint, digits):
    model = build_model(tiny_checkpoint.card.model, tiny_checkpoint.weights)

    figures = evaluation.evaluate(model, tiny_checkpoint.pca, None, digits)

    for name, value in figures.items():
        assert tiny_checkpoint.card.metrics[name] == pytest.approx(value, rel=1e-6)
