"""Units of a layer as images: the weights that each reads with and those it writes with."""

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
"""Largest change of a pixel that cannot be seen: one of 256 gray levels."""
ALWAYS_ACTIVE = 0.95
"""Share of the digits from which on a unit counts as always active, and so is almost linear."""


@dataclass(frozen=True, eq=False)
class Units:
    """Units of one layer, P images each; the first one orders and compares them."""

    images: np.ndarray
    """(K, P, 784) float32, signed."""
    norms: np.ndarray
    """(K,) Euclidean norms, by which the order `norm` sorts."""
    activity: np.ndarray | None
    """(K,) in 0..1, share of the digits for which each is active; None without a ReLU."""
    dead: np.ndarray
    """(K,) bool: without effect on any digit."""

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def digest(self) -> str:
        """Hash of the images and all that is known of the units."""
        arrays = (self.images, self.norms, self.dead, self.activity)
        content = b"".join(each.tobytes() for each in arrays if each is not None)
        content += repr(self.images.shape).encode()
        return hashlib.blake2b(content, digest_size=16).hexdigest()

    def order(self, by: Order, like: np.ndarray | None = None) -> np.ndarray:
        """Return the positions (K,) of the units in an order.

        Parameters
        ----------
        by : {"norm", "activity", "similarity", "number"}
            The largest norm first, the most active, the most similar to `like`, or as in the model.
            Where there is no activity, or no `like`, by norm.
        like : ndarray of shape (784,), optional
        """
        if by == "number":
            return np.arange(len(self))
        keys = self.norms
        if by == "similarity" and like is not None:
            keys = cosines(self.images[:, 0], like)
        elif by == "activity" and self.activity is not None:
            keys = self.activity
        return np.argsort(-keys, kind="stable")

    def strongest(self) -> int:
        """Return the position of the unit with the largest norm, of those not dead if any."""
        return int(np.lexsort((-self.norms, self.dead))[0])

    @property
    def n_always_active(self) -> int:
        """Number of units that are active for over 95% of the digits."""
        return 0 if self.activity is None else int((self.activity > ALWAYS_ACTIVE).sum())

    def mean_cosine(self) -> float:
        """Return the mean cosine between a unit's two images, where neither is blank."""
        drawn = (self.images != 0).any(axis=2).all(axis=1)
        cosine = _unit_length(self.images[drawn]).prod(axis=1).sum(axis=1)
        return float(cosine.mean()) if drawn.any() else 0.0

    def scaled(self, scale: Scale) -> np.ndarray:
        """Return the images (K, P, 784): raw, or each divided by its norm."""
        return self.images if scale == "weights" else _unit_length(self.images)


def hidden_units(layers: Layers, activity: np.ndarray | None) -> Units:
    """Return the first hidden layer: each unit's filter, and the mirrored unit's output weights.

    The filter is the unit's row of the first encoder matrix: its weight of each pixel. The second
    image is the column of the last decoder matrix at the same position: what the mirrored unit adds
    to the reconstruction per 1 of its output. The two are not tied in training. Dead is a ReLU unit
    that is inactive for every test digit.

    Parameters
    ----------
    layers : Layers
    activity : ndarray of shape (K,), optional
        As of `Activations`, where the units are ReLUs.
    """
    filters, columns = layers.matrices[0], layers.matrices[-1].T
    return Units(
        images=np.stack([filters, columns], axis=1),
        norms=np.linalg.norm(filters, axis=1),
        activity=activity,
        dead=np.zeros(len(filters), bool) if activity is None else activity == 0,
    )


def code_units(layers: Layers, codes: np.ndarray, mean_image: np.ndarray) -> Units:
    """Return the code: the gradient of each dimension, and what one standard deviation of it adds.

    The gradient is taken with respect to the pixels, at the mean digit; added is the decoder's
    output one standard deviation above the mean code, less that at the mean code. Dead is a
    dimension that so changes no pixel by more than one of 256 gray levels.

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
        images=np.stack([layers.gradient(mean_image), added], axis=1),
        norms=np.linalg.norm(added, axis=1),
        activity=None,
        dead=np.abs(added).max(axis=1) <= INVISIBLE,
    )


def component_units(pca: PCA, images: np.ndarray, *, moved: bool) -> Units:
    """Return PCA's components, which read and write with the same image.

    Parameters
    ----------
    pca : PCA
    images : ndarray of shape (N, 784), float32 in 0..1
        Test digits, for the deviations of the code.
    moved : bool
        Whether to add the effect of one standard deviation, as `code_units` does.
    """
    deviations = pca.encode(images).std(axis=0)
    added = deviations[:, None] * pca.components
    return Units(
        images=np.stack([pca.components, added] if moved else [pca.components], axis=1),
        norms=deviations,
        activity=None,
        dead=np.abs(added).max(axis=1) <= INVISIBLE,
    )


def cosines(images: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return the cosine (K,) between images (K, 784) and one (784,); 0 where one is blank."""
    return _unit_length(images.astype(np.float64)) @ _unit_length(like.astype(np.float64))


def _unit_length(images: np.ndarray) -> np.ndarray:
    """Divide each image (..., 784) by its norm; a blank one stays blank."""
    norms = np.linalg.norm(images, axis=-1, keepdims=True)
    return np.divide(images, norms, where=norms > 0, out=np.zeros_like(images))


def shared_color_limit(galleries: Sequence[Units], scale: Scale) -> float:
    """Return the limit of one symmetric color scale for several galleries."""
    images = [each.scaled(scale).reshape(-1, each.images.shape[-1]) for each in galleries]
    return color_limit(np.concatenate(images))
