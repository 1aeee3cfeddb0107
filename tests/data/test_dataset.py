"""A set of digits: read-only, told apart by its fingerprint, MNIST by its own."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from aecore.data.dataset import Dataset
from aecore.imaging.levels import to_unit
from tests.support.ten_digits import small_dataset

pytest_plugins = ["tests.support.ten_digits"]


def test_arrays_are_read_only_and_the_callers_stay_writable():
    images, labels = np.zeros((2, 784), np.uint8), np.zeros(2, np.uint8)

    dataset = Dataset(
        train_images=images,
        train_labels=labels,
        test_images=images,
        test_labels=labels,
        kind="folder",
        source="zeros",
    )

    assert not any(array.flags.writeable for array in dataset.arrays.values())
    assert images.flags.writeable


@pytest.mark.parametrize("name", ["train_images", "train_labels", "test_images", "test_labels"])
def test_fingerprint_changes_with_any_array(name: str):
    dataset = small_dataset()
    changed = dataset.arrays[name].copy()
    changed[-1] = 9 - changed[-1] if changed.ndim == 1 else ~changed[-1]

    other = replace(dataset, fingerprint="", **{name: changed})

    assert other.fingerprint != dataset.fingerprint


def test_fingerprint_is_the_documented_hash():
    dataset = small_dataset()
    text = b"".join(str(a.shape).encode() + a.tobytes() for a in dataset.arrays.values())

    assert dataset.fingerprint == hashlib.sha256(text).hexdigest()[:16]


def test_unit_images_are_float32_from_0_to_1():
    levels = np.array([[0, 51, 255]], np.uint8)

    unit = to_unit(levels)

    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit, [[0, 0.2, 1]], atol=1e-7)


def test_mnist_is_recognized(mnist: Dataset):
    assert mnist.is_mnist
    assert mnist.train_images.shape == (60_000, 784)
    assert mnist.test_images.shape == (10_000, 784)
    assert mnist.test_labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_mnist_in_another_order_is_not_taken_for_mnist(mnist: Dataset):
    turned = replace(mnist, fingerprint="", test_images=mnist.test_images[::-1])

    assert not turned.is_mnist
