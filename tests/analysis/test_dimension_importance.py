"""What each number of a code counts for, against doing it digit by digit."""

import csv
import io

import numpy as np
import pytest

from aecore.analysis import dimension_importance, metrics
from aecore.errors import ConfigError
from aecore.models import inference
from aecore.models.pca import PCA


@pytest.fixture(scope="module")
def measured(tiny_denoiser, digits, unit_digits):
    """Decoder, codes, images and labels of 60 digits, by a model with D = 4."""
    model = inference.build_model(tiny_denoiser.card.model, tiny_denoiser.weights)
    images = unit_digits[:60]
    codes = inference.encode(model, images)
    return lambda z: inference.decode(model, z), codes, images, digits.test_labels[:60]


def error_row(images, output, labels):
    return dimension_importance.error_row(metrics.mse(images, output), labels)


def test_errors_with_a_dimension_fixed_are_those_of_brute_force(measured):
    decode, codes, images, labels = measured

    table = dimension_importance.fixed_errors(decode, codes, images, labels, range(4))

    assert table.shape == (4, 11)
    for dimension in range(4):
        errors = []
        for code, image in zip(codes, images, strict=True):
            fixed = code.copy()
            fixed[dimension] = codes[:, dimension].astype(np.float64).mean()
            errors.append(((decode(fixed[None])[0].astype(np.float64) - image) ** 2).mean())
        errors = np.array(errors)
        for label in range(10):
            assert table[dimension, label] == pytest.approx(errors[labels == label].mean())
        assert table[dimension, dimension_importance.ALL] == pytest.approx(errors.mean())


def test_any_range_of_dimensions_gives_the_same_rows(measured):
    whole = dimension_importance.fixed_errors(*measured, range(4))

    parts = [
        dimension_importance.fixed_errors(*measured, range(start, stop))
        for start, stop in dimension_importance.dimension_ranges(4, most=3)
    ]

    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("dim", [1, 2, 15, 16, 17, 128, 784])
def test_blocks_cover_every_dimension_once_in_few_steps(dim):
    found = dimension_importance.dimension_ranges(dim)

    assert [i for start, stop in found for i in range(start, stop)] == list(range(dim))
    assert len(found) <= 16


@pytest.mark.parametrize("n_pixels", [784, 300])
def test_fixing_a_component_of_pca_costs_exactly_its_variance(unit_digits, digits, n_pixels):
    images, labels = unit_digits[:, -n_pixels:], digits.test_labels
    pca = PCA.fit(images, 5)
    codes = pca.encode(images)
    whole = error_row(images, pca.decode(codes), labels)

    table = dimension_importance.fixed_errors(pca.decode, codes, images, labels, range(5))

    increase = (table - whole)[:, dimension_importance.ALL]
    expected = dimension_importance.pca_increase(codes, n_pixels)
    np.testing.assert_allclose(increase, expected, rtol=1e-3)


def test_a_dimension_that_never_changes_counts_for_nothing(measured):
    decode, codes, images, labels = measured
    constant = codes.copy()
    constant[:, 2] = 0.75
    whole = error_row(images, decode(constant), labels)

    table = dimension_importance.fixed_errors(decode, constant, images, labels, [2])

    np.testing.assert_array_equal(table[0], whole)


@pytest.mark.parametrize("dimension", [-1, 4])
def test_a_dimension_that_is_not_there_is_refused(measured, dimension):
    with pytest.raises(ConfigError, match="4 dimensions"):
        dimension_importance.fixed_errors(*measured, [dimension])


@pytest.fixture
def found():
    """Five dimensions: the third counts most, the first for nothing, the last is better fixed."""
    whole = np.full(11, 0.1)
    increase = np.array([0.0, 0.02, 0.5, 0.004, -0.01])
    return dimension_importance.Importance(
        baseline=whole, fixed=whole + increase[:, None], pca_increase=np.zeros(5)
    )


def test_the_dimension_that_counts_most_comes_first(found):
    assert found.order.tolist() == [2, 1, 3, 0, 4]
    assert found.order[:2].tolist() == [2, 1]
    np.testing.assert_allclose(found.increase[2], 0.5)


def test_dimensions_below_a_hundredth_of_the_strongest_are_idle(found):
    assert found.n_unused == 3


def test_the_table_as_text_reads_back_exactly(found):
    rows = list(csv.reader(io.StringIO(found.to_csv())))

    assert rows[0] == ["fixed", *(f"mse_{label}" for label in range(10)), "mse_all"]
    assert [row[0] for row in rows[1:]] == ["nothing", "z1", "z2", "z3", "z4", "z5"]
    np.testing.assert_array_equal(np.array([row[1:] for row in rows[2:]], float), found.fixed)
