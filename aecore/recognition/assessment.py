"""Assess an unlabeled digit with a model: label, errors, and whether it is a digit at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from aecore.analysis import metrics
from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE
from aecore.digits.normalization import stroke_width
from aecore.latent.neighbors import NeighborIndex
from aecore.models import inference
from aecore.models.inference import Model
from aecore.recognition.neighbor_vote import MIN_AGREEING, predict_labels
from aecore.recognition.shape_augmentation import N_VARIANTS, predict_labels_augmented

if TYPE_CHECKING:
    from aecore.digits.reader import Digit  # needs scikit-image, half a second

UNUSUAL = 99.5
"""Percentile among the test digits from which on something does not look like a digit."""
INK_LEVEL = 0.2
"""Gray level below which there is hardly any ink."""
MAX_PIECES = 8
"""Ink in this many pieces is noise: hardly one of MNIST's test digits has so many."""
MAX_STROKE_WIDTH = 5.5
"""Ink this wide, in pixels, is a filled shape: 0.1% of MNIST's test digits are."""
MIN_AGREEMENT = 0.3
"""If no larger share of the neighbors has the same label, they belong to no digit..."""
MIN_ACCURACY = 0.95
"""...provided that the model predicts this many test labels from neighbors; 0.2% of the test digits
lie in such a place."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessment:
    """One model's view of one digit; percentiles are shares of the test digits, in 0..100."""

    model: str
    code: np.ndarray
    """(D,) float32."""
    output: np.ndarray
    """The reconstruction, (784,) in 0..1."""
    mse: float
    """Of the reconstruction as the decoder returns it, before it is clipped to 0..1."""
    psnr: float
    """In dB, likewise."""
    pca_output: np.ndarray
    """By PCA with the same number of dimensions, (784,) in 0..1."""
    pca_mse: float
    pca_psnr: float
    neighbors: np.ndarray
    """Indices of the ten test digits with the nearest codes, nearest first, (10,) int."""
    labels: np.ndarray
    """Their labels, (10,)."""
    vote: int
    """The label predicted from them; see `aecore.recognition.neighbor_vote`, and for a digit of few
    pixels `aecore.recognition.shape_augmentation`."""
    vote_share: float
    """How many of them have it, in 0..1."""
    error_percentile: float
    """How many test digits have a smaller reconstruction error."""
    map_distance_percentile: float
    """How many are less isolated in latent space."""
    stroke_width: float
    """Mean width of its strokes, in pixels of MNIST's 20-pixel box: in the picture it comes from,
    where that is known."""
    brightest: float
    """Its brightest pixel, in 0..1."""
    n_pieces: int
    """Into how many unconnected pieces its ink falls."""
    n_variants: int
    """From how many variants its label was predicted: 1, or 9 where it had few pixels."""
    is_accurate: bool
    """Whether the model predicts nearly all test labels from neighbors."""

    @property
    def n_agreeing(self) -> int:
        """How many of the neighbors have the most frequent label."""
        return int(np.unique(self.labels, return_counts=True)[1].max())

    @property
    def is_divided(self) -> bool:
        """Whether too few of them do to decide."""
        return self.n_agreeing < MIN_AGREEING

    @property
    def looks_like_a_digit(self) -> bool:
        """Whether nothing about it is unusual."""
        return not self._doubts()

    @property
    def reason(self) -> str:
        """Why, in one or more sentences."""
        usual = "Neither its reconstruction error nor its distance from the data is unusual"
        return " ".join(f"{doubt}." for doubt in self._doubts() or [usual])

    def _doubts(self) -> list[str]:
        if self.brightest < INK_LEVEL:
            return ["The image is blank"]
        error, distance = self.error_percentile, self.map_distance_percentile
        doubts = {
            f"Its ink falls into {self.n_pieces} pieces, like noise": self.n_pieces >= MAX_PIECES,
            f"It is a filled shape, {self.stroke_width:.0f} pixels wide, not pen strokes": (
                self.stroke_width >= MAX_STROKE_WIDTH
            ),
            f"Its reconstruction error is higher than {error:.1f}% of the test digits": (
                error >= UNUSUAL
            ),
            f"Its code is more isolated than {distance:.1f}% of the test digits": (
                distance >= UNUSUAL
            ),
            "The ten nearest test digits have many different labels": (
                self.is_accurate and self.n_agreeing <= MIN_AGREEMENT * len(self.labels)
            ),
        }
        return [doubt for doubt, applies in doubts.items() if applies]


