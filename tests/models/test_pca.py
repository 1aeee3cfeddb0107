"""PCA against scikit-learn's, and the figures it reaches on MNIST."""

import numpy as np
import pytest
from sklearn.decomposition import PCA as ReferencePCA

from aecore.analysis.metrics import knn_accuracy, mse
from aecore.errors import ConfigError, ShapeError
from aecore.imaging.levels import to_unit
from aecore.models import pca as model_pca
from aecore.models.pca import PCA, pca_errors

pytestmark = pytest.mark.usefixtures("one_thread")


def correlated_images(n, seed=0):
    """Images (n, 784) in 0..1 that differ mostly along a few directions."""
    rng = np.random.default_rng(seed)
    images = rng.random((n, 20)) @ rng.random((20, 784)) ** 8 + 0.05 * rng.random((n, 784))
    return (images / images.max()).astype(np.float32)


@pytest.mark.parametrize("solver", ["full", "covariance_eigh"])
def test_components_and_their_signs_are_those_of_scikit_learn(solver, monkeypatch):
    monkeypatch.setattr(model_pca, "CHUNK", 128)
    images = correlated_images(300)

    found = PCA.fit(images, 12)

    reference = ReferencePCA(12, svd_solver=solver).fit(images.astype(np.float64))
    np.testing.assert_allclose(found.mean, reference.mean_, atol=1e-6)
    np.testing.assert_allclose(found.components, reference.components_, atol=1e-5)
    np.testing.assert_allclose(found.encode(images), reference.transform(images), atol=1e-4)
    expected = reference.inverse_transform(reference.transform(images))
    np.testing.assert_allclose(found.reconstruct(images), expected, atol=1e-5)


def test_bytes_are_read_as_the_same_grays():
    gray = (correlated_images(300) * 255).astype(np.uint8)
    images = gray.astype(np.float32) / 255

    from_bytes, from_floats = PCA.fit(gray, 3), PCA.fit(images, 3)

    np.testing.assert_allclose(from_bytes.mean, from_floats.mean, atol=1e-6)
    np.testing.assert_allclose(from_bytes.components, from_floats.components, atol=1e-5)
    np.testing.assert_allclose(from_bytes.encode(gray), from_bytes.encode(images), atol=1e-5)


@pytest.mark.parametrize("latent_dim", [1, 20, 784])
@pytest.mark.parametrize("n", [1, 5, 50])
def test_rows_are_orthonormal_even_beyond_the_rank_of_the_data(n, latent_dim):
    pca = PCA.fit(correlated_images(n), latent_dim)

    assert pca.latent_dim == latent_dim
    overlaps = pca.components @ pca.components.T
    np.testing.assert_allclose(overlaps, np.eye(latent_dim), atol=1e-5)


def test_code_values_are_centered_uncorrelated_and_strongest_first():
    images = correlated_images(500)

    codes = PCA.fit(images, 6).encode(images)

    covariance = np.cov(codes.T)
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=1e-4)
    assert (np.diff(np.diag(covariance)) < 0).all()
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-4)


def test_as_many_components_as_pixels_give_the_images_back():
    images = correlated_images(40)

    np.testing.assert_allclose(PCA.fit(images, 784).reconstruct(images), images, atol=1e-5)


def test_shapes_and_kinds_are_as_documented_and_inputs_stay_as_they_were():
    images = correlated_images(30)
    before = images.copy()
    images.flags.writeable = False

    pca = PCA.fit(images, 4)
    codes = pca.encode(images[:7])
    decoded = pca.decode(codes)

    for array, shape in [
        (pca.mean, (784,)),
        (pca.components, (4, 784)),
        (codes, (7, 4)),
        (decoded, (7, 784)),
    ]:
        assert array.shape == shape
        assert array.dtype == np.float32
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(pca.reconstruct(images[:7]), decoded)


@pytest.mark.parametrize("latent_dim", [0, -1, 785, 2.0, True])
def test_a_code_size_out_of_range_is_refused(latent_dim):
    with pytest.raises(ConfigError, match="latent_dim"):
        PCA.fit(correlated_images(10), latent_dim)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((0, 784), np.float32),
        np.zeros(784, np.float32),
        np.zeros((5, 28, 28), np.float32),
        np.zeros((5, 784), np.int64),
        np.full((5, 784), np.nan, np.float32),
    ],
)
def test_arrays_that_are_no_images_are_refused(images):
    with pytest.raises(ShapeError):
        PCA.fit(images, 2)


def test_codes_of_another_size_are_refused():
    pca = PCA.fit(correlated_images(10), 3)

    with pytest.raises(ShapeError, match=r"\(B, 3\)"):
        pca.decode(np.zeros((1, 2)))


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


# --- MNIST ---


@pytest.fixture(scope="module")
def mnist_pca(mnist):
    return PCA.fit(mnist.train_images, 128)


@pytest.mark.parametrize(
    ("latent_dim", "expected"), [(2, 0.0557), (32, 0.0168), (64, 0.00905), (128, 0.00421)]
)
def test_mnist_error_is_the_known_one(mnist, mnist_pca, latent_dim, expected):
    images = to_unit(mnist.test_images)
    pca = PCA(mean=mnist_pca.mean, components=mnist_pca.components[:latent_dim])

    error = mse(images, pca.reconstruct(images)).mean()

    assert error == pytest.approx(expected, rel=2e-3)


def test_mnist_test_digits_are_classified_by_two_components_as_known(mnist, mnist_pca):
    pca = PCA(mean=mnist_pca.mean, components=mnist_pca.components[:2])
    codes, query_codes = pca.encode(mnist.train_images), pca.encode(mnist.test_images)

    accuracy = knn_accuracy(codes, mnist.train_labels, query_codes, mnist.test_labels, k=5)

    assert accuracy == pytest.approx(0.424, abs=2e-3)
