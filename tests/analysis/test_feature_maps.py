"""Kernels and feature maps, against convolutions written out as sums."""

import numpy as np
import pytest

from aecore.analysis import feature_maps as maps
from aecore.checkpoints import file as checkpoint_file
from aecore.errors import ShapeError
from aecore.models.inference import build_model


@pytest.fixture(scope="module")
def model():
    checkpoint = checkpoint_file.load("conv-32")
    return build_model(checkpoint.card.model, checkpoint.weights)


def convolve(pictures, kernels, biases):
    """Maps (K, h, w) of a picture (C, H, W): every second place, one row and column of zeros."""
    channels, height, width = pictures.shape
    padded = np.zeros((channels, height + 2, width + 2))
    padded[:, 1:-1, 1:-1] = pictures
    found = np.zeros((len(kernels), height // 2, width // 2))
    for k, y, x in np.ndindex(found.shape):
        window = padded[:, 2 * y : 2 * y + 3, 2 * x : 2 * x + 3]
        found[k, y, x] = max(0.0, float((window * kernels[k]).sum() + biases[k]))
    return found


def test_feature_maps_are_sums_of_windows_times_kernels(model, unit_digits):
    image = unit_digits[:1]
    expected = image.reshape(1, 28, 28)
    for index, layer in enumerate(maps.convolutions(model)):
        expected = convolve(expected, maps.kernels(model, index), layer.bias.detach().numpy())
        found = maps.feature_maps(model, index, image)
        np.testing.assert_allclose(found[0], expected, atol=1e-4)


def test_the_strongest_image_of_each_map_is_found(model, unit_digits):
    images = unit_digits[:7]
    found = maps.feature_maps(model, 1, images)

    top, active = maps.strongest(model, 1, images)

    assert top.tolist() == [max(range(7), key=lambda i: found[i, k].max()) for k in range(64)]
    np.testing.assert_allclose(active, [(found[:, k] > 0).mean() for k in range(64)], rtol=1e-5)


def test_images_of_another_size_are_refused(model):
    with pytest.raises(ShapeError, match="784"):
        maps.feature_maps(model, 0, np.zeros((1, 64), np.float32))


def test_enlarging_repeats_pixels():
    small = np.arange(4.0).reshape(1, 2, 2)

    assert maps.enlarge(small, 4, 4)[0].tolist() == [
        [0, 0, 1, 1],
        [0, 0, 1, 1],
        [2, 2, 3, 3],
        [2, 2, 3, 3],
    ]