def assess(
    checkpoint: Checkpoint,
    model: Model,
    digits: np.ndarray,
    *,
    index: NeighborIndex | None = None,
    stroke_widths: Sequence[float] | None = None,
    low_resolution: Sequence[bool] | None = None,
) -> tuple[Assessment, ...]:
    """Assess digits with one model.

    Parameters
    ----------
    checkpoint : Checkpoint
    model : Model
        With the checkpoint's weights.
    digits : ndarray of shape (B, 784) or (B, 28, 28), float32 in 0..1
    index : NeighborIndex, optional
        To the checkpoint's atlas, if it has been made already.
    stroke_widths : sequence of B float, optional
        How wide their strokes were before the reader adjusted them, in pixels of the 20-pixel box;
        measured by default.
    low_resolution : sequence of B bool, optional
        Which of them had few pixels and are augmented; by default none.

    Returns
    -------
    tuple of B Assessment
    """
    images = digits.reshape(len(digits), -1)
    index = index or checkpoint.neighbor_index()
    codes = inference.encode(model, images)
    outputs = inference.decode(model, codes)
    pca_outputs = checkpoint.pca.reconstruct(images)
    errors = metrics.mse(images, outputs)
    votes, neighbors = predict_labels(index, checkpoint.labels, codes)
    few = np.zeros(len(images), bool) if low_resolution is None else np.array(low_resolution)
    votes[few] = predict_labels_augmented(model, index, checkpoint.labels, images[few])
    labels = checkpoint.labels[neighbors]
    n_better = np.searchsorted(np.sort(checkpoint.errors), errors.astype(checkpoint.errors.dtype))
    accuracy = checkpoint.card.metrics.get("knn5_accuracy", 0.0)
    widths = [0.0] * len(images) if stroke_widths is None else stroke_widths
    pieces = [0] * len(images)
    if checkpoint.card.data.shows_digits:
        pieces = [_n_pieces(image) for image in images]
        if stroke_widths is None:
            widths = [_stroke_width(image) for image in images]
    columns = {
        "code": codes,
        "output": outputs.clip(0.0, 1.0),
        "mse": errors,
        "psnr": metrics.psnr(images, outputs),
        "pca_output": pca_outputs.clip(0.0, 1.0),
        "pca_mse": metrics.mse(images, pca_outputs),
        "pca_psnr": metrics.psnr(images, pca_outputs),
        "neighbors": neighbors,
        "labels": labels,
        "vote": votes,
        "vote_share": (labels == votes[:, None]).mean(axis=1),
        "error_percentile": 100.0 * n_better / len(checkpoint.errors),
        "map_distance_percentile": index.isolation(codes),
        "stroke_width": np.array(widths),
        "brightest": images.max(axis=1),
        "n_pieces": np.array(pieces),
        "n_variants": np.where(few, N_VARIANTS, 1),
        "is_accurate": np.full(len(images), accuracy >= MIN_ACCURACY),
    }
    rows = ({name: _plain(values[i]) for name, values in columns.items()} for i in range(len(few)))
    return tuple(Assessment(model=checkpoint.name, **row) for row in rows)


def _plain(value: Any) -> Any:
    """Return a number as Python's own, and an array as it is."""
    return value.item() if np.ndim(value) == 0 else value


def assess_read(
    checkpoint: Checkpoint,
    model: Model,
    digits: Sequence[Digit],
    *,
    index: NeighborIndex | None = None,
) -> tuple[Assessment, ...]:
    """Assess digits that were read from a picture, with what is known of their strokes there."""
    return assess(
        checkpoint,
        model,
        np.stack([digit.image for digit in digits]),
        index=index,
        stroke_widths=[digit.stroke_width for digit in digits],
        low_resolution=[digit.low_resolution for digit in digits],
    )


def _stroke_width(image: np.ndarray) -> float:
    """Return how wide the strokes of a digit (784,) are; 0 where there are none."""
    return stroke_width(image.reshape(SHAPE)) if image.any() else 0.0


def _n_pieces(image: np.ndarray) -> int:
    """Count the unconnected pieces of ink of a digit (784,) in 0..1."""
    return int(ndimage.label(image.reshape(SHAPE) > INK_LEVEL, structure=np.ones((3, 3)))[1])
