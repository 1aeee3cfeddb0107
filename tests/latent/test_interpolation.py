"""Paths between two codes: straight, evenly spaced, along the data, and how isolated they get."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aecore.errors import ConfigError, ShapeError
from aecore.latent.interpolation import (
    STEPS,
    interpolate_along_data,
    resample_path,
    straight_path,
)
from aecore.latent.neighbors import NeighborIndex
from tests.support.code_tables import both_paths, code_tables, finite, gaussian_codes

pytestmark = pytest.mark.usefixtures("one_thread")


@given(arrays(np.float64, (2, 4), elements=finite), st.integers(2, 20))
def test_a_straight_path_begins_at_a_ends_at_b_and_steps_evenly(ends, steps):
    path = straight_path(*ends, steps)

    assert path.shape == (steps, 4)
    np.testing.assert_array_equal(path[[0, -1]], ends)
    np.testing.assert_allclose(
        np.diff(path, axis=0), [(ends[1] - ends[0]) / (steps - 1)] * (steps - 1), atol=1e-9
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [(np.zeros(2), np.zeros(3)), (np.zeros((1, 2)), np.zeros((1, 2))), (np.zeros(2), [0, np.nan])],
)
def test_ends_of_different_spaces_are_refused(a, b):
    with pytest.raises(ShapeError):
        straight_path(a, b, 5)


@pytest.mark.parametrize("steps", [1, 0, 2.0])
def test_a_path_needs_two_steps(steps):
    with pytest.raises(ConfigError, match="steps"):
        straight_path(np.zeros(2), np.ones(2), steps)
    with pytest.raises(ConfigError, match="steps"):
        resample_path(np.eye(2), steps)


def test_a_corner_is_walked_at_an_even_pace():
    corner = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 0.0], [3.0, 1.0]])

    path = resample_path(corner, 5)

    np.testing.assert_allclose(path, [[0, 0], [1, 0], [2, 0], [3, 0], [3, 1]])


@given(code_tables(), st.integers(2, 15))
def test_a_resampled_path_keeps_its_ends_and_is_no_longer_than_the_line(points, steps):
    path = resample_path(points, steps)

    def length(line):
        return np.linalg.norm(np.diff(line, axis=0), axis=1).sum()

    assert path.shape == (steps, points.shape[1])
    np.testing.assert_array_equal(path[[0, -1]], points[[0, -1]])
    assert length(path) <= length(points) + 1e-6


def test_inputs_are_left_alone():
    codes = gaussian_codes(40, 3)
    codes.flags.writeable = False
    z = codes[:4]

    resample_path(z, 6)[0] += 1
    straight_path(z[0], z[1], 3)[0] += 1
    interpolate_along_data(NeighborIndex(codes), 0, 39).codes[0] += 1

    np.testing.assert_array_equal(codes, gaussian_codes(40, 3))


# --- both paths ---


@pytest.fixture(scope="module")
def ring() -> NeighborIndex:
    """400 codes on a circle of radius 1, evenly spread: the straight way crosses nothing."""
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    return NeighborIndex(np.stack([np.cos(angles), np.sin(angles)], axis=1))


def test_both_paths_join_the_two_codes(ring):
    for path in both_paths(ring, 3, 190):
        assert path.codes.shape == (STEPS, 2)
        assert path.codes.dtype == np.float32
        np.testing.assert_allclose(path.codes[[0, -1]], ring.codes[[3, 190]], atol=1e-6)


def test_the_straight_line_leaves_a_ring_and_the_other_path_follows_it(ring):
    straight, along = both_paths(ring, 0, 200)

    assert np.linalg.norm(straight.codes, axis=1).min() == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(along.codes, axis=1).min() > 0.99
    assert straight.stops == 2
    assert along.stops > 20


def test_percentiles_are_those_of_the_codes(ring):
    for path in both_paths(ring, 0, 150):
        np.testing.assert_array_equal(path.percentiles, ring.isolation(path.codes))


def test_a_code_and_itself_is_a_path_that_stays(ring):
    for path in both_paths(ring, 7, 7, steps=5):
        np.testing.assert_allclose(path.codes, np.tile(ring.codes[7], (5, 1)), atol=1e-6)


def test_a_strip_of_eleven_holds_both_ends():
    assert list(range(0, STEPS, (STEPS - 1) // 10))[-1] == STEPS - 1
    assert len(range(0, STEPS, (STEPS - 1) // 10)) == 11


def test_a_code_that_is_not_there_is_refused(ring):
    with pytest.raises(ConfigError, match=r"0\.\.399, not 400"):
        both_paths(ring, 0, 400)
