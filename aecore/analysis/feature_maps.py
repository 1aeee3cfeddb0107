"""Kernels and feature maps of an encoder's convolutions."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from aecore.models.autoencoder import Autoencoder
from aecore.validation import require_width

_BATCH = 500  # pictures whose feature maps are in memory at a time


def convolutions(model: Autoencoder) -> list[nn.Conv2d]:
    """Return the encoder's convolutions, input side first; none for another kind of network."""
    return [each for each in model.encoder.layers.children() if isinstance(each, nn.Conv2d)]


def kernels(model: Autoencoder, index: int) -> np.ndarray:
    """Return the kernels of a convolution, by its place among them.

    Returns
    -------
    ndarray of shape (K, C, h, w)
        One for each of K feature maps and C channels of its input.
    """
    return convolutions(model)[index].weight.detach().cpu().numpy()


def feature_maps(model: Autoencoder, index: int, images: np.ndarray) -> np.ndarray:
    """Return the feature maps that a convolution makes, after its ReLU.

    Parameters
    ----------
    model : Autoencoder
        In eval mode.
    index : int
        Place of the convolution among all of them.
    images : ndarray of shape (B, P)
        float32 in 0..1.

    Returns
    -------
    ndarray of shape (B, K, h, w)
        float32, at least 0.

    Raises
    ------
    ShapeError
        If the images have another number of pixels than the model's.
    """
    require_width("Images", images, model.config.n_inputs)
    layers = list(model.encoder.layers.children())
    last = layers.index(convolutions(model)[index])
    until = nn.Sequential(*layers[: last + 1])
    with torch.no_grad():
        return until(torch.tensor(images)).relu().numpy()


def strongest(model: Autoencoder, index: int, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of B images activates each feature map most, and how much of it is active.

    Returns
    -------
    ndarray of shape (K,)
        Number of the image with the largest value anywhere in the map.
    ndarray of shape (K,)
        Share of the map's places that are above 0, over all images; 0 for a dead map.
    """
    peaks, active = [], []
    for start in range(0, len(images), _BATCH):
        found = feature_maps(model, index, images[start : start + _BATCH])
        peaks.append(found.max(axis=(2, 3)))
        active.append((found > 0).mean(axis=(2, 3)))
    return np.concatenate(peaks).argmax(axis=0), np.concatenate(active).mean(axis=0)


def enlarge(pictures: np.ndarray, height: int, width: int) -> np.ndarray:
    """Repeat the pixels of pictures (B, h, w) until they are (B, height, width)."""
    rows = np.arange(height) * pictures.shape[1] // height
    columns = np.arange(width) * pictures.shape[2] // width
    return pictures[:, rows[:, None], columns]
