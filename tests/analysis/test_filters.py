"""Units as pictures: which, in which order, on which scale."""

import numpy as np
import pytest

from aecore.analysis.filters import (
    Units,
    code_units,
    component_units,
    cosines,
    hidden_units,
    shared_color_limit,
)
from aecore.models import inference
from aecore.models.pca import PCA
from tests.support import networks


def made_up(filters, *, activity=None):
    filters = np.asarray(filters, dtype=np.float32)
    return Units(
        images=filters[:, None],
        norms=np.linalg.norm(filters, axis=1),
        activity=activity,
        dead=np.zeros(len(filters), bool),
    )


@pytest.fixture(scope="module")
def deep():
    return networks.make(networks.SHAPES["three hidden layers"])


def test_a_hidden_unit_is_its_row_and_the_mirrored_column(deep):
    model, layers = deep

    units = hidden_units(layers, np.linspace(0, 1, 40))

    rows = model.encoder.layers[0].weight.numpy()
    columns = model.decoder.layers[-1].weight.numpy()
    for unit in range(40):
        np.testing.assert_array_equal(units.images[unit], [rows[unit], columns[:, unit]])
        assert units.norms[unit] == pytest.approx(np.sqrt((rows[unit] ** 2).sum()), rel=1e-5)
    assert np.flatnonzero(units.dead).tolist() == [0]
    assert units.n_always_active == 2  # of 40 shares from 0 to 1, those above 0.95


def test_a_number_of_the_code_adds_what_one_deviation_changes(deep, unit_digits):
    model, layers = deep
    codes = inference.encode(model, unit_digits)

    units = code_units(layers, codes, unit_digits.mean(axis=0))

    mean, deviations = codes.mean(axis=0), codes.std(axis=0)
    for k in range(4):
        moved = mean.copy()
        moved[k] += deviations[k]
        added = inference.decode(model, moved[None]) - inference.decode(model, mean[None])
        np.testing.assert_allclose(units.images[k, 1], added[0], atol=1e-5)
        assert units.dead[k] == (np.abs(added).max() <= 1 / 255)
    assert units.activity is None


def test_a_number_that_never_varies_is_dead(deep, unit_digits):
    model, layers = deep
    codes = inference.encode(model, unit_digits)
    codes[:, 2] = 0.3

    units = code_units(layers, codes * [100, 100, 1, 100], unit_digits[0])

    assert np.flatnonzero(units.dead).tolist() == [2]


def test_a_component_reads_and_writes_with_one_picture(unit_digits):
    pca = PCA.fit(unit_digits, 5)

    still = component_units(pca, unit_digits, moved=False)
    moved = component_units(pca, unit_digits, moved=True)

    np.testing.assert_array_equal(still.images[:, 0], pca.components)
    deviations = pca.encode(unit_digits).std(axis=0)
    np.testing.assert_allclose(moved.images[:, 1], deviations[:, None] * pca.components)
    assert moved.order("norm").tolist() == [0, 1, 2, 3, 4]


def test_orders_by_norm_activity_similarity_and_number():
    units = made_up([[1, 0], [0, 3], [2, 2], [-5, 0]], activity=np.array([0.1, 0.9, 0.5, 0.9]))

    assert units.order("norm").tolist() == [3, 1, 2, 0]
    assert units.order("activity").tolist() == [1, 3, 2, 0]
    assert units.order("similarity", np.array([4, 0])).tolist() == [0, 2, 1, 3]
    assert units.order("number").tolist() == [0, 1, 2, 3]


def test_without_activity_or_anything_to_be_like_the_strongest_come_first():
    units = made_up([[1, 0], [0, 3]])

    assert units.order("activity").tolist() == [1, 0]
    assert units.order("similarity").tolist() == [1, 0]


@pytest.mark.parametrize(("dead", "first"), [([], 2), ([2], 0), ([0, 2], 1), ([0, 1, 2], 2)])
def test_the_strongest_is_not_dead_unless_all_are(dead, first):
    units = made_up([[2, 0], [1, 0], [3, 0]])
    units.dead[dead] = True

    assert units.strongest() == first


def test_cosines_are_those_of_the_formula_and_zero_for_blank_pictures():
    rng = np.random.default_rng(0)
    pictures = rng.normal(size=(5, 784)).astype(np.float32)
    pictures[3] = 0

    found = cosines(pictures, pictures[0])

    for i in (0, 1, 2, 4):
        a, b = pictures[i].astype(float), pictures[0].astype(float)
        assert found[i] == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)))
    assert found[3] == 0
    assert found[0] == pytest.approx(1)


def test_agreement_is_the_mean_cosine_of_a_units_two_pictures():
    pairs = np.zeros((3, 2, 784), np.float32)
    pairs[0, :, 0] = 2, 3
    pairs[1, 0, 0] = pairs[1, 1, 1] = 1
    pairs[2, 0, 0] = 1  # writes nothing: not counted

    units = Units(images=pairs, norms=np.ones(3), activity=None, dead=np.zeros(3, bool))

    assert units.mean_cosine() == pytest.approx(0.5)


def test_length_1_divides_each_picture_by_its_norm_and_leaves_blank_ones():
    units = made_up(np.concatenate([np.full((1, 784), 2.0), np.zeros((1, 784))]))

    scaled = units.scaled("length 1")

    assert np.linalg.norm(scaled[0, 0]) == pytest.approx(1)
    assert not scaled[1].any()
    np.testing.assert_array_equal(units.scaled("weights"), units.images)


def test_one_limit_holds_for_all_galleries():
    small, large = made_up(np.full((50, 784), 0.1)), made_up(np.full((50, 784), -0.7))

    assert shared_color_limit([small, large], "weights") == pytest.approx(0.7)
    assert shared_color_limit([large, small], "length 1") == pytest.approx(1 / 28)
