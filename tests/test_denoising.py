"""The same digits broken and mended side by side."""

import numpy as np
import pytest

from aecore.config import NoiseConfig
from aecore.denoising import mend, scores
from aecore.inference import build_model, reconstruct
from aecore.noise import corrupt_fixed


@pytest.fixture(scope="module")
def models(tiny_checkpoint, tiny_denoiser):
    return {
        found.name: build_model(found.card.model, found.weights)
        for found in (tiny_checkpoint, tiny_denoiser)
    }


@pytest.mark.parametrize("kind", ["masking", "gaussian", "salt_and_pepper"])
def test_every_model_mends_the_same_broken_digits(models, tiny_denoiser, unit_digits, kind):
    noise, clean = NoiseConfig(kind=kind, level=0.4), unit_digits[:6]

    pictures = mend(clean, noise, models, tiny_denoiser.pca)

    assert list(pictures) == ["clean", "noisy", "tiny", "tiny-denoiser", "PCA"]
    np.testing.assert_array_equal(pictures["clean"], clean)
    np.testing.assert_array_equal(pictures["noisy"], corrupt_fixed(clean, noise))
    for name, model in models.items():
        expected = reconstruct(model, pictures["noisy"]).clip(0, 1)
        np.testing.assert_array_equal(pictures[name], expected)
    for images in pictures.values():
        assert images.shape == (6, 784)
        assert 0 <= images.min() <= images.max() <= 1


def test_pca_gets_masked_digits_brightened(tiny_denoiser, unit_digits):
    noise, clean = NoiseConfig(kind="masking", level=0.5), unit_digits[:6]

    pictures = mend(clean, noise, {}, tiny_denoiser.pca)

    expected = tiny_denoiser.pca.reconstruct(2 * pictures["noisy"]).clip(0, 1)
    np.testing.assert_allclose(pictures["PCA"], expected, atol=1e-6)


def test_scores_are_mean_decibels_against_the_clean_digits():
    clean = np.full((2, 784), 0.5)
    near, far = clean + np.array([[0.01], [0.1]]), clean + 0.1

    found = scores({"clean": clean, "noisy": far, "a": near, "same": clean})

    assert found == {"noisy": pytest.approx(20), "a": pytest.approx(30), "same": np.inf}
