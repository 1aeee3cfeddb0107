"""Which digits and filters are shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.analysis.sampling import evenly_spaced, first_of_each_label, put_first, select
from aecore.imaging.levels import color_limit

ORDERS = ["random", "worst", "median", "best"]

cases = st.lists(
    st.tuples(st.floats(0, 1).map(lambda x: round(x, 1)), st.integers(0, 3)), max_size=30
).map(lambda rows: (np.array([r[0] for r in rows]), np.array([r[1] for r in rows], np.uint8)))


@given(
    cases,
    st.sampled_from(ORDERS),
    st.none() | st.integers(0, 4),
    st.integers(0, 12),
    st.integers(0, 9),
)
def test_as_many_different_digits_of_the_label_as_asked_for_and_there_are(
    case, which, label, count, seed
):
    errors, labels = case

    chosen = select(errors, labels, which=which, label=label, count=count, seed=seed)

    there_are = len(labels) if label is None else int((labels == label).sum())
    assert len(chosen) == min(count, there_are)
    assert len(set(chosen.tolist())) == len(chosen)
    if label is not None:
        assert (labels[chosen] == label).all()


@given(cases, st.integers(0, 12))
def test_the_worst_and_the_best_are_the_ends_of_the_errors_in_order(case, count):
    errors, labels = case

    best = errors[select(errors, labels, which="best", count=count)]
    worst = errors[select(errors, labels, which="worst", count=count)]

    np.testing.assert_array_equal(best, np.sort(errors)[:count])
    np.testing.assert_array_equal(worst, np.sort(errors)[::-1][:count])


def test_the_median_digits_lie_about_the_middle():
    errors = np.random.default_rng(0).permutation(101) / 100

    chosen = select(errors, np.zeros(101), which="median", count=5)

    assert sorted(errors[chosen]) == [0.48, 0.49, 0.5, 0.51, 0.52]


def test_a_random_choice_is_that_of_its_seed_and_in_the_order_of_the_test_set():
    errors, labels = np.zeros(1000), np.zeros(1000)

    first, same, other = (
        select(errors, labels, which="random", count=20, seed=seed) for seed in (1, 1, 2)
    )

    np.testing.assert_array_equal(first, same)
    assert set(first) != set(other)
    assert (np.diff(first) > 0).all()


def test_a_few_huge_weights_do_not_set_the_color_scale():
    filters = np.linspace(-1, 1, 784)[None].repeat(4, axis=0)
    filters[0, 0] = 1000

    assert 0.9 < color_limit(filters) <= 1


def test_filters_of_zeros_still_have_a_scale():
    assert color_limit(np.zeros((3, 784))) == 1.0


def test_the_first_digit_of_every_label_that_there_is():
    labels = np.array([7, 2, 7, 0, 2, 9], np.uint8)

    assert first_of_each_label(labels).tolist() == [3, 1, 0, 5]


@given(st.integers(0, 20), st.sets(st.integers(0, 20), max_size=8))
def test_a_digit_asked_for_comes_first_and_once(number, others):
    chosen = np.array(sorted(others), dtype=int)

    led = put_first(number, chosen)

    assert led[0] == number
    assert len(led) == max(len(chosen), 1)
    assert len(set(led.tolist())) == len(led)
    assert set(led.tolist()) <= others | {number}


def test_without_a_digit_asked_for_the_choice_stays():
    chosen = np.array([4, 2])

    assert put_first(None, chosen) is chosen


@pytest.mark.parametrize(("count", "most"), [(5, 9), (9, 9), (10_000, 2_000), (7, 3)])
def test_evenly_spaced_takes_distinct_positions_from_the_whole_range(count, most):
    positions = evenly_spaced(count, most)

    assert len(positions) == min(count, most)
    assert (np.diff(positions) >= 1).all()
    assert positions[0] == 0
    assert count - positions[-1] <= -(-count // min(count, most))
