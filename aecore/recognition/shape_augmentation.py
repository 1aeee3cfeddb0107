"""Predict the label of a digit of few pixels by test-time augmentation: from nine variants of it.

Other writers slant and stretch their digits differently from MNIST's, either moves a code far, and
few pixels leave little else to go by. So the digit is also slanted to both sides, made narrower and
wider. For every variant and label the 30 nearest test digits are combined as in
`aecore.recognition.neighbor_vote`, once to approximate the variant's code and once, as the model
decodes them, its pixels. The label with the smallest product of the two residuals wins.

Measured with the shipped models of D = 32 to 128 without dropout on scikit-learn's 1,797 digits of
8x8 pixels: 90.2 to 91.4% are predicted right, 86.5 to 87.8% from the digit alone; of the last 597,
on which nothing was chosen, 87.9 to 89.1% rather than 83.6 to 86.3%. MNIST's own, shrunk to 10 to
20 pixels and left out of the map, gain 1 to 2 points (D=32). It takes 12 to 15 ms a digit, 23 ms
with `deep-30`. With two latent dimensions it is no better than the digit alone.

Tried and left out, on the first 1,200: the code's residual alone (0.8 points less), the pixels'
alone (0.4 less), sums of residuals over the variants (1 to 3 less: most variants are wrong ones),
only where the ten nearest are divided (1 less), two more widths, rotation by 9 degrees, bent and
wedge-shaped digits, other stroke widths, penalties for strong augmentation, tangents instead of
variants, the reconstruction error as a weight (`denoise-mask` loses up to 8), regression on the
labels of the nearest 200 codes, a map of MNIST's digits at 8x8 pixels. Most of what is still wrong
are 9s with a hooked foot, taken for 3s, and 1s with a long flag, taken for 4s.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from aecore.config import SHAPE, SIDE
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.inference import Model
from aecore.recognition.neighbor_vote import N_NEIGHBORS, nearest_rows, residual

SLANTS = (0.0, -0.2, 0.2)
"""Columns for each row: 11 degrees to either side."""
WIDTHS = (1.0, 0.85, 1.2)
N_VARIANTS = len(SLANTS) * len(WIDTHS)


def augment(digit: np.ndarray) -> np.ndarray:
    """Return the nine variants of a digit (784,) in 0..1, itself first: (9, 784) float32.

    The digit must not be blank. The center of mass lies exactly where
    `aecore.digits.normalization` puts it to the nearest pixel.
    """
    image = digit.reshape(SHAPE)
    mass, middle = np.array(ndimage.center_of_mass(image)), np.full(2, SIDE / 2)
    variants = []
    for slant in SLANTS:
        for width in WIDTHS:
            inverse = np.array([[1, 0], [slant, 1]]) @ np.diag([1, 1 / width])
            offset = mass - inverse @ middle
            variants.append(ndimage.affine_transform(image, inverse, offset=offset, order=1))
    return np.stack(variants).reshape(N_VARIANTS, -1).astype(np.float32)


def predict_labels_augmented(
    model: Model, index: NeighborIndex, labels: np.ndarray, digits: np.ndarray
) -> np.ndarray:
    """Predict the label of each digit from its variants.

    Parameters
    ----------
    model : Model
    index : NeighborIndex
        To the codes of N >= 10 test digits, by this model.
    labels : ndarray of shape (N,), int
        Theirs.
    digits : ndarray of shape (B, 784), float32 in 0..1
        None of them blank.

    Returns
    -------
    ndarray of shape (B,)
    """
    atlas = np.asarray(index.codes, dtype=np.float64)
    sizes = np.square(atlas).sum(axis=1)
    votes = [_predict(model, atlas, sizes, labels, digit) for digit in digits]
    return np.array(votes, dtype=labels.dtype)


def _predict(
    model: Model, atlas: np.ndarray, sizes: np.ndarray, labels: np.ndarray, digit: np.ndarray
) -> int:
    """Predict the label of a digit (784,), given the atlas (N, D) and its squared lengths (N,)."""
    variants = augment(digit)
    codes = inference.encode(model, variants).astype(np.float64)  # (9, D)
    squares = sizes - 2 * codes @ atlas.T  # (9, N), up to what the code itself adds
    count = min(N_NEIGHBORS, len(labels))
    neighbors = np.argpartition(squares, count - 1, axis=1)[:, :count]
    candidates = np.unique(labels[neighbors])
    combined = [
        [nearest_rows(rows, square) for square in squares]
        for rows in (np.flatnonzero(labels == label) for label in candidates)
    ]
    used = np.unique(np.concatenate([rows for each in combined for rows in each]))
    decoded = inference.decode(model, atlas[used].astype(np.float32)).astype(np.float64)
    products = [
        [
            residual(code, atlas[rows]) * residual(variant, decoded[np.searchsorted(used, rows)])
            for code, variant, rows in zip(codes, variants, each, strict=True)
        ]
        for each in combined
    ]
    return candidates[np.min(products, axis=1).argmin()]
