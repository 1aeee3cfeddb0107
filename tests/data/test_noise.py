"""What corruptions do to digits, and that the same seed does the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aecore.config import NoiseConfig
from aecore.corruptions import CORRUPTIONS, NOISES, add_gaussian, mask_by_bits, salt_and_pepper
from aecore.data.noise import FIXED_SEED, FixedCorruption, compensate, corrupt, corrupt_fixed
from aecore.errors import ConfigError

pytestmark = pytest.mark.usefixtures("torch_threads")

ALL_KINDS = list(CORRUPTIONS)
KINDS = ["masking", "gaussian", "salt_and_pepper"]
MID_GRAY = 0.5
BLACK = np.zeros((3, 784), np.float32)


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


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("level", [0.0, 0.25, np.float64(0.6), 1.0])
def test_what_is_measured_is_corrupted_as_pytorch_would(unit_digits, kind, level):
    fixed = FixedCorruption(kind=kind, level=level)
    corruption = fixed.corruption
    place = {"row": fixed.row, "column": fixed.column} if corruption.place else {}
    digits = unit_digits[:30]

    for found, function in ((fixed.apply, corruption.apply), (fixed.residual, corruption.measure)):
        generator = seeded(FIXED_SEED)
        expected = function(torch.tensor(digits), level=level, generator=generator, **place)
        assert found(digits).dtype == np.float32
        np.testing.assert_allclose(found(digits), expected.numpy(), atol=2e-6)


def test_one_that_changes_its_batch_leaves_the_digits_alone(unit_digits, monkeypatch):
    def blacken(x, *, level, generator):
        x *= 1 - level
        return x

    masking = replace(CORRUPTIONS["masking"], apply=blacken)
    monkeypatch.setitem(CORRUPTIONS, "masking", masking)
    before = unit_digits[:3].copy()

    FixedCorruption(kind="masking", level=1.0).apply(unit_digits[:3])

    np.testing.assert_array_equal(unit_digits[:3], before)


def test_no_noise_gives_the_digits_themselves():
    x = torch.rand(2, 784)

    assert corrupt(x, None, generator=seeded()) is x
    np.testing.assert_array_equal(corrupt_fixed(x.numpy(), None), x.numpy())


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("masking", mask_by_bits),
        ("gaussian", add_gaussian),
        ("salt_and_pepper", salt_and_pepper),
    ],
)
def test_each_kind_is_its_function(kind, function):
    x = torch.rand(5, 784, generator=seeded(1))

    by_name = corrupt(x, NoiseConfig(kind=kind, level=0.3), generator=seeded(2))

    assert torch.equal(by_name, function(x, level=0.3, generator=seeded(2)))


def test_masking_at_rate_1_leaves_nothing():
    assert not mask_by_bits(gray(1.0), level=1.0, generator=seeded()).any()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_masking_takes_the_named_share_of_pixels_and_leaves_the_others(rate):
    masked = mask_by_bits(gray(MID_GRAY), level=rate, generator=seeded())

    assert set(masked.unique().tolist()) == {0.0, MID_GRAY}
    assert (masked == 0).float().mean().item() == pytest.approx(rate, abs=0.01)


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_no_pixel_and_no_digit_is_masked_more_than_chance_explains(rate):
    hit = mask_by_bits(gray(MID_GRAY, n=784), level=rate, generator=seeded()) == 0

    for dim in (0, 1):
        hits = hit.sum(dim=dim)
        deviation = (784 * rate * (1 - rate)) ** 0.5
        assert (hits - 784 * rate).abs().max() < 5 * deviation
        assert hits.float().std().item() == pytest.approx(deviation, rel=0.15)


@pytest.mark.parametrize("rate", [1e-4, 3 / 8, 0.99])
def test_neighbors_are_masked_independently(rate):
    hit = (mask_by_bits(gray(MID_GRAY, n=2000), level=rate, generator=seeded()) == 0).flatten()

    for distance in (1, 32, 64, 784, hit.numel() // 32):
        both = (hit[distance:] & hit[:-distance]).float().mean().item()
        assert both == pytest.approx(rate**2, abs=0.002)


def test_gaussian_noise_has_the_named_deviation_and_no_bias():
    noise = add_gaussian(gray(MID_GRAY), level=0.05, generator=seeded()) - MID_GRAY

    assert noise.mean().item() == pytest.approx(0, abs=1e-3)
    assert noise.std().item() == pytest.approx(0.05, rel=0.02)
    beyond_one_deviation = (noise.abs() > 0.05).float().mean().item()
    assert beyond_one_deviation == pytest.approx(0.3173, abs=0.01)


def test_gaussian_noise_on_black_is_clipped_as_a_camera_would():
    noisy = add_gaussian(gray(0.0), level=0.2, generator=seeded())

    assert (noisy == 0).float().mean().item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rate", [0.1, 0.6, 1.0])
def test_salt_and_pepper_are_each_half_of_the_named_share(rate):
    noisy = salt_and_pepper(gray(MID_GRAY), level=rate, generator=seeded())

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


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_level_0_leaves_the_digits_exactly_as_they_were(unit_digits, kind):
    np.testing.assert_array_equal(
        FixedCorruption(kind=kind, level=0.0).apply(unit_digits), unit_digits
    )


@pytest.mark.parametrize("kind", ["masking", "gaussian", "salt_and_pepper"])
def test_what_models_train_on_is_noisy_as_evaluate_breaks_it(unit_digits, kind):
    corruption = FixedCorruption(kind=kind, level=0.3)

    noisy = corruption.apply(unit_digits)

    expected = corrupt_fixed(unit_digits, NoiseConfig(kind=kind, level=0.3))
    np.testing.assert_array_equal(noisy, expected)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_more_digits_leave_the_corruption_of_the_first_ones_as_it_was(unit_digits, kind):
    corruption = FixedCorruption(kind=kind, level=0.4)

    np.testing.assert_array_equal(
        corruption.apply(unit_digits)[:7], corruption.apply(unit_digits[:7])
    )


@pytest.mark.parametrize("kind", NOISES)
def test_nor_do_more_pictures_of_any_number_of_pixels(unit_digits, kind):
    pictures = unit_digits[:, 300:400]
    corruption = FixedCorruption(kind=kind, level=0.4)

    np.testing.assert_array_equal(
        corruption.apply(pictures[:9])[:5], corruption.apply(pictures[:5])
    )


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_residual_is_what_was_done_to_the_digits(unit_digits, kind):
    clean = unit_digits[:20]
    corruption = FixedCorruption(kind=kind, level=0.4, row=9)

    residual, noisy = corruption.residual(clean), corruption.apply(clean)

    expected = {
        "masking": clean * residual,
        "occlusion": clean * residual,
        "gaussian": (clean + residual).clip(0, 1),
        "salt_and_pepper": np.where(residual == 0, clean, residual > 0),
    }
    np.testing.assert_allclose(noisy, expected[kind], atol=1e-6)
    assert corruption.corruption.signed_residual == (residual.min() < 0)


@given(st.sampled_from(ALL_KINDS), st.tuples(st.floats(0, 1), st.floats(0, 1)), st.integers(0, 28))
def test_a_higher_level_adds_to_what_a_lower_one_did(kind, levels, row):
    low, high = (
        FixedCorruption(kind=kind, level=level, row=row, column=28 - row).residual(BLACK)
        for level in sorted(levels)
    )

    if kind == "gaussian":
        assert (np.abs(low) <= np.abs(high)).all()
        assert (low * high >= 0).all()
    else:
        untouched = {"salt_and_pepper": 0.0}.get(kind, 1.0)
        np.testing.assert_array_equal(low[low != untouched], high[low != untouched])


@given(st.floats(0, 1), st.integers(0, 28), st.integers(0, 28))
def test_the_square_has_its_size_wherever_it_is_put(level, row, column):
    corruption = FixedCorruption(kind="occlusion", level=level, row=row, column=column)

    covered = corruption.residual(BLACK[:1]).reshape(28, 28) == 0

    side = round(28 * level)
    assert covered.sum() == side**2
    if side:
        rows, columns = covered.any(axis=1), covered.any(axis=0)
        assert rows.sum() == columns.sum() == side
        room = side // 2
        if room <= row <= 28 - side + room:
            assert rows.argmax() == row - room
        if room <= column <= 28 - side + room:
            assert columns.argmax() == column - room


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "rain", "level": 0.5},
        {"kind": "masking", "level": 1.1},
        {"kind": "masking", "level": float("nan")},
        {"kind": "occlusion", "level": 0.5, "row": 29},
        {"kind": "occlusion", "level": 0.5, "column": -1},
    ],
)
def test_corruption_out_of_range_is_refused(values):
    with pytest.raises(ConfigError):
        FixedCorruption(**values)
