"""The units of a layer as pictures: what each reads and what it writes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from aecore.imaging.levels import color_limit
from aecore.models.numpy_layers import Layers
from aecore.models.pca import PCA

Order = Literal["norm", "activity", "similarity", "number"]
Scale = Literal["weights", "length 1"]
INVISIBLE = 1 / 255
"""A change that moves no pixel by more than one of 256 gray levels."""

ALMOST_ALWAYS = 0.95


@dataclass(frozen=True, eq=False)
class Units:
    """The units of one layer; P pictures each, the first of which orders and compares them."""

    pictures: np.ndarray
    """(K, P, 784) float32, signed."""
    strengths: np.ndarray
    """(K,) the Euclidean norms that the order `norm` goes by."""
    activity: np.ndarray | None
    """(K,) in 0..1, how often each is active; None where no ReLU can be silent."""
    dead: np.ndarray
    """(K,) bool: without effect on any digit."""

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def digest(self) -> str:
        """Names these pictures and what is known of them."""
        known = [self.pictures, self.strengths, self.dead]
        known += [] if self.activity is None else [self.activity]
        content = b"".join(each.tobytes() for each in known) + repr(self.pictures.shape).encode()
        return hashlib.blake2b(content, digest_size=16).hexdigest()

    def order(self, by: Order, like: np.ndarray | None = None) -> np.ndarray:
        """Positions (K,) of the units, the first to be shown first.

        Parameters
        ----------
        by : {"norm", "activity", "similarity", "number"}
            The strongest, the most active, the most similar to `like`, or as in the model. Where
            there is no activity, or nothing to be like, the strongest.
        like : ndarray of shape (784,), optional
        """
        if by == "number":
            return np.arange(len(self))
        if by == "similarity" and like is not None:
            return np.argsort(-cosines(self.pictures[:, 0], like), kind="stable")
        if by == "activity" and self.activity is not None:
            return np.argsort(-self.activity, kind="stable")
        return np.argsort(-self.strengths, kind="stable")

    def strongest(self) -> int:
        """The position of the strongest unit that is not dead, or of the strongest if all are."""
        return int(np.lexsort((-self.strengths, self.dead))[0])

    @property
    def always_on(self) -> int:
        """How many units are active for over 95% of the digits, and so are all but linear."""
        return 0 if self.activity is None else int((self.activity > ALMOST_ALWAYS).sum())

    def agreement(self) -> float:
        """Mean cosine of the angle between a unit's first and second picture, both not blank."""
        lengths = np.linalg.norm(self.pictures, axis=2).prod(axis=1)
        products = (self.pictures[:, 0] * self.pictures[:, 1]).sum(axis=1)
        return (
            float((products[lengths > 0] / lengths[lengths > 0]).mean()) if lengths.any() else 0.0
        )

    def scaled(self, scale: Scale) -> np.ndarray:
        """The pictures (K, P, 784): as they are, or each divided by its norm."""
        if scale == "weights":
            return self.pictures
        norms = np.linalg.norm(self.pictures, axis=2, keepdims=True)
        return np.divide(self.pictures, norms, where=norms > 0, out=np.zeros_like(self.pictures))


def hidden_units(layers: Layers, activity: np.ndarray) -> Units:
    """The first hidden layer: each unit's filter, and what the mirrored unit writes.

    The filter is the unit's row of the first encoder matrix: by how much each pixel raises the
    sum that goes into the ReLU. The written picture is the column of the last decoder matrix at
    the same position: what the mirrored unit adds to the picture, per 1 of its output. Training
    ties the two in no way. Dead is a unit that is silent for every test digit.

    Parameters
    ----------
    layers : Layers
    activity : ndarray of shape (K,)
        As of `Responses`.
    """
    filters, columns = layers.matrices[0], layers.matrices[-1].T
    return Units(
        pictures=np.stack([filters, columns], axis=1),
        strengths=np.linalg.norm(filters, axis=1),
        activity=activity,
        dead=activity == 0,
    )


def code_units(layers: Layers, codes: np.ndarray, mean_image: np.ndarray) -> Units:
    """The code: what each of its numbers reads, and what moving it by one deviation adds.

    Read is the number's derivative by the pixels at the mean digit; added is the decoder's
    picture one standard deviation above the mean code, less that at the mean code. Dead is a
    number that so changes no pixel by more than one of 256 gray levels.

    Parameters
    ----------
    layers : Layers
    codes : ndarray of shape (N, D)
        Of the test digits.
    mean_image : ndarray of shape (784,)
        Their mean.
    """
    mean = codes.mean(axis=0, dtype=np.float64)
    steps = np.diag(codes.std(axis=0, dtype=np.float64))
    moved = np.concatenate([mean[None], mean + steps]).astype(np.float32)
    drawn = layers.run(moved, first=layers.code + 1)  # (1 + D, 784)
    added = drawn[1:] - drawn[0]
    return Units(
        pictures=np.stack([layers.gradient(mean_image), added], axis=1),
        strengths=np.linalg.norm(added, axis=1),
        activity=None,
        dead=np.abs(added).max(axis=1) <= INVISIBLE,
    )


def component_units(pca: PCA, images: np.ndarray, *, moved: bool) -> Units:
    """PCA's components; they read and write with the same picture.

    Parameters
    ----------
    pca : PCA
    images : ndarray of shape (N, 784), float32 in 0..1
        Test digits, for the deviations of the code.
    moved : bool
        Also what moving each by one standard deviation adds, as of `code_units`.
    """
    deviations = pca.encode(images).std(axis=0)
    added = deviations[:, None] * pca.components
    pictures = [pca.components, added] if moved else [pca.components]
    return Units(
        pictures=np.stack(pictures, axis=1),
        strengths=deviations,
        activity=None,
        dead=np.abs(added).max(axis=1) <= INVISIBLE,
    )


def cosines(pictures: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Cosine (K,) of the angle between pictures (K, 784) and one (784,); 0 where one is blank."""
    pictures, like = pictures.astype(np.float64), like.astype(np.float64)
    lengths = np.linalg.norm(pictures, axis=1) * np.linalg.norm(like)
    return np.divide(pictures @ like, lengths, where=lengths > 0, out=np.zeros(len(pictures)))


def common_limit(galleries: Sequence[Units], scale: Scale) -> float:
    """Where the one symmetric color scale of several galleries ends."""
    pictures = [each.scaled(scale).reshape(-1, each.pictures.shape[-1]) for each in galleries]
    return color_limit(np.concatenate(pictures))
