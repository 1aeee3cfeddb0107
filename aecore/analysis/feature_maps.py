"""Kernels and feature maps of an encoder's convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.models.inference import Model
from aecore.models.network import ConvLayer, Network
from aecore.validation import require_width

_BATCH = 500  # pictures whose feature maps are in memory at a time


def convolutions(model: Model) -> list[Any]:
    """Return the encoder's convolutions, input side first; none for another kind of network.

    Each is a `ConvLayer`, or of a model in PyTorch a `torch.nn.Conv2d`.
    """
    if isinstance(model, Network):
        return [each for each in model.encoder.layers.layers if isinstance(each, ConvLayer)]
    from torch import nn

    return [each for each in model.encoder.layers.children() if isinstance(each, nn.Conv2d)]


def kernels(model: Model, index: int) -> np.ndarray:
    """Return the kernels of a convolution, by its place among them.

    Returns
    -------
    ndarray of shape (K, C, h, w)
        One for each of K feature maps and C channels of its input.
    """
    convolution = convolutions(model)[index]
    if isinstance(convolution, ConvLayer):
        return convolution.kernels.transpose(3, 2, 0, 1)
    return convolution.weight.detach().cpu().numpy()


def feature_maps(model: Model, index: int, images: np.ndarray) -> np.ndarray:
    """Return the feature maps that a convolution makes, after its ReLU.

    Parameters
    ----------
    model : Model
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
    if isinstance(model, Network):
        values = images.astype(model.dtype, copy=False)
        return np.moveaxis(model.encoder.layers.activations(values, index + 1), -1, 1)
    import torch
    from torch import nn

    layers = list(model.encoder.layers.children())
    last = layers.index(convolutions(model)[index])
    until = nn.Sequential(*layers[: last + 1])
    with torch.no_grad():
        return until(torch.tensor(images)).relu().numpy()


def strongest(model: Model, index: int, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
