"""Tables of codes for tests: drawn by hypothesis, or at random."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aecore.latent.interpolation import interpolate_along_data, interpolate_straight

finite = st.floats(-100, 100, width=32)


@st.composite
def code_tables(draw, min_rows=1, max_rows=12):
    """Codes (N, D) that often repeat a row or a value."""
    shape = draw(st.tuples(st.integers(min_rows, max_rows), st.integers(1, 5)))
    elements = draw(st.sampled_from([finite, st.integers(-2, 2).map(float)]))
    return draw(arrays(np.float64, shape, elements=elements))


def gaussian_codes(n, latent_dim, seed=0):
    """Codes (n, latent_dim) from the standard normal distribution."""
    return np.random.default_rng(seed).normal(size=(n, latent_dim))


def kth_smallest(distances, k):
    """The k-th smallest of each row of distances."""
    return np.sort(distances, axis=1)[:, k - 1]


def both_paths(*ends, **options):
    """The straight path between two codes of an index, and the one along the data."""
    return interpolate_straight(*ends, **options), interpolate_along_data(*ends, **options)
