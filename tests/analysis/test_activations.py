"""What excites a unit, how often it is active, and how it activations to each label."""

import numpy as np
import pytest
import torch

from aecore.analysis.activations import PERCENTILES, Activations
from aecore.errors import ShapeError
from tests.support import networks


@pytest.fixture(scope="module")
def model_and_activations(unit_digits):
    model, layers = networks.make(networks.SHAPES["three hidden layers"])
    return model, Activations.of(layers, 0, unit_digits)


def test_values_are_the_units_outputs_for_every_digit(model_and_activations, unit_digits):
    model, activations = model_and_activations

    expected = networks.outputs(model, torch.tensor(unit_digits))[0].numpy()

    assert activations.rectified
    np.testing.assert_allclose(activations.values, expected.T, atol=1e-5)


def test_nine_top_activating_digits_are_those_of_a_search_by_hand(model_and_activations):
    _, activations = model_and_activations

    for unit in range(40):
        found = activations.top_activating(unit)

        values = activations.values[unit].tolist()
        ranked = sorted(range(len(values)), key=lambda i: (-values[i], i))
        assert found.tolist() == [i for i in ranked[:9] if values[i] > 0]


def test_activity_counts_the_digits_above_zero(model_and_activations):
    _, activations = model_and_activations

    for unit in range(40):
        above = sum(value > 0 for value in activations.values[unit].tolist())
        assert activations.activity[unit] == pytest.approx(above / activations.values.shape[1])


def test_the_spread_is_that_of_each_labels_digits(model_and_activations, digits):
    _, activations = model_and_activations
    unit = int(activations.activity.argmax())

    by_label = activations.by_label(unit, digits.test_labels)

    for label in range(10):
        own = activations.values[unit][digits.test_labels == label].astype(float)
        np.testing.assert_allclose(by_label.percentiles[label], np.percentile(own, PERCENTILES))
        assert by_label.active[label] == pytest.approx((own > 0).mean())


def test_a_label_without_digits_is_a_gap(model_and_activations):
    _, activations = model_and_activations

    by_label = activations.by_label(0, np.full(500, 3))

    assert np.flatnonzero(~np.isnan(by_label.active)).tolist() == [3]
    assert np.isnan(by_label.percentiles[4]).all()


def test_nothing_excites_a_dead_unit(unit_digits):
    _, layers = networks.make(networks.SHAPES["one hidden layer"])
    layers.biases[0][5] = -1e3

    activations = Activations.of(layers, 0, unit_digits)

    assert activations.activity[5] == 0
    assert activations.top_activating(5).tolist() == []


def test_a_number_of_the_code_has_its_highest_values_even_below_zero(unit_digits):
    _, layers = networks.make(networks.SHAPES["one hidden layer"])
    layers.biases[layers.code][1] = -1e3

    activations = Activations.of(layers, layers.code, unit_digits)

    assert not activations.rectified
    assert (
        activations.top_activating(1, 3).tolist() == np.argsort(-activations.values[1])[:3].tolist()
    )


def test_images_of_another_shape_are_refused(unit_digits):
    _, layers = networks.make(networks.SHAPES["one number"])

    with pytest.raises(ShapeError, match=r"\(B, 784\)"):
        Activations.of(layers, 0, unit_digits.reshape(-1, 28, 28))
