"""What excites a unit, how often it is active, and how it answers to each label."""

import numpy as np
import pytest
import torch

from aecore.analysis.activations import SHARES, Responses
from aecore.errors import ShapeError
from tests.support import networks


@pytest.fixture(scope="module")
def model_and_answers(unit_digits):
    model, layers = networks.make(networks.SHAPES["three hidden layers"])
    return model, Responses.of(layers, 0, unit_digits)


def test_values_are_the_units_outputs_for_every_digit(model_and_answers, unit_digits):
    model, answers = model_and_answers

    expected = networks.outputs(model, torch.tensor(unit_digits))[0].numpy()

    assert answers.rectified
    np.testing.assert_allclose(answers.values, expected.T, atol=1e-5)


def test_nine_most_exciting_digits_are_those_of_a_search_by_hand(model_and_answers):
    _, answers = model_and_answers

    for unit in range(40):
        found = answers.most_exciting(unit)

        values = answers.values[unit].tolist()
        ranked = sorted(range(len(values)), key=lambda i: (-values[i], i))
        assert found.tolist() == [i for i in ranked[:9] if values[i] > 0]


def test_activity_counts_the_digits_above_zero(model_and_answers):
    _, answers = model_and_answers

    for unit in range(40):
        above = sum(value > 0 for value in answers.values[unit].tolist())
        assert answers.activity[unit] == pytest.approx(above / answers.values.shape[1])


def test_the_spread_is_that_of_each_labels_digits(model_and_answers, digits):
    _, answers = model_and_answers
    unit = int(answers.activity.argmax())

    spread = answers.spread(unit, digits.test_labels)

    for label in range(10):
        own = answers.values[unit][digits.test_labels == label].astype(float)
        np.testing.assert_allclose(spread.percentiles[label], np.percentile(own, SHARES))
        assert spread.active[label] == pytest.approx((own > 0).mean())


def test_a_label_without_digits_is_a_gap(model_and_answers):
    _, answers = model_and_answers

    spread = answers.spread(0, np.full(500, 3))

    assert np.flatnonzero(~np.isnan(spread.active)).tolist() == [3]
    assert np.isnan(spread.percentiles[4]).all()


def test_nothing_excites_a_dead_unit(unit_digits):
    _, layers = networks.make(networks.SHAPES["one hidden layer"])
    layers.biases[0][5] = -1e3

    answers = Responses.of(layers, 0, unit_digits)

    assert answers.activity[5] == 0
    assert answers.most_exciting(5).tolist() == []


def test_a_number_of_the_code_has_its_highest_values_even_below_zero(unit_digits):
    _, layers = networks.make(networks.SHAPES["one hidden layer"])
    layers.biases[layers.code][1] = -1e3

    answers = Responses.of(layers, layers.code, unit_digits)

    assert not answers.rectified
    assert answers.most_exciting(1, 3).tolist() == np.argsort(-answers.values[1])[:3].tolist()


def test_images_of_another_shape_are_refused(unit_digits):
    _, layers = networks.make(networks.SHAPES["one number"])

    with pytest.raises(ShapeError, match=r"\(N, 784\)"):
        Responses.of(layers, 0, unit_digits.reshape(-1, 28, 28))
