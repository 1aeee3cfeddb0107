"""Paths between two codes of the data, and how far off the map they lead."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.errors import ConfigError
from aecore.latent.axes import MapDistance
from aecore.latent.interpolation import STEPS, between


@pytest.fixture(scope="module")
def ring() -> MapDistance:
    """400 codes on a circle of radius 1, evenly spread: the straight way crosses nothing."""
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    return MapDistance(np.stack([np.cos(angles), np.sin(angles)], axis=1))


def test_both_paths_join_the_two_codes(ring):
    for path in between(ring, 3, 190):
        assert path.codes.shape == (STEPS, 2)
        assert path.codes.dtype == np.float32
        np.testing.assert_allclose(path.codes[[0, -1]], ring.codes[[3, 190]], atol=1e-6)


def test_the_straight_line_leaves_a_ring_and_the_other_path_follows_it(ring):
    straight, along = between(ring, 0, 200)

    assert np.linalg.norm(straight.codes, axis=1).min() == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(along.codes, axis=1).min() > 0.99
    assert straight.stops == 2
    assert along.stops > 20


def test_percentiles_are_those_of_the_codes(ring):
    for path in between(ring, 0, 150):
        np.testing.assert_array_equal(path.percentiles, ring.percentile(path.codes))


def test_a_code_and_itself_is_a_path_that_stays(ring):
    for path in between(ring, 7, 7, steps=5):
        np.testing.assert_allclose(path.codes, np.tile(ring.codes[7], (5, 1)), atol=1e-6)


def test_a_strip_of_eleven_holds_both_ends():
    assert list(range(0, STEPS, (STEPS - 1) // 10))[-1] == STEPS - 1
    assert len(range(0, STEPS, (STEPS - 1) // 10)) == 11


def test_a_code_that_is_not_there_is_refused(ring):
    with pytest.raises(ConfigError, match="no code 400"):
        between(ring, 0, 400)
