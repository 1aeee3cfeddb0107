"""Differences between settings against the noise of the seeds."""

import itertools
import math

import numpy as np
import pytest

from aecore.sweeps import answers
from tests.support import sweeps


def make_group(*errors):
    return answers.Group(
        settings={"latent_dim": len(errors)},
        errors=np.array(errors),
        pca_test_mse=None,
        knn5_accuracy=None,
        failed=0,
    )


def every_mean(errors):
    """Means of all n**n resamples of the widened errors."""
    values = answers.widened(np.array(errors))
    return np.array([np.mean(each) for each in itertools.product(values, repeat=len(values))])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0.10, 0.12, 0.11), (0.05, 0.06, 0.04)),
        ((0.10, 0.12, 0.11), (0.11, 0.09, 0.13)),
        ((0.10, 0.12), (0.11, 0.09, 0.13, 0.15)),
    ],
)
def test_the_interval_is_that_of_all_resamples(first, second):
    all_differences = (every_mean(second)[:, None] - every_mean(first)[None]).ravel()
    low, high = np.quantile(all_differences, (0.025, 0.975))

    found = answers.compare(make_group(*first), make_group(*second), rng=np.random.default_rng(0))

    assert found.mean == pytest.approx(np.mean(second) - np.mean(first))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1.5e-3)
    assert found.is_noise == (low <= 0 <= high)
    assert ("within the noise of the seeds" in found.text) == found.is_noise


def test_the_widened_errors_have_the_unbiased_variance():
    errors = np.array([0.1, 0.3, 0.2, 0.7])

    assert answers.widened(errors).mean() == pytest.approx(errors.mean())
    assert answers.widened(errors).var() == pytest.approx(errors.var(ddof=1))


def test_the_interval_is_the_same_every_time():
    groups = answers.group(sweeps.results(sweeps.spec(seeds=3, latent_dim=("1", "2", "4"))))

    assert answers.differences(groups) == answers.differences(groups)


def test_one_seed_tells_nothing_of_the_noise():
    (pair,) = answers.differences(answers.group(sweeps.results(sweeps.spec(latent_dim=("1", "2")))))

    assert math.isnan(pair.low)
    assert pair.is_noise
    assert pair.text == "D = 1 and D = 2: -0.05000; one seed tells nothing of the noise."


def test_each_pair_is_compared_and_settings_without_a_model_are_left_out():
    spec = sweeps.spec(seeds=2, latent_dim=("1", "2", "4"), batch_size=("64", "128"))
    done = [
        sweeps.result(point, test_mse=None, error="diverged")
        if point.model.latent_dim == 4
        else sweeps.result(point)
        for point in spec.points()
    ]

    groups = answers.group(done)
    pairs = answers.differences(groups)

    assert [group.failed for group in groups] == [0, 0, 0, 0, 2, 2]
    assert len(pairs) == math.comb(4, 2)
    assert groups[0].name == "D = 1, batch size = 64"
    assert math.isnan(groups[-1].mean)
