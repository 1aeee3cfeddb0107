"""Which label a digit of few pixels has: it is tried in nine shapes, by code and by picture.

Other hands slant and stretch otherwise than MNIST's, a code moves far with either, and few pixels
leave little else to go by. So the digit is also slanted to both sides, made narrower and wider.
The shape and the label win whose 30 nearest test digits, mixed as in `aecore.recognition.neighbor_vote`, come closest
both to its code and, as the model draws them again, to its picture: the product of the two gaps is
the least.

Measured with the shipped models of D = 32 to 128 without dropout on scikit-learn's 1,797 digits of
8 x 8 pixels: 90.2 to 91.4% are voted right, 86.5 to 87.8% in one shape; of the last 597, on which
nothing was chosen, 87.9 to 89.1%, not 83.6 to 86.3%. MNIST's own, made 10 to 20 pixels small and
left out of the map, gain 1 to 2 (D=32). It takes 12 to 15 ms a digit, 23 ms with `deep-30`. With
two numbers a code it is no better than one shape.

Tried and left out, on the first 1,200: the code's gap alone (0.8 in a hundred less), the picture's
alone (0.4 less), sums of gaps over the shapes (1 to 3 less: most shapes are wrong ones), only where
the ten nearest are divided (1 less), two more widths, turns by 9 degrees, bent and wedge-shaped
digits, other pens, costs for shapes far from the reading, tangents in place of shapes, the error of
the reconstruction as a weight (`denoise-mask` loses up to 8), regression on the labels of the
nearest 200 codes, a map of MNIST's digits at 8 x 8 pixels. Most of what is still misread are 9s
with a hooked foot, taken for 3s, and 1s with a long flag, taken for 4s.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from aecore.config import SHAPE, SIDE
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.recognition.neighbor_vote import NEIGHBORS, gap, nearest

SLANTS = (0.0, -0.2, 0.2)
"""Columns for each row: 11 degrees to either side."""
WIDTHS = (1.0, 0.85, 1.2)
SHAPES = len(SLANTS) * len(WIDTHS)


def shapes_of(digit: np.ndarray) -> np.ndarray:
    """A digit (784,) in 0..1 that is not blank in every shape, its own first: (9, 784) float32.

    The center of ink lies exactly where `aecore.digits.normalization` puts it to the nearest pixel.
    """
    image = digit.reshape(SHAPE)
    center, middle = np.array(ndimage.center_of_mass(image)), np.full(2, SIDE / 2)
    pictures = []
    for slant in SLANTS:
        for width in WIDTHS:
            back = np.array([[1, 0], [slant, 1]]) @ np.diag([1, 1 / width])
            offset = center - back @ middle
            pictures.append(ndimage.affine_transform(image, back, offset=offset, order=1))
    return np.stack(pictures).reshape(SHAPES, -1).astype(np.float32)


def shape_votes(
    model: Autoencoder, index: NeighborIndex, labels: np.ndarray, digits: np.ndarray
) -> np.ndarray:
    """The label of each digit, of those that lie near it in any shape.

    Parameters
    ----------
    model : Autoencoder
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
    sizes = np.square(index.codes).sum(axis=1)
    votes = [_vote(model, index.codes, sizes, labels, digit) for digit in digits]
    return np.array(votes, dtype=labels.dtype)


def _vote(
    model: Autoencoder, known: np.ndarray, sizes: np.ndarray, labels: np.ndarray, digit: np.ndarray
) -> int:
    pictures = shapes_of(digit)
    codes = inference.encode(model, pictures).astype(np.float64)  # (9, D)
    squares = sizes - 2 * codes @ known.T  # (9, N), but for what the code itself adds
    near = np.argpartition(squares, NEIGHBORS - 1, axis=1)[:, :NEIGHBORS]
    tried = np.unique(labels[near])
    families = [
        [nearest(rows, square) for square in squares]
        for rows in (np.flatnonzero(labels == label) for label in tried)
    ]
    used = np.unique(np.concatenate([family for each in families for family in each]))
    drawn = inference.decode(model, known[used].astype(np.float32)).astype(np.float64)
    gaps = [
        [
            gap(code, known[family]) * gap(picture, drawn[np.searchsorted(used, family)])
            for code, picture, family in zip(codes, pictures, each, strict=True)
        ]
        for each in families
    ]
    return tried[np.min(gaps, axis=1).argmin()]
