"""What the measures measure, against references computed another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import structural_similarity

from aecore.analysis.metrics import (
    grayness,
    knn_accuracy,
    mse,
    mse_by_label,
    psnr,
    ssim,
    trustworthiness,
)
from aecore.errors import ConfigError, ShapeError


def digit_like(n, seed):
    """Images (n, 784): mostly black, some strokes of gray."""
    rng = np.random.default_rng(seed)
    return rng.random((n, 784)) * (rng.random((n, 784)) < 0.2)


# --- pixels ---


def test_one_pixel_that_is_half_wrong_costs_a_quarter_over_784():
    target = np.zeros((3, 784), np.float32)
    reconstruction = target.copy()
    reconstruction[1, 100] = 0.5

    np.testing.assert_allclose(mse(target, reconstruction), [0, 0.25 / 784, 0])


@pytest.mark.parametrize(("error", "decibels"), [(1.0, 0.0), (0.1, 20.0), (0.01, 40.0)])
def test_psnr_of_a_uniform_error(error, decibels):
    target = np.zeros((2, 784))

    np.testing.assert_allclose(psnr(target, target + error), [decibels] * 2, atol=1e-9)


def test_identical_images_have_infinite_psnr_and_ssim_one():
    images = digit_like(2, seed=0)

    assert np.isposinf(psnr(images, images)).all()
    np.testing.assert_allclose(ssim(images, images), 1)


def test_half_gray_is_the_grayest_and_a_blank_image_is_not_gray():
    pixels = [[0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0], [0, 0, 0, 0], [2, -1, 0, 0], [1, 0.5, 0, 0]]

    grays = grayness(np.array(pixels, np.float32))

    np.testing.assert_allclose(grays, [0.5, 0, 0, 0, 0.25 / 1.5])


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.3, 1.0])
def test_ssim_is_that_of_scikit_image(noise):
    target = digit_like(7, seed=1)
    reconstruction = target + noise * digit_like(7, seed=2)

    found = ssim(target, reconstruction)

    expected = [
        structural_similarity(a.reshape(28, 28), b.reshape(28, 28), data_range=1)
        for a, b in zip(target, reconstruction, strict=True)
    ]
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("measure", [mse, psnr, ssim])
def test_more_images_than_a_chunk_are_measured_one_by_one(measure):
    target = digit_like(1030, seed=3)
    reconstruction = digit_like(1030, seed=4)

    found = measure(target, reconstruction)

    assert found.shape == (1030,)
    last = measure(target[-10:], reconstruction[-10:])
    np.testing.assert_allclose(found[-10:], last, rtol=1e-12)


@pytest.mark.parametrize("measure", [mse, psnr, ssim])
def test_no_images_give_no_values(measure):
    assert measure(np.empty((0, 784)), np.empty((0, 784))).shape == (0,)


def test_float32_images_are_summed_in_float64():
    target = np.zeros((1, 784), np.float32)
    reconstruction = np.full((1, 784), 1e-4, np.float32)
    reconstruction[0, 0] = 1.0

    exact = (np.float64(np.float32(1e-4)) ** 2 * 783 + 1) / 784
    assert mse(target, reconstruction)[0] == pytest.approx(exact, rel=1e-14)


def test_nan_stays_visible():
    target = digit_like(2, seed=5)
    broken = target.copy()
    broken[0, 0] = np.nan

    np.testing.assert_array_equal(np.isnan(mse(target, broken)), [True, False])


@pytest.mark.parametrize("measure", [mse, psnr, ssim])
@pytest.mark.parametrize(
    ("target", "reconstruction"),
    [
        (np.zeros((2, 784)), np.zeros((3, 784))),
        (np.zeros((1, 784)), np.zeros((3, 784))),
        (np.zeros((2, 784)), np.zeros((2, 783))),
        (np.zeros(784), np.zeros(784)),
        (np.zeros((2, 28, 28)), np.zeros((2, 28, 28))),
        (np.zeros((2, 784), np.uint8), np.zeros((2, 784))),
    ],
)
def test_images_that_do_not_pair_are_refused(measure, target, reconstruction):
    with pytest.raises(ShapeError):
        measure(target, reconstruction)


def test_error_by_label_is_the_mean_and_nan_where_a_label_is_absent():
    found = mse_by_label(np.array([1.0, 3.0, 5.0]), np.array([2, 2, 9], np.uint8))

    expected = np.full(10, np.nan)
    expected[2], expected[9] = 2.0, 5.0
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "labels", [np.array([0, 1]), np.array([0, 1, 10]), np.array([0, -1, 1]), np.array([0.0, 1, 2])]
)
def test_labels_that_are_no_digits_or_too_few_are_refused(labels):
    with pytest.raises(ShapeError):
        mse_by_label(np.zeros(3), labels)


# --- codes ---


def brute_force_knn_accuracy(codes, labels, query_codes, query_labels, k):
    hits = 0
    for query, label in zip(query_codes, query_labels, strict=True):
        nearest = np.argsort(((codes - query) ** 2).sum(axis=1))[:k]
        hits += np.bincount(labels[nearest], minlength=10).argmax() == label
    return hits / len(query_codes)


@pytest.mark.parametrize("k", [1, 4, 5, 60])
@pytest.mark.parametrize("latent_dim", [1, 2, 20])
def test_knn_accuracy_is_that_of_brute_force(k, latent_dim):
    rng = np.random.default_rng(k)
    labels, query_labels = rng.integers(0, 10, 60), rng.integers(0, 10, 40)
    codes = rng.normal(size=(60, latent_dim)) + labels[:, None] / 2
    query_codes = rng.normal(size=(40, latent_dim)) + query_labels[:, None] / 2

    found = knn_accuracy(codes, labels, query_codes, query_labels, k=k)

    assert found == brute_force_knn_accuracy(codes, labels, query_codes, query_labels, k)


@pytest.mark.parametrize("k", [0, -1, 4])
def test_k_beyond_the_number_of_codes_is_refused(k):
    codes, labels = np.eye(3), np.arange(3)

    with pytest.raises(ConfigError, match=r"1\.\.3"):
        knn_accuracy(codes, labels, codes, labels, k=k)


def test_queries_of_another_code_size_and_codes_with_nan_are_refused():
    codes, labels = np.eye(3), np.arange(3)

    with pytest.raises(ShapeError, match="query_codes"):
        knn_accuracy(codes, labels, codes[:, :2], labels, k=1)
    with pytest.raises(ShapeError, match="finite"):
        knn_accuracy(codes * np.nan, labels, codes, labels, k=1)


def brute_force_trustworthiness(images, codes, k):
    """Venna and Kaski's formula, pair by pair."""
    n = len(images)

    def ranks(rows):
        distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)
        np.fill_diagonal(distances, -1)
        return distances.argsort(axis=1).argsort(axis=1)  # 0 for itself, then 1, 2, ...

    image_ranks, code_ranks = ranks(images), ranks(codes)
    penalty = sum(
        max(0, image_ranks[i, j] - k)
        for i in range(n)
        for j in range(n)
        if 1 <= code_ranks[i, j] <= k
    )
    return 1 - penalty * 2 / (n * k * (2 * n - 3 * k - 1))


