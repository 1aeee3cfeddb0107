"""Switching a unit off: the quick way against holding it in PyTorch and measuring again."""

import numpy as np
import pytest
import torch

from aecore.analysis import ablation, metrics
from aecore.analysis.ablation import Ablation, measured_digits
from aecore.analysis.activations import Activations
from aecore.config import ModelConfig
from aecore.models import inference
from aecore.models.families import family_of
from tests.support import networks

SHAPES = pytest.mark.parametrize("config", networks.SHAPES.values(), ids=networks.SHAPES)


def ablation_of(layers, positions, images, labels):
    activations = {each: Activations.of(layers, each, images) for each in positions}
    return Ablation(layers, activations, images, labels)


def by_force(model, images, layer, unit, value):
    """Error of each digit with the unit held at a value."""
    output = networks.reconstruct_without(model, torch.tensor(images), layer, unit, value)
    return metrics.mse(images, output.numpy())


@SHAPES
def test_the_error_without_a_hidden_unit_is_that_of_holding_it_at_zero(config, digits, unit_digits):
    model, layers = networks.make(config)
    quick = ablation_of(layers, (0, layers.code), unit_digits, digits.test_labels)

    for unit in (0, 3, 11):
        loss = quick.switch_off(0, unit)

        expected = by_force(model, unit_digits, 0, unit, 0.0)
        np.testing.assert_allclose(loss.after, expected, rtol=1e-5, atol=1e-8)
        rise = expected.mean() / loss.before.mean() - 1
        assert loss.share == pytest.approx(rise, abs=1e-6)


@SHAPES
def test_the_error_without_a_number_of_the_code_is_that_of_holding_it_at_its_mean(
    config, digits, unit_digits
):
    model, layers = networks.make(config)
    codes = inference.encode(model, unit_digits)
    quick = ablation_of(layers, (0, layers.code), unit_digits, digits.test_labels)

    unit = config.latent_dim - 1
    loss = quick.switch_off(layers.code, unit)

    mean = float(codes[:, unit].mean(dtype=np.float64))
    assert quick.off_value(layers.code, unit) == pytest.approx(mean, abs=1e-6)
    expected = by_force(model, unit_digits, layers.code, unit, mean)
    np.testing.assert_allclose(loss.after, expected, rtol=1e-5, atol=1e-8)


@SHAPES
def test_any_layer_before_the_pixels_can_be_asked_for(config, digits, unit_digits):
    model, layers = networks.make(config)
    hidden = [i for i in range(layers.last_hidden) if layers.hidden(i)]
    quick = ablation_of(layers, hidden, unit_digits, digits.test_labels)

    for layer in hidden:
        loss = quick.switch_off(layer, 5)

        expected = by_force(model, unit_digits, layer, 5, 0.0)
        np.testing.assert_allclose(loss.after, expected, rtol=1e-5, atol=1e-8)


def test_before_is_the_models_own_error_and_the_rise_is_counted_by_label(
    tiny_checkpoint, digits, unit_digits
):
    found = tiny_checkpoint
    model = inference.build_model(found.card.model, found.weights)
    layers = family_of(found.card.model).dense_layers(found.card.model, found.weights)

    quick = ablation_of(layers, (0,), unit_digits, digits.test_labels)
    unit = int(np.argmax(np.linalg.norm(layers.matrices[0], axis=1)))
    loss = quick.switch_off(0, unit)

    assert loss.before.mean() == pytest.approx(found.card.metrics["test_mse"], rel=1e-4)
    expected = by_force(model, unit_digits, 0, unit, 0.0)
    for label in range(10):
        own = digits.test_labels == label
        rise = expected[own].mean() / loss.before[own].mean() - 1
        assert loss.share_by_label()[label] == pytest.approx(rise, abs=1e-5)


def test_before_is_the_models_own_error_where_the_pixels_are_squeezed_too(digits, unit_digits):
    model, layers = networks.make(networks.SHAPES["a logistic output"])

    quick = ablation_of(layers, (0,), unit_digits, digits.test_labels)

    expected = metrics.mse(unit_digits, inference.reconstruct(model, unit_digits))
    np.testing.assert_allclose(quick.before, expected, rtol=1e-5)


def test_a_silent_unit_costs_exactly_nothing(digits, unit_digits):
    _, layers = networks.make(networks.SHAPES["one hidden layer"])
    layers.biases[0][7] = -1e3

    loss = ablation_of(layers, (0,), unit_digits, digits.test_labels).switch_off(0, 7)

    np.testing.assert_array_equal(loss.after, loss.before)
    assert loss.share == 0


def test_drawing_gives_the_reconstructions_with_and_without(digits, unit_digits):
    model, layers = networks.make(networks.SHAPES["three hidden layers"])
    quick = ablation_of(layers, (0, layers.code), unit_digits, digits.test_labels)
    few = unit_digits[:9]

    whole, without = quick.reconstruct(0, 4, few)

    np.testing.assert_allclose(whole, inference.reconstruct(model, few), atol=1e-5)
    held = networks.reconstruct_without(model, torch.tensor(few), 0, 4, 0.0)
    np.testing.assert_allclose(without, held, atol=1e-5)


def test_large_layers_are_measured_on_fewer_digits_evenly_spread(monkeypatch, digits, unit_digits):
    model, layers = networks.make(networks.SHAPES["three hidden layers"])
    monkeypatch.setattr(ablation, "MAX_WORK", 1e5)
    monkeypatch.setattr(ablation, "FEW_DIGITS", 50)

    quick = ablation_of(layers, (0,), unit_digits, digits.test_labels)
    loss = quick.switch_off(0, 2)

    assert quick.chosen.tolist() == list(range(0, 500, 10))
    np.testing.assert_array_equal(loss.labels, digits.test_labels[::10])
    expected = by_force(model, unit_digits[::10], 0, 2, 0.0)
    np.testing.assert_allclose(loss.after, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("hidden", "latent", "count"),
    [((128,), 2, 10_000), ((256,), 128, 10_000), ((1000, 500, 250), 30, 1_000)],
)
def test_all_of_mnist_is_measured_where_that_is_quick(hidden, latent, count):
    _, layers = networks.make(ModelConfig(latent_dim=latent, hidden_dims=hidden))

    assert len(measured_digits(layers, 10_000)) == count
