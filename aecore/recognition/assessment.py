"""What a model makes of a digit that nobody has labeled, and whether it looks like one to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from aecore.analysis import metrics
from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE
from aecore.digits.normalization import pen_width
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder
from aecore.recognition.neighbor_vote import AGREED, label_vote
from aecore.recognition.shape_augmentation import SHAPES, shape_votes

UNUSUAL = 99.5
"""Percentile among the test digits from which on something does not look like a digit."""
FAINT = 0.2
"""Gray of ink that is hardly there."""
SPECKLED = 8
"""Ink in so many pieces is noise: hardly one of MNIST's test digits falls into so many."""
SOLID = 5.5
"""Ink as wide as this, in pixels, is a filled shape: 0.1% of MNIST's test digits' is."""
AGREEING = 0.3
"""Where no more of the neighbors share a label, they belong to no digit..."""
TELLING = 0.95
"""...if the model tells so many test digits by their neighbors; 0.2% of them lie so there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """One model's view of one digit; percentiles are shares of the test digits, in 0..100."""

    model: str
    code: np.ndarray
    """(D,) float32."""
    output: np.ndarray
    """The reconstruction, (784,) in 0..1."""
    mse: float
    """Of the reconstruction as the decoder gives it, before it is cut to 0..1."""
    psnr: float
    """In dB, likewise."""
    pca_output: np.ndarray
    """By PCA with as many dimensions, (784,) in 0..1."""
    pca_mse: float
    pca_psnr: float
    neighbors: np.ndarray
    """Numbers of the ten test digits with the nearest codes, nearest first, (10,) int."""
    labels: np.ndarray
    """Their labels, (10,)."""
    vote: int
    """The label of most of them; where they are divided, of the closest mix: `aecore.recognition.neighbor_vote`. Of a
    digit of few pixels that of `aecore.recognition.shape_augmentation`."""
    vote_share: float
    """How many of them carry it, in 0..1."""
    error_percentile: float
    """How many test digits are reconstructed with a smaller error."""
    map_distance_percentile: float
    """How many lie closer to the map."""
    width: float
    """How wide its strokes are on average, in pixels of MNIST's 20-pixel box, in the picture that
    it comes from where that is known; a filled shape's are wide."""
    brightest: float
    """The digit's brightest pixel, in 0..1."""
    tells: bool
    """Whether the model's codes tell nearly all test digits by their neighbors."""
    pieces: int
    """Into how many unconnected parts its ink falls."""
    shapes: int
    """In how many shapes it was tried for the vote: 1, or 9 where it had few pixels."""

    @property
    def most_alike(self) -> int:
        """How many of the neighbors share the most frequent label."""
        return int(np.unique(self.labels, return_counts=True)[1].max())

    @property
    def divided(self) -> bool:
        """Whether too few of them do to settle the vote."""
        return self.most_alike < AGREED

    @property
    def looks_like_a_digit(self) -> bool:
        """Whether nothing about it is out of the ordinary."""
        return not self._doubts()

    @property
    def reason(self) -> str:
        """Why, in one sentence."""
        usual = "Neither its error nor its distance to the map is out of the ordinary"
        return f"{', and '.join(self._doubts()) or usual}."

    def _doubts(self) -> list[str]:
        if self.brightest < FAINT:
            return ["It is blank: there is no ink"]
        doubts = []
        if self.pieces >= SPECKLED:
            doubts.append(f"Its ink lies in {self.pieces} pieces, as that of noise does")
        if self.width >= SOLID:
            doubts.append(
                f"It is a filled shape, {self.width:.0f} pixels wide, not strokes of a pen"
            )
        if self.error_percentile >= UNUSUAL:
            share = f"{self.error_percentile:.1f}% of the test digits"
            doubts.append(f"{self.model} redraws {share} better")
        if self.map_distance_percentile >= UNUSUAL:
            share = f"{self.map_distance_percentile:.1f}% of the test digits"
            doubts.append(f"{share} lie closer to the map")
        if self.tells and self.most_alike <= AGREEING * len(self.labels):
            doubts.append("The ten test digits nearest to it are of many kinds")
        return doubts


def judge(
    checkpoint: Checkpoint,
    model: Autoencoder,
    digits: np.ndarray,
    *,
    index: NeighborIndex | None = None,
    pens: Sequence[float] | None = None,
    coarse: Sequence[bool] | None = None,
) -> tuple[Verdict, ...]:
    """One model's verdict on each digit.

    Parameters
    ----------
    checkpoint : Checkpoint
    model : Autoencoder
        With the checkpoint's weights.
    digits : ndarray of shape (B, 784) or (B, 28, 28), float32 in 0..1
    index : NeighborIndex, optional
        To the checkpoint's atlas, where it is at hand already.
    pens : sequence of B float, optional
        How wide their strokes were before the reader mended them, in pixels of the 20-pixel box;
        measured where it is not given.
    coarse : sequence of B bool, optional
        Which of them had few pixels, and are tried in several shapes; none where it is not given.

    Returns
    -------
    tuple of B Verdict
    """
    images = digits.reshape(len(digits), -1)
    index = index or checkpoint.neighbor_index()
    codes = inference.encode(model, images)
    outputs = inference.decode(model, codes)
    pca_outputs = checkpoint.pca.reconstruct(images)
    errors = metrics.mse(images, outputs)
    votes, neighbors = label_vote(index, checkpoint.labels, codes)
    shapes = np.where(np.zeros(len(images), bool) if coarse is None else coarse, SHAPES, 1)
    few = np.flatnonzero(shapes > 1)
    votes[few] = shape_votes(model, index, checkpoint.labels, images[few])
    labels = checkpoint.labels[neighbors]
    n_better = np.searchsorted(np.sort(checkpoint.errors), errors.astype(checkpoint.errors.dtype))
    columns = zip(
        codes,
        outputs.clip(0.0, 1.0),
        errors,
        metrics.psnr(images, outputs),
        pca_outputs.clip(0.0, 1.0),
        metrics.mse(images, pca_outputs),
        metrics.psnr(images, pca_outputs),
        neighbors,
        labels,
        votes,
        (labels == votes[:, None]).mean(axis=1),
        100.0 * n_better / len(checkpoint.errors),
        index.isolation(codes),
        np.array([_width(image) for image in images] if pens is None else pens),
        images.max(axis=1),
        np.full(len(images), checkpoint.card.metrics.get("knn5_accuracy", 0.0) >= TELLING),
        np.array([_pieces(image) for image in images]),
        shapes,
        strict=True,
    )
    return tuple(_verdict(checkpoint.name, row) for row in columns)


def _verdict(model: str, row: tuple) -> Verdict:
    names = [name for name in Verdict.__dataclass_fields__ if name != "model"]
    plain = [value.item() if np.ndim(value) == 0 else value for value in row]
    return Verdict(model=model, **dict(zip(names, plain, strict=True)))


def _width(image: np.ndarray) -> float:
    """How wide the strokes of a digit (784,) are; 0 where there are none."""
    return pen_width(image.reshape(SHAPE)) if image.any() else 0.0


def _pieces(image: np.ndarray) -> int:
    """Into how many unconnected parts the ink of a digit (784,) in 0..1 falls."""
    ink = image.reshape(SHAPE) > FAINT
    return int(ndimage.label(ink, structure=np.ones((3, 3)))[1])