@pytest.mark.parametrize("k", [1, 5, 9])
def test_trustworthiness_follows_its_formula(k):
    images = digit_like(20, seed=6)
    codes = images @ np.random.default_rng(7).normal(size=(784, 2))

    found = trustworthiness(images, codes, n_neighbors=k)

    assert found == pytest.approx(brute_force_trustworthiness(images, codes, k), abs=1e-12)
    assert found < 1
    assert trustworthiness(images, images, n_neighbors=k) == 1


@pytest.mark.parametrize("n_neighbors", [0, 10, 25])
def test_too_many_neighbors_for_the_sample_are_refused(n_neighbors):
    images = digit_like(20, seed=8)

    with pytest.raises(ConfigError, match="n_neighbors"):
        trustworthiness(images, images, n_neighbors=n_neighbors)


def test_images_without_their_codes_are_refused():
    with pytest.raises(ShapeError, match="20 images cannot pair 19 codes"):
        trustworthiness(np.zeros((20, 784)), np.zeros((19, 2)))


@given(
    arrays(np.float32, (2, 784), elements=st.floats(0, 1, width=32)),
    arrays(np.float32, (2, 784), elements=st.floats(0, 1, width=32)),
)
def test_measures_are_symmetric_bounded_and_leave_their_inputs_alone(target, reconstruction):
    before = target.copy(), reconstruction.copy()

    error, similarity = mse(target, reconstruction), ssim(target, reconstruction)

    assert ((error >= 0) & (error <= 1)).all()
    assert ((similarity >= -1 - 1e-9) & (similarity <= 1 + 1e-9)).all()
    np.testing.assert_array_equal(error, mse(reconstruction, target))
    np.testing.assert_allclose(similarity, ssim(reconstruction, target), atol=1e-9)
    np.testing.assert_array_equal(target, before[0])
    np.testing.assert_array_equal(reconstruction, before[1])
