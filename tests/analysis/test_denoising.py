"""The same digits broken and mended in several ways, and how well each way does."""

import numpy as np
import pytest
from scipy.ndimage import median_filter
from skimage.metrics import structural_similarity

from aecore.analysis import evaluation
from aecore.analysis.denoising import Denoisers, Score, Summary, median_3x3
from aecore.data.noise import FixedCorruption
from aecore.models.inference import build_model, reconstruct


@pytest.fixture(scope="module")
def denoisers(tiny_checkpoint, tiny_denoiser):
    models = {
        way: build_model(found.card.model, found.weights)
        for way, found in (("model", tiny_denoiser), ("plain", tiny_checkpoint))
    }
    return Denoisers(models=models, pca=tiny_denoiser.pca)


@pytest.mark.parametrize("kind", ["masking", "gaussian", "salt_and_pepper", "occlusion"])
def test_everyone_mends_the_same_broken_digits(denoisers, unit_digits, kind):
    damage = FixedCorruption(kind=kind, level=0.4)
    noisy = damage.apply(unit_digits[:6])

    mended = denoisers.denoise(noisy, damage)

    assert list(mended) == ["noisy", "model", "plain", "pca", "median"]
    np.testing.assert_array_equal(mended["noisy"], noisy)
    for way, model in denoisers.models.items():
        np.testing.assert_array_equal(mended[way], reconstruct(model, noisy).clip(0, 1))
    for images in mended.values():
        assert images.shape == (6, 784)
        assert 0 <= images.min() <= images.max() <= 1


@pytest.mark.parametrize(("kind", "factor"), [("masking", 2), ("gaussian", 1), ("occlusion", 1)])
def test_pca_gets_masked_digits_brightened_and_others_as_they_are(
    denoisers, unit_digits, kind, factor
):
    damage = FixedCorruption(kind=kind, level=0.5)
    noisy = damage.apply(unit_digits[:6])

    mended = denoisers.denoise(noisy, damage)

    expected = denoisers.pca.reconstruct(factor * noisy).clip(0, 1)
    np.testing.assert_allclose(mended["pca"], expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["masking", "occlusion"])
def test_levels_together_are_the_levels_one_by_one(denoisers, unit_digits, kind):
    levels = [FixedCorruption(kind=kind, level=level) for level in (0.0, 0.5, 0.9)]
    noisy = [level.apply(unit_digits[:4]) for level in levels]

    together = denoisers.denoise_levels(noisy, levels)

    for found, at_level, level in zip(together, noisy, levels, strict=True):
        expected = denoisers.denoise(at_level, level)
        assert list(found) == list(expected)
        for method, images in found.items():
            np.testing.assert_allclose(images, expected[method], atol=1e-6)


def test_the_median_filter_is_scipys(unit_digits):
    noisy = FixedCorruption(kind="gaussian", level=0.5).apply(unit_digits)

    found = median_3x3(noisy)

    expected = median_filter(noisy.reshape(-1, 28, 28), size=(1, 3, 3), mode="nearest")
    np.testing.assert_array_equal(found, expected.reshape(-1, 784))


def test_at_the_training_level_the_figures_are_those_of_evaluate(
    denoisers, tiny_denoiser, digits, unit_digits
):
    trained = tiny_denoiser.card.train.noise
    model = denoisers.models["model"]

    scores = denoisers.score(unit_digits, FixedCorruption(kind=trained.kind, level=trained.level))

    wanted = evaluation.evaluate(model, tiny_denoiser.pca, trained, digits)
    assert scores["noisy"].psnr.mean == pytest.approx(wanted["noisy_psnr"], rel=1e-9)
    assert scores["model"].psnr.mean == pytest.approx(wanted["denoised_psnr"], rel=1e-9)
    assert scores["model"].ssim.mean == pytest.approx(wanted["denoised_ssim"], rel=1e-9)


def test_a_score_is_that_of_a_loop_over_the_digits(unit_digits):
    clean = unit_digits[:30]
    noisy = FixedCorruption(kind="gaussian", level=0.2).apply(clean)

    score = Score.of(clean, noisy)

    psnr = [10 * np.log10(1 / np.mean((a - b) ** 2)) for a, b in zip(clean, noisy, strict=True)]
    ssim = [
        structural_similarity(a.reshape(28, 28), b.reshape(28, 28), data_range=1)
        for a, b in zip(clean, noisy, strict=True)
    ]
    for found, expected in ((score.psnr, psnr), (score.ssim, ssim)):
        assert found.mean == pytest.approx(np.mean(expected), rel=1e-5)
        assert found.low == pytest.approx(sorted(expected)[2], rel=1e-5)
        assert found.high == pytest.approx(sorted(expected)[26], rel=1e-5)


def test_digits_that_a_square_leaves_as_they_were_do_not_count(denoisers, unit_digits):
    damage = FixedCorruption(kind="occlusion", level=0.15, row=5, column=5)
    changed = (damage.apply(unit_digits) != unit_digits).any(axis=1)

    scores = denoisers.score(unit_digits, damage)

    assert 0 < changed.sum() < len(unit_digits)
    assert scores == denoisers.score(unit_digits[changed], damage)
    assert {score.count for score in scores.values()} == {changed.sum()}
    assert np.isfinite(scores["noisy"].psnr.mean)


def test_without_noise_all_digits_count_and_the_noisy_ones_are_the_clean(denoisers, unit_digits):
    scores = denoisers.score(unit_digits, FixedCorruption(kind="gaussian", level=0.0))

    assert scores["noisy"].psnr == Summary(mean=np.inf, low=np.inf, high=np.inf)
    assert scores["noisy"].ssim.mean == pytest.approx(1)
    assert scores["model"].count == len(unit_digits)


def test_the_curve_is_the_measure_at_each_level_in_order(denoisers, unit_digits):
    damages = [FixedCorruption(kind="masking", level=level) for level in (0.0, 0.3, 0.6)]

    curve = list(denoisers.score_all(unit_digits[:50], damages))

    assert curve == [denoisers.score(unit_digits[:50], damage) for damage in damages]
    assert curve[1]["noisy"].psnr.mean > curve[2]["noisy"].psnr.mean
