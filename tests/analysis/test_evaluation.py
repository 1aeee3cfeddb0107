"""The figures of a model, against the same written out plainly."""

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity
from sklearn.manifold import trustworthiness

from aecore.analysis.evaluation import evaluate
from aecore.config import ModelConfig, NoiseConfig
from aecore.data.noise import corrupt_fixed
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import Autoencoder
from aecore.models.inference import build_model, encode, reconstruct
from aecore.models.pca import PCA
from aecore.training.loop import mean_squared_error

PLAIN = {
    *("test_mse", "sse_per_image", "pca_test_mse", "knn5_accuracy", "pca_knn5_accuracy"),
    *("trustworthiness", "pca_trustworthiness"),
}
DENOISING = {"noisy_psnr", "denoised_psnr", "denoised_ssim", "denoised_mse", "clean_mse"}


@pytest.fixture(params=["tiny_checkpoint", "tiny_denoiser"])
def case(request, digits):
    """A model, its baseline, its noise, its figures and what it makes of the test digits."""
    found = request.getfixturevalue(request.param)
    model = build_model(found.card.model, found.weights)
    noise = found.card.train.noise
    clean = to_unit(digits.test_images)
    noisy = corrupt_fixed(clean, noise)
    figures = evaluate(model, found.pca, noise, digits)
    return figures, model, found.pca, noise, clean, noisy


def test_errors_are_means_over_all_pixels_of_the_output_as_it_is(case):
    figures, model, _, _, clean, noisy = case

    output = reconstruct(model, noisy).astype(np.float64)

    assert figures["test_mse"] == pytest.approx(((output - clean) ** 2).mean(), rel=1e-9)
    assert figures["sse_per_image"] == pytest.approx(
        ((output - clean) ** 2).sum(axis=1).mean(), rel=1e-9
    )


def test_the_error_is_that_of_training(case):
    figures, model, _, _, clean, noisy = case

    expected = mean_squared_error(model, torch.tensor(noisy), torch.tensor(clean)).item()

    assert figures["test_mse"] == pytest.approx(expected, rel=1e-5)


def test_pca_gets_the_same_task_with_masked_digits_brightened(case):
    figures, _, pca, noise, clean, noisy = case

    scale = 1 if noise is None else 1 / (1 - noise.level)
    output = (noisy * scale - pca.mean) @ pca.components.T @ pca.components + pca.mean

    assert figures["pca_test_mse"] == pytest.approx(((output - clean) ** 2).mean(), rel=1e-4)


def accuracy_by_hand(codes, labels, queries, query_labels):
    right = 0
    for query, label in zip(queries, query_labels, strict=True):
        nearest = np.square(codes - query).sum(axis=1).argsort(kind="stable")[:5]
        right += np.bincount(labels[nearest], minlength=10).argmax() == label
    return right / len(queries)


def test_accuracy_is_that_of_five_neighbors_among_the_clean_training_digits(case, digits):
    figures, model, pca, *_ = case

    for name, encoder in [
        ("knn5_accuracy", lambda x: encode(model, x)),
        ("pca_knn5_accuracy", pca.encode),
    ]:
        codes, queries = encoder(to_unit(digits.train_images)), encoder(to_unit(digits.test_images))
        expected = accuracy_by_hand(
            codes.astype(float), digits.train_labels, queries.astype(float), digits.test_labels
        )
        assert figures[name] == pytest.approx(expected, abs=0.002)  # rounding may swap neighbors


def test_denoisers_have_figures_of_clipped_pictures_and_others_have_none(case):
    figures, model, _, noise, clean, noisy = case
    assert set(figures) == (PLAIN if noise is None else PLAIN | DENOISING)
    if noise is None:
        return

    output = reconstruct(model, noisy).clip(0, 1)

    def psnr(pictures):
        errors = np.square(clean - pictures).mean(axis=1, dtype=np.float64)
        return np.mean(-10 * np.log10(errors))

    similar = [
        structural_similarity(a.reshape(28, 28), b.reshape(28, 28), data_range=1.0)
        for a, b in zip(clean, output, strict=True)
    ]
    assert figures["noisy_psnr"] == pytest.approx(psnr(noisy), rel=1e-5)
    assert figures["denoised_psnr"] == pytest.approx(psnr(output), rel=1e-5)
    assert figures["denoised_mse"] == pytest.approx(np.square(clean - output).mean(), rel=1e-5)
    assert figures["denoised_ssim"] == pytest.approx(np.mean(similar), rel=1e-4)
    assert figures["denoised_mse"] <= figures["test_mse"]
    unspoilt = reconstruct(model, clean)
    assert figures["clean_mse"] == pytest.approx(np.square(clean - unspoilt).mean(), rel=1e-5)


def test_trustworthiness_is_scikit_learns_of_the_clean_test_digits_codes(case):
    figures, model, pca, _, clean, _ = case

    for name, encoder in [
        ("trustworthiness", lambda x: encode(model, x)),
        ("pca_trustworthiness", pca.encode),
    ]:
        expected = trustworthiness(clean, encoder(clean), n_neighbors=5)
        assert figures[name] == pytest.approx(expected, abs=1e-4)


def test_a_variational_model_also_has_its_divergence_and_the_error_of_drawn_codes(digits):
    config = ModelConfig(latent_dim=2, hidden_dims=(16,), variational=True)
    model = Autoencoder(config, generator=torch.Generator().manual_seed(1)).eval()
    clean = torch.tensor(to_unit(digits.test_images))

    figures = evaluate(model, PCA.fit(digits.train_images, 2), None, digits)

    with torch.no_grad():
        mean, log_variance = model.encoder.distribution(clean)
        codes = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
        divergence = torch.distributions.kl_divergence(codes, torch.distributions.Normal(0.0, 1.0))
        with torch.random.fork_rng():
            torch.manual_seed(1)
            draws = [codes.sample() for _ in range(50)]
        errors = torch.stack([(model.decoder(z) - clean).square().mean() for z in draws])
    assert set(figures) == PLAIN | {"kl_divergence", "sampled_mse"}
    assert figures["kl_divergence"] == pytest.approx(divergence.sum(dim=1).mean().item(), rel=1e-4)
    one_more_draw = pytest.approx(errors.mean().item(), abs=4 * errors.std().item())
    assert figures["sampled_mse"] == one_more_draw
    assert figures["sampled_mse"] > figures["test_mse"]


def test_as_many_components_as_pixels_leave_no_error(digits, tiny_checkpoint):
    model = build_model(tiny_checkpoint.card.model, tiny_checkpoint.weights)

    figures = evaluate(model, PCA.fit(digits.train_images, 784), None, digits)

    assert figures["pca_test_mse"] == pytest.approx(0, abs=1e-9)


def test_noise_makes_the_task_harder(digits, tiny_checkpoint):
    model = build_model(tiny_checkpoint.card.model, tiny_checkpoint.weights)

    clean, noisy, noisier = (
        evaluate(model, tiny_checkpoint.pca, noise, digits)["test_mse"]
        for noise in (None, NoiseConfig(level=0.5), NoiseConfig(level=0.95))
    )

    assert clean < noisy < noisier
