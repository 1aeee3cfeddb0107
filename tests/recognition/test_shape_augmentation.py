"""Test-time augmentation of digits of few pixels, against its definition done by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from sklearn.datasets import load_digits

from aecore.checkpoints import file as checkpoint_file
from aecore.digits.reader import read
from aecore.models import inference
from aecore.recognition.assessment import assess
from aecore.recognition.neighbor_vote import N_COMBINED, N_NEIGHBORS, RIDGE, predict_labels
from aecore.recognition.shape_augmentation import N_VARIANTS, augment, predict_labels_augmented

pytestmark = pytest.mark.usefixtures("one_thread")


def stroke() -> np.ndarray:
    """An upright stroke with a bar across its foot, its center of ink in the middle."""
    image = np.zeros((28, 28), dtype=np.float32)
    image[6:22, 13:16] = image[20:23, 8:21] = 1
    down, across = ndimage.center_of_mass(image)
    return ndimage.shift(image, (14 - down, 14 - across), order=1)


def test_the_first_shape_is_the_digit_and_the_others_keep_its_height_and_middle():
    digit = stroke()

    shapes = augment(digit.reshape(-1)).reshape(-1, 28, 28)

    assert (shapes.shape, shapes.dtype) == ((N_VARIANTS, 28, 28), np.float32)
    np.testing.assert_allclose(shapes[0], digit, atol=1e-5)
    for shape in shapes:
        assert 0 <= shape.min() <= shape.max() <= 1.00001
        np.testing.assert_allclose(ndimage.center_of_mass(shape), (14, 14), atol=0.1)
        np.testing.assert_allclose(shape.sum(1) > 0.1, digit.sum(1) > 0.1)
    widths = [np.ptp(np.flatnonzero(shape.max(0) > 0.5)) for shape in shapes[:3]]
    assert widths[1] < widths[0] < widths[2]


def test_slants_lean_to_either_side():
    def lean(image: np.ndarray) -> float:
        rows = image[8:18]  # the stroke alone
        middles = (rows @ np.arange(28)) / rows.sum(axis=1)
        return float(np.polyfit(np.arange(10), middles, 1)[0])

    leans = [lean(shape.reshape(28, 28)) for shape in augment(stroke().reshape(-1))[::3]]

    assert leans == pytest.approx([0, 0.2, -0.2], abs=0.02)


def slowly(found, model, digit: np.ndarray) -> int:
    """The label of a digit (784,), with nothing saved and another form of the same gap."""
    codes = found.codes.astype(np.float64)
    pictures = inference.decode(model, found.codes.astype(np.float32)).astype(np.float64)
    best: dict[int, float] = {}
    names: set[int] = set()
    for shape in augment(digit):
        code = inference.encode(model, shape[None])[0].astype(np.float64)
        distances = np.linalg.norm(codes - code, axis=1)
        names |= set(found.labels[distances.argsort()[:N_NEIGHBORS]])
        for label in np.unique(found.labels):
            rows = np.flatnonzero(found.labels == label)
            family = rows[distances[rows].argsort()[:N_COMBINED]]
            product = 1.0
            for point, known in ((code, codes), (shape, pictures)):
                spread = known[family] - known[family].mean(axis=0)
                cost = RIDGE * np.square(spread).sum(axis=1).mean()
                ways = np.vstack([spread.T, np.sqrt(cost) * np.eye(len(family))])
                wanted = np.append(point - known[family].mean(axis=0), np.zeros(len(family)))
                weights = np.linalg.lstsq(ways, wanted, rcond=None)[0]
                product *= np.square(wanted - ways @ weights).sum()
            best[label] = min(best.get(label, np.inf), product)
    return min(names, key=best.get)


def test_the_vote_is_that_of_its_definition(tiny_denoiser, unit_digits):
    model = inference.build_model(tiny_denoiser.card.model, tiny_denoiser.weights)
    digits = unit_digits[:6] * np.random.default_rng(0).random((6, 784), dtype=np.float32)

    votes = predict_labels_augmented(
        model, tiny_denoiser.neighbor_index(), tiny_denoiser.labels, digits
    )

    assert votes.tolist() == [slowly(tiny_denoiser, model, digit) for digit in digits]


def test_only_digits_of_few_pixels_are_tried_in_several_shapes(tiny_denoiser, unit_digits):
    model = inference.build_model(tiny_denoiser.card.model, tiny_denoiser.weights)
    index, labels = tiny_denoiser.neighbor_index(), tiny_denoiser.labels
    digits = unit_digits[:20] * np.random.default_rng(1).random((20, 784), dtype=np.float32)
    coarse = [at % 2 == 1 for at in range(20)]

    verdicts = assess(tiny_denoiser, model, digits, low_resolution=coarse)

    usual, nearest = predict_labels(index, labels, inference.encode(model, digits))
    tried = predict_labels_augmented(model, index, labels, digits)
    assert [each.n_variants for each in verdicts] == [N_VARIANTS if each else 1 for each in coarse]
    assert [each.vote for each in verdicts] == np.where(coarse, tried, usual).tolist()
    assert (usual[1::2] != tried[1::2]).any()
    np.testing.assert_array_equal([each.neighbors for each in verdicts], nearest)


@pytest.mark.parametrize("name", ["plain-32", "wide", "denoise-mask"])
def test_nine_of_ten_tiny_digits_by_other_hands_are_voted_right(name):
    """Of scikit-learn's digits the third part, on which the shapes were not chosen."""
    bundled = load_digits()
    images, labels = bundled.images[900:1200] / 16, bundled.target[900:1200]
    found = checkpoint_file.load(name)
    model = inference.build_model(found.card.model, found.weights)
    readings = [read(image.astype(np.float32)).digits[0] for image in images]
    digits = np.stack([each.image.reshape(-1) for each in readings])

    votes = predict_labels_augmented(model, found.neighbor_index(), found.labels, digits)

    one_shape, _ = predict_labels(
        found.neighbor_index(), found.labels, inference.encode(model, digits)
    )
    assert all(each.low_resolution for each in readings)
    assert (votes == labels).mean() >= max(0.91, (one_shape == labels).mean() + 0.01)
