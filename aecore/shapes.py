"""Which label a digit of few pixels has: it is tried in nine shapes, by code and by picture.

A digit of 8 x 8 pixels has lost the slant and the width that its writer gave it, and a code moves
far with either. So it is also slanted to both sides and made narrower and wider. The shape and the
label win whose 30 nearest test digits, mixed as in `aecore.vote`, come closest both to its code
and, as the model draws them again, to its picture: the product of the two gaps is the least.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from aecore import inference
from aecore.framing import SIDE
from aecore.latent import MapDistance
from aecore.model import Autoencoder
from aecore.vote import NEIGHBOURS, gap, nearest

SLANTS = (0.0, -0.2, 0.2)
"""Columns for each row: 11 degrees to either side."""
WIDTHS = (1.0, 0.85, 1.2)
SHAPES = len(SLANTS) * len(WIDTHS)


def shapes_of(digit: np.ndarray) -> np.ndarray:
    """A digit (784,) in 0..1 that is not blank in every shape, its own first: (9, 784) float32.

    The centre of ink lies exactly where `aecore.framing` puts it to the nearest pixel.
    """
    image = digit.reshape(SIDE, SIDE)
    centre, middle = np.array(ndimage.center_of_mass(image)), np.full(2, SIDE / 2)
    pictures = []
    for slant in SLANTS:
        for width in WIDTHS:
            back = np.array([[1, 0], [slant, 1]]) @ np.diag([1, 1 / width])
            offset = centre - back @ middle
            pictures.append(ndimage.affine_transform(image, back, offset=offset, order=1))
    return np.stack(pictures).reshape(SHAPES, -1).astype(np.float32)


def shape_votes(
    model: Autoencoder, distance: MapDistance, labels: np.ndarray, digits: np.ndarray
) -> np.ndarray:
    """The label of each digit, of those that lie near it in any shape.

    Parameters
    ----------
    model : Autoencoder
    distance : MapDistance
        To the codes of N >= 10 test digits, by this model.
    labels : ndarray of shape (N,), int
        Theirs.
    digits : ndarray of shape (B, 784), float32 in 0..1
        None of them blank.

    Returns
    -------
    ndarray of shape (B,)
    """
    sizes = np.square(distance.codes).sum(axis=1)
    votes = [_vote(model, distance.codes, sizes, labels, digit) for digit in digits]
    return np.array(votes, dtype=labels.dtype)


def _vote(
    model: Autoencoder, known: np.ndarray, sizes: np.ndarray, labels: np.ndarray, digit: np.ndarray
) -> int:
    pictures = shapes_of(digit)
    codes = inference.encode(model, pictures).astype(np.float64)  # (9, D)
    squares = sizes - 2 * codes @ known.T  # (9, N), but for what the code itself adds
    near = np.argpartition(squares, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
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
