"""What corruptions do to digits, and that the same seed does the same."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aecore.config import NoiseConfig
from aecore.data.noise import (
    add_gaussian,
    compensate,
    corrupt,
    corrupt_fixed,
    mask,
    salt_and_pepper,
)

pytestmark = pytest.mark.usefixtures("torch_threads")

KINDS = ["masking", "gaussian", "salt_and_pepper"]
MID_GRAY = 0.5


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def gray(level, n=200):
    return torch.full((n, 784), level)


noises = st.builds(NoiseConfig, kind=st.sampled_from(KINDS), level=st.floats(0, 1))
images = arrays(
    np.float32, st.tuples(st.integers(0, 3), st.just(784)), elements=st.floats(0, 1, width=32)
)


@given(images, noises)
def test_results_stay_in_0_to_1_and_inputs_stay_as_they_were(x, noise):
    before = x.copy()

    corrupted = corrupt_fixed(x, noise)

    assert corrupted.shape == x.shape
    assert corrupted.dtype == np.float32
    assert ((corrupted >= 0) & (corrupted <= 1)).all()
    np.testing.assert_array_equal(x, before)
    assert not np.shares_memory(corrupted, x)


@given(images, st.sampled_from(KINDS))
def test_level_0_changes_nothing_at_all(x, kind):
    np.testing.assert_array_equal(corrupt_fixed(x, NoiseConfig(kind=kind, level=0.0)), x)


def test_no_noise_gives_the_digits_themselves():
    x = torch.rand(2, 784)

    assert corrupt(x, None, generator=seeded()) is x
    np.testing.assert_array_equal(corrupt_fixed(x.numpy(), None), x.numpy())


@pytest.mark.parametrize(
    ("kind", "function", "option"),
    [
        ("masking", mask, "rate"),
        ("gaussian", add_gaussian, "std"),
        ("salt_and_pepper", salt_and_pepper, "rate"),
    ],
)
def test_each_kind_is_its_function(kind, function, option):
    x = torch.rand(5, 784, generator=seeded(1))

    by_name = corrupt(x, NoiseConfig(kind=kind, level=0.3), generator=seeded(2))

    assert torch.equal(by_name, function(x, **{option: 0.3}, generator=seeded(2)))


def test_masking_at_rate_1_leaves_nothing():
    assert not mask(gray(1.0), rate=1.0, generator=seeded()).any()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_masking_takes_the_named_share_of_pixels_and_leaves_the_others(rate):
    masked = mask(gray(MID_GRAY), rate=rate, generator=seeded())

    assert set(masked.unique().tolist()) == {0.0, MID_GRAY}
    assert (masked == 0).float().mean().item() == pytest.approx(rate, abs=0.01)


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_no_pixel_and_no_digit_is_masked_more_than_chance_explains(rate):
    hit = mask(gray(MID_GRAY, n=784), rate=rate, generator=seeded()) == 0

    for dim in (0, 1):
        hits = hit.sum(dim=dim)
        deviation = (784 * rate * (1 - rate)) ** 0.5
        assert (hits - 784 * rate).abs().max() < 5 * deviation
        assert hits.float().std().item() == pytest.approx(deviation, rel=0.15)


@pytest.mark.parametrize("rate", [1e-4, 3 / 8, 0.99])
def test_neighbors_are_masked_independently(rate):
    hit = (mask(gray(MID_GRAY, n=2000), rate=rate, generator=seeded()) == 0).flatten()

    for distance in (1, 32, 64, 784, hit.numel() // 32):
        both = (hit[distance:] & hit[:-distance]).float().mean().item()
        assert both == pytest.approx(rate**2, abs=0.002)


def test_gaussian_noise_has_the_named_deviation_and_no_bias():
    noise = add_gaussian(gray(MID_GRAY), std=0.05, generator=seeded()) - MID_GRAY

    assert noise.mean().item() == pytest.approx(0, abs=1e-3)
    assert noise.std().item() == pytest.approx(0.05, rel=0.02)
    beyond_one_deviation = (noise.abs() > 0.05).float().mean().item()
    assert beyond_one_deviation == pytest.approx(0.3173, abs=0.01)


def test_gaussian_noise_on_black_is_clipped_as_a_camera_would():
    noisy = add_gaussian(gray(0.0), std=0.2, generator=seeded())

    assert (noisy == 0).float().mean().item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rate", [0.1, 0.6, 1.0])
def test_salt_and_pepper_are_each_half_of_the_named_share(rate):
    noisy = salt_and_pepper(gray(MID_GRAY), rate=rate, generator=seeded())

    for level in (0.0, 1.0):
        assert (noisy == level).float().mean().item() == pytest.approx(rate / 2, abs=0.01)
    assert (noisy == MID_GRAY).float().mean().item() == pytest.approx(1 - rate, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_and_another_seed_another(kind):
    x, noise = gray(MID_GRAY, n=3), NoiseConfig(kind=kind, level=0.4)

    first, same, other = (corrupt(x, noise, generator=seeded(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, same)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("kind", KINDS)
@given(low=st.floats(0, 1), high=st.floats(0, 1), seed=st.integers(0, 100))
def test_a_higher_level_with_the_same_seed_only_adds_to_a_lower_one(kind, low, high, seed):
    low, high = sorted((low, high))
    x = gray(MID_GRAY, n=2)

    less, more = (
        corrupt(x, NoiseConfig(kind=kind, level=level), generator=seeded(seed)) - x
        for level in (low, high)
    )

    assert (more.abs() >= less.abs()).all()
    assert (more.sign() == less.sign())[less != 0].all()


@given(low=st.floats(0, 1), high=st.floats(0, 1))
def test_a_higher_level_of_fixed_masking_only_adds_to_a_lower_one(low, high):
    low, high = sorted((low, high))
    x = gray(MID_GRAY, n=2).numpy()

    less, more = (corrupt_fixed(x, NoiseConfig(kind="masking", level=e)) for e in (low, high))

    assert (more[less == 0] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_fixed_corruption_is_the_same_whatever_else_is_random(kind):
    x, noise = gray(MID_GRAY, n=3).numpy(), NoiseConfig(kind=kind, level=0.4)
    first = corrupt_fixed(x, noise)
    torch.manual_seed(123)
    np.random.seed(123)  # noqa: NPY002
    states = torch.get_rng_state(), np.random.get_state()[1]  # noqa: NPY002

    second = corrupt_fixed(x, noise)

    np.testing.assert_array_equal(first, second)
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_compensation_gives_masked_digits_their_mean_brightness_back(rate):
    noise = NoiseConfig(kind="masking", level=rate)
    x = gray(MID_GRAY).numpy()

    bright = compensate(corrupt_fixed(x, noise), noise)

    assert bright.dtype == np.float32
    assert bright.mean() == pytest.approx(MID_GRAY, rel=0.02)


@pytest.mark.parametrize(
    "noise",
    [
        None,
        NoiseConfig(kind="gaussian", level=0.5),
        NoiseConfig(kind="salt_and_pepper", level=0.5),
        NoiseConfig(kind="masking", level=1.0),
    ],
)
def test_other_noise_is_not_compensated(noise):
    x = gray(MID_GRAY, n=2).numpy()

    np.testing.assert_array_equal(compensate(x, noise), x)
