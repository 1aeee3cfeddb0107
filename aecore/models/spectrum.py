"""PCA's error at every code size at once."""

from __future__ import annotations

import numpy as np

from aecore.config import N_PIXELS
from aecore.data.dataset import Dataset
from aecore.imaging.levels import to_unit
from aecore.models.pca import PCA

_CHUNK = 2_000  # digits whose coordinates are held at a time


def pca_errors(dataset: Dataset) -> np.ndarray:
    """Test error of the PCA of the training digits, for each number of components.

    With all 784 components a digit is whole; leaving out the last ones costs their squared
    coordinates, and nothing else, as the components are at right angles. So one PCA and the
    coordinates of the test digits give every error.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    ndarray of shape (785,), float64
        Mean squared error per pixel on the test digits, at place D for a code of D numbers,
        D from 0 (the mean digit) to 784 (no error).
    """
    pca = PCA.fit(dataset.train_images, N_PIXELS)
    squares = np.zeros(N_PIXELS)
    for start in range(0, len(dataset.test_images), _CHUNK):
        codes = pca.encode(to_unit(dataset.test_images[start : start + _CHUNK]))
        squares += np.square(codes, dtype=np.float64).sum(axis=0)
    left_out = np.cumsum(squares[::-1])[::-1]
    return np.append(left_out, 0.0) / (len(dataset.test_images) * N_PIXELS)
