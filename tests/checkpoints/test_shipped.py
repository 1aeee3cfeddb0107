"""The shipped models: whole, as their presets say, and as good as they claim on MNIST."""

import runpy
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from aecore.analysis import evaluation, metrics
from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.data.dataset import MNIST_FINGERPRINT
from aecore.data.noise import corrupt_fixed
from aecore.imaging.levels import to_unit
from aecore.models.inference import build_model, encode, reconstruct
from aecore.presets import PRESETS

pytestmark = pytest.mark.usefixtures("torch_threads")

REPOSITORY = Path(__file__).resolve().parents[2]
N_DESIGN = 11
"""Presets of the design; those that are added come after them."""

BY_PRESET = pytest.mark.parametrize("name", PRESETS)


@cache
def load(name):
    return checkpoint_file.load(name)


def test_there_is_one_model_a_preset_and_no_other():
    assert set(catalog.names()) == set(PRESETS)


@BY_PRESET
def test_a_model_is_trained_as_its_preset_says_on_all_of_mnist(name):
    found = load(name)

    card, preset = found.card, PRESETS[name]
    assert (card.preset, card.model, card.train) == (name, preset.model, preset.train)
    assert (card.source, card.fingerprint) == ("MNIST", MNIST_FINGERPRINT)
    epochs = preset.train.epochs
    assert [record.epoch for record in card.history] == list(range(1, epochs + 1))
    assert found.codes.shape == (10_000, preset.model.latent_dim)
    assert np.bincount(found.labels).tolist() == [
        *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    ]


@BY_PRESET
def test_a_model_claims_what_its_history_ended_with(name):
    card = load(name).card

    assert card.metrics["test_mse"] == pytest.approx(card.history[-1].test_mse, rel=1e-3)
    assert card.history[-1].train_loss < card.history[0].train_loss


@BY_PRESET
def test_a_model_is_as_good_as_its_preset_promises(name):
    assert load(name).card.metrics["test_mse"] <= PRESETS[name].test_mse


def test_the_gaussian_denoisers_clipped_pictures_and_the_deep_maps_neighbors_are_good():
    assert load("denoise-gaussian").card.metrics["denoised_mse"] <= 0.0075
    assert load("deep-plane").card.metrics["knn5_accuracy"] >= 0.88


@BY_PRESET
def test_a_whole_model_with_a_hidden_layer_wider_than_its_code_beats_pca(name):
    card = load(name).card

    if not card.model.latent_dropout and min(card.model.hidden_dims) > card.model.latent_dim:
        assert card.metrics["test_mse"] < card.metrics["pca_test_mse"]
    else:
        named = {"narrow", "narrow-dropout", "wide-dropout"}
        assert name in named or list(PRESETS).index(name) >= N_DESIGN


def test_draws_from_the_standard_normal_distribution_lie_on_the_variational_models_map():
    found = load("variational-plane")
    codes = found.codes.astype(np.float64)

    np.testing.assert_allclose(codes.mean(axis=0), 0.0, atol=0.2)
    assert 1.0 < codes.std(axis=0).min() <= codes.std(axis=0).max() < 1.6
    drawn = np.random.default_rng(0).standard_normal((2_000, 2))
    assert (found.neighbor_index().isolation(drawn) < 99.5).mean() > 0.99


def test_the_models_fit_into_40_megabytes():
    assert sum(catalog.find(name).stat().st_size for name in catalog.names()) < 40e6


@BY_PRESET
def test_pca_of_the_same_size_has_its_known_error(name):
    assert load(name).card.metrics["pca_test_mse"] == pytest.approx(
        PRESETS[name].pca_test_mse, rel=5e-3
    )


@pytest.fixture
def every_tenth_query(monkeypatch):
    """Looking for the neighbors of every code would take most of a minute."""
    real = metrics.knn_accuracy
    monkeypatch.setattr(
        metrics,
        "knn_accuracy",
        lambda a, b, c, d, **k: real(a, b, c[::10], np.ascontiguousarray(d[::10]), **k),
    )


@BY_PRESET
def test_evaluate_reproduces_every_stored_figure(name, mnist, every_tenth_query):
    found = load(name)
    model, noise = build_model(found.card.model, found.weights), found.card.train.noise

    figures = evaluation.evaluate(model, found.pca, noise, mnist)

    stored = dict(found.card.metrics)
    train_mse = stored.pop("train_mse")
    for accuracy in ("knn5_accuracy", "pca_knn5_accuracy"):
        p = stored.pop(accuracy)
        four_deviations = 4 * np.sqrt(p * (1 - p) / 1000)
        assert figures.pop(accuracy) == pytest.approx(p, abs=four_deviations)
    assert figures["test_mse"] == pytest.approx(stored["test_mse"], abs=1e-6)
    assert figures == pytest.approx(stored, rel=1e-4)
    train = to_unit(mnist.train_images[:10_000])
    errors = reconstruct(model, corrupt_fixed(train, noise)) - train
    assert np.square(errors).mean() == pytest.approx(train_mse, rel=0.03)


def test_two_numbers_a_digit_keep_the_accuracy_that_they_claim(mnist):
    found = load("plane")
    model = build_model(found.card.model, found.weights)
    codes, queries = (encode(model, to_unit(x)) for x in (mnist.train_images, mnist.test_images))

    accuracy = metrics.knn_accuracy(codes, mnist.train_labels, queries, mnist.test_labels)

    assert accuracy == pytest.approx(found.card.metrics["knn5_accuracy"], rel=1e-3)


@BY_PRESET
def test_the_atlas_is_what_the_encoder_makes_of_the_test_digits(name, mnist):
    found = load(name)

    codes = encode(build_model(found.card.model, found.weights), to_unit(mnist.test_images))

    # Trained on another machine, a value may round to the next float16.
    np.testing.assert_allclose(found.codes, codes, rtol=2e-3, atol=1e-3)
    np.testing.assert_array_equal(found.labels, mnist.test_labels)


@BY_PRESET
def test_the_atlas_holds_the_error_of_every_clean_test_digit(name, mnist):
    found, clean = load(name), to_unit(mnist.test_images)

    outputs = reconstruct(build_model(found.card.model, found.weights), clean)

    errors = np.square(outputs - clean).mean(axis=1)
    np.testing.assert_allclose(found.errors, errors, rtol=1e-3, atol=1e-6)


def test_the_readme_has_the_table_that_the_presets_and_their_models_give():
    made = runpy.run_path(str(REPOSITORY / ".github" / "model_table.py"))["table"]()

    assert made in (REPOSITORY / "README.md").read_text(encoding="utf-8"), (
        f"python .github/model_table.py prints:\n{made}"
    )
