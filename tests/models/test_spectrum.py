"""PCA's error at every code size, against one PCA a size."""

import numpy as np
import pytest

from aecore.analysis.metrics import mse
from aecore.imaging.levels import to_unit
from aecore.models.pca import PCA
from aecore.models.spectrum import pca_errors


@pytest.fixture(scope="module")
def errors(digits):
    return pca_errors(digits)


@pytest.mark.parametrize("dim", [1, 2, 32, 300])
def test_the_error_at_a_size_is_that_of_a_pca_of_this_size(errors, digits, dim):
    images = to_unit(digits.test_images)

    expected = mse(images, PCA.fit(digits.train_images, dim).reconstruct(images)).mean()

    assert errors[dim] == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_the_errors_fall_from_the_mean_digits_to_none(errors, digits):
    images = to_unit(digits.test_images).astype(np.float64)
    mean = to_unit(digits.train_images).astype(np.float64).mean(axis=0)

    assert errors.shape == (785,)
    assert errors[0] == pytest.approx(np.square(images - mean).mean(), rel=1e-5)
    assert (np.diff(errors) <= 0).all()
    assert errors[784] == 0
