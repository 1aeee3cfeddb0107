"""Codes disturbed on their way to the decoder."""

import numpy as np
import pytest
import torch

from aecore.analysis import metrics, perturbation
from aecore.config import ModelConfig
from aecore.errors import ConfigError
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.models.pca import PCA

RATE = 0.8


@pytest.fixture(scope="module")
def with_dropout():
    config = ModelConfig(latent_dim=6, hidden_dims=(12,), latent_dropout=RATE)
    return Autoencoder(config, generator=torch.Generator().manual_seed(3)).eval()


@pytest.fixture(scope="module")
def code(with_dropout, unit_digits):
    return inference.encode(with_dropout, unit_digits[:1])[0]


def decoder(model):
    return lambda codes: inference.decode(model, codes)


def test_passes_are_those_of_the_model_itself_left_in_training_mode(
    with_dropout, code, unit_digits
):
    found = perturbation.sample_dropout(decoder(with_dropout), code, unit_digits[0], rate=RATE)

    with_dropout.train()
    generator = torch.Generator().manual_seed(perturbation.SEED)
    with torch.no_grad():
        codes = torch.tensor(code).repeat(perturbation.DROPOUT_SAMPLES, 1)
        left_on = with_dropout.decoder(codes, generator=generator).numpy()
    with_dropout.eval()
    np.testing.assert_allclose(found.outputs, left_on, atol=1e-6)
    assert found.outputs.shape == (64, 784)
    assert len(np.unique(found.outputs.round(6), axis=0)) > 1


def test_figures_of_the_passes_are_those_of_brute_force(with_dropout, code, unit_digits):
    image = unit_digits[0]

    found = perturbation.sample_dropout(decoder(with_dropout), code, image, rate=RATE)

    outputs = found.outputs.astype(np.float64)
    mean = sum(outputs) / 64
    np.testing.assert_allclose(found.mean, mean)
    np.testing.assert_allclose(found.deviation, np.sqrt(sum((outputs - mean) ** 2) / 64))
    np.testing.assert_allclose(found.errors, [((x - image) ** 2).mean() for x in outputs])
    assert found.mean_error == pytest.approx(((mean - image) ** 2).mean())
    quiet = inference.reconstruct(with_dropout, image[None])[0]
    np.testing.assert_allclose(found.eval_output, quiet, atol=1e-6)
    assert found.eval_error == pytest.approx(metrics.mse(image[None], quiet[None])[0])


def test_the_mean_error_of_passes_is_that_of_their_mean_plus_their_spread(
    with_dropout, code, unit_digits
):
    found = perturbation.sample_dropout(decoder(with_dropout), code, unit_digits[0], rate=RATE)

    spread = (found.deviation**2).mean()
    assert found.errors.mean() == pytest.approx(found.mean_error + spread)


def test_without_a_rate_nothing_is_dropped(code):
    np.testing.assert_array_equal(perturbation.apply_dropout(code[None], rate=0.0), code[None])


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan")])
def test_a_rate_out_of_range_is_refused(code, rate):
    with pytest.raises(ConfigError, match="dropout rate"):
        perturbation.apply_dropout(code[None], rate=rate)


def test_noise_has_the_deviations_asked_for_and_its_directions_do_not_change():
    code, deviations = np.array([1.0, -2.0]), np.array([0.5, 3.0])

    near = perturbation.add_noise(code, deviations, 1.0, count=20_000)
    far = perturbation.add_noise(code, deviations, 2.0, count=20_000)

    np.testing.assert_allclose(near.mean(axis=0), code, atol=0.1)
    np.testing.assert_allclose(near.std(axis=0), deviations, rtol=0.03)
    np.testing.assert_allclose(far - code, 2 * (near - code), atol=1e-4)


@pytest.fixture(scope="module")
def fallen(with_dropout, unit_digits):
    """The fall of digit 0, with what it was made from."""
    codes = inference.encode(with_dropout, unit_digits)
    pca = PCA.fit(unit_digits, 6)
    linear = pca.encode(unit_digits)
    near = NeighborIndex(codes)
    found = perturbation.sweep_noise(
        (decoder(with_dropout), pca.decode),
        (codes[0], linear[0]),
        (codes.std(axis=0), linear.std(axis=0)),
        unit_digits[0],
        near,
    )
    return found, codes, pca, linear, near


def test_the_fall_is_that_of_brute_force(fallen, with_dropout, unit_digits):
    found, codes, pca, linear, near = fallen
    level = 10

    noisy = perturbation.add_noise(codes[0], codes.std(axis=0), perturbation.SIGMAS[level])
    rough = perturbation.add_noise(linear[0], linear.std(axis=0), perturbation.SIGMAS[level])

    assert perturbation.SIGMAS[level] == 1.25
    for draw in range(0, perturbation.NOISE_SAMPLES, 7):
        output = inference.decode(with_dropout, noisy[draw : draw + 1])
        assert found.errors[level, draw] == pytest.approx(
            ((output[0] - unit_digits[0]) ** 2).mean(), rel=1e-4
        )
        assert found.pca_errors[level, draw] == pytest.approx(
            ((pca.decode(rough[draw : draw + 1])[0] - unit_digits[0]) ** 2).mean(), rel=1e-4
        )
        distance = np.sort(np.linalg.norm(codes - noisy[draw], axis=1))[near.k - 1]
        assert found.percentiles[level, draw] == pytest.approx(
            100 * (near.own_distances < distance).mean(), abs=0.5
        )


def test_noise_on_the_code_of_pca_costs_its_variance(fallen):
    found, _, _, linear, _ = fallen

    increase = found.pca_errors.mean(axis=1) - found.pca_errors[0, 0]

    sigmas = np.array(perturbation.SIGMAS)
    expected = sigmas**2 * linear.var(axis=0).sum() / 784
    np.testing.assert_allclose(increase[8:], expected[8:], rtol=0.25)


def test_a_code_leaves_the_map_where_half_of_its_copies_are_off_it(fallen):
    found = fallen[0]

    half_off = [(row >= 99.5).mean() >= 0.5 for row in found.percentiles]

    assert not half_off[0]
    assert found.leaves_data_at == perturbation.SIGMAS[half_off.index(True)]
