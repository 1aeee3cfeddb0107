"""A verdict's figures are those of the measures that it is made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aecore.analysis import metrics
from aecore.imaging.levels import to_unit
from aecore.models import inference
from aecore.recognition.assessment import (
    MAX_PIECES,
    MAX_STROKE_WIDTH,
    MIN_AGREEMENT,
    _n_pieces,
    _stroke_width,
    assess,
)


@pytest.fixture(scope="module")
def model(tiny_checkpoint):
    return inference.build_model(tiny_checkpoint.card.model, tiny_checkpoint.weights)


def test_every_figure_is_that_of_its_measure(tiny_checkpoint, model, unit_digits):
    digits = unit_digits[:3]

    verdicts = assess(tiny_checkpoint, model, digits.reshape(-1, 28, 28))

    output = inference.reconstruct(model, digits)
    pca = tiny_checkpoint.pca.reconstruct(digits)
    codes = inference.encode(model, digits)
    percentiles = tiny_checkpoint.neighbor_index().isolation(codes)
    for i, verdict in enumerate(verdicts):
        assert verdict.mse == pytest.approx(metrics.mse(digits, output)[i])
        assert verdict.psnr == pytest.approx(metrics.psnr(digits, output)[i])
        assert verdict.pca_mse == pytest.approx(metrics.mse(digits, pca)[i])
        worse = np.mean([error < verdict.mse - 1e-7 for error in tiny_checkpoint.errors])
        assert verdict.error_percentile == pytest.approx(100 * worse, abs=0.5)
        assert verdict.map_distance_percentile == pytest.approx(percentiles[i])
        distances = np.linalg.norm(tiny_checkpoint.codes.astype(np.float64) - codes[i], axis=1)
        nearest = distances.argsort(kind="stable")[:10]
        np.testing.assert_allclose(distances[verdict.neighbors], distances[nearest])
        np.testing.assert_array_equal(verdict.labels, tiny_checkpoint.labels[verdict.neighbors])
        assert verdict.vote_share == np.mean(verdict.labels == verdict.vote)


def test_noise_looks_like_no_digit_and_the_reason_is_told(tiny_checkpoint, model, unit_digits):
    noise = np.random.default_rng(0).random((1, 784), dtype=np.float32)

    (strange,) = assess(tiny_checkpoint, model, noise)
    usual = assess(tiny_checkpoint, model, unit_digits[:50])

    assert not strange.looks_like_a_digit
    assert "100.0%" in strange.reason
    assert np.mean([verdict.looks_like_a_digit for verdict in usual]) > 0.9
    assert all("is unusual" in v.reason for v in usual if v.looks_like_a_digit)


@pytest.mark.parametrize(
    ("kind", "word"), [("blank", "blank"), ("specks", "pieces"), ("disc", "filled")]
)
def test_what_is_no_digit_at_sight_is_named(tiny_checkpoint, model, kind, word):
    y, x = np.mgrid[:28, :28]
    pictures = {
        "blank": np.full((28, 28), 0.05),
        "specks": (y % 5 == 2) & (x % 5 == 2),
        "disc": (y - 14) ** 2 + (x - 14) ** 2 < 90,
    }

    (verdict,) = assess(tiny_checkpoint, model, pictures[kind][None].astype(np.float32))

    assert not verdict.looks_like_a_digit
    assert word in verdict.reason


def test_the_pen_of_the_picture_counts_where_it_is_known(tiny_checkpoint, model, unit_digits):
    drawn, filled = assess(
        tiny_checkpoint, model, unit_digits[[0, 0]], stroke_widths=[2.5, MAX_STROKE_WIDTH]
    )

    assert (drawn.stroke_width, filled.stroke_width) == (2.5, MAX_STROKE_WIDTH)
    assert "filled shape" not in drawn.reason
    assert "filled shape" in filled.reason


@pytest.mark.parametrize(("accuracy", "counts"), [(0.97, True), (0.7, False)])
def test_neighbors_of_many_kinds_are_a_reason_where_codes_tell_digits(
    tiny_checkpoint, model, unit_digits, accuracy, counts
):
    labels = np.arange(len(tiny_checkpoint.labels), dtype=tiny_checkpoint.labels.dtype) % 10
    card = replace(tiny_checkpoint.card, metrics={"knn5_accuracy": accuracy})
    mixed = replace(tiny_checkpoint, labels=labels, card=card)

    verdicts = assess(mixed, model, unit_digits[:50])

    apart = np.array([np.bincount(v.labels).max() <= 10 * MIN_AGREEMENT for v in verdicts])
    assert 0 < apart.sum() < 50
    told = ["many different labels" in verdict.reason for verdict in verdicts]
    np.testing.assert_array_equal(told, apart & counts)


def test_hardly_an_mnist_digit_is_taken_for_a_filled_shape_or_noise(mnist):
    images = to_unit(mnist.test_images).reshape(-1, 28, 28)

    odd = [
        _n_pieces(image) >= MAX_PIECES or _stroke_width(image) >= MAX_STROKE_WIDTH
        for image in images
    ]

    assert np.mean(odd) < 0.001
