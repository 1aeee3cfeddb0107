"""The vote on a label: what its docstring says, beside brute force."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.errors import ShapeError
from aecore.latent.neighbors import NeighborIndex, nearest_label_vote
from aecore.recognition.neighbor_vote import (
    MIN_AGREEING,
    N_COMBINED,
    N_NEIGHBORS,
    RIDGE,
    predict_labels,
)


def map_of(n: int, dim: int, labels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes (n, dim) of some labels that overlap, the labels (n,), and 60 points among them."""
    rng = np.random.default_rng(dim)
    names = rng.integers(0, labels, n)
    centers, shapes = rng.normal(0, 0.6, (labels, dim)), rng.normal(0, 0.7, (labels, dim, dim))
    codes = centers[names] + np.einsum("nij,nj->ni", shapes[names], rng.normal(size=(n, dim)))
    return codes, names, rng.normal(0, 0.8, (60, dim))


def by_hand(codes: np.ndarray, labels: np.ndarray, point: np.ndarray) -> tuple[int, bool]:
    """The label and whether the ten nearest were divided, with nothing saved."""
    distances = np.linalg.norm(codes - point, axis=1)
    near = labels[distances.argsort()[:N_NEIGHBORS]]
    tried, counts = np.unique(near, return_counts=True)
    if counts.max() >= MIN_AGREEING:
        return tried[counts.argmax()], False
    order = sorted(tried, key=lambda label: (-(near == label).sum(), list(near).index(label)))
    gaps = []
    for label in order[:3]:
        of_it = np.flatnonzero(labels == label)
        family = codes[of_it[distances[of_it].argsort()[:N_COMBINED]]]
        spread = family - family.mean(axis=0)
        cost = RIDGE * np.square(spread).sum(axis=1).mean()
        # The best mix is a distance from the middle that counts less where the family spreads.
        metric = np.linalg.inv(np.eye(len(point)) + spread.T @ spread / cost)
        rest = point - family.mean(axis=0)
        gaps.append(rest @ metric @ rest)
    return order[np.argmin(gaps)], True


@pytest.mark.parametrize(
    ("n", "dim", "labels"), [(600, 2, 3), (900, 8, 4), (400, 40, 3), (150, 12, 10)]
)
def test_the_vote_is_that_of_its_definition(n, dim, labels):
    codes, names, points = map_of(n, dim, labels)

    votes, neighbors = predict_labels(NeighborIndex(codes), names, points)

    expected = [by_hand(codes, names, point) for point in points]
    np.testing.assert_array_equal(votes, [vote for vote, _ in expected])
    assert any(divided for _, divided in expected)
    nearest = NeighborIndex(codes).neighbors(points, N_NEIGHBORS)[0]
    np.testing.assert_array_equal(neighbors, nearest)


def test_nine_of_ten_settle_it():
    codes, names, points = map_of(900, 8, 2)

    votes, neighbors = predict_labels(NeighborIndex(codes), names, points)

    near = names[neighbors]
    settled = np.maximum((near == 0).sum(axis=1), (near == 1).sum(axis=1)) >= MIN_AGREEING
    assert 0 < settled.sum() < len(points)
    np.testing.assert_array_equal(votes[settled], nearest_label_vote(near)[settled])


def test_a_point_along_a_sparse_label_is_told_from_the_dense_one_beside_it():
    rng = np.random.default_rng(0)
    line = np.stack([np.linspace(-3, 3, 30), np.zeros(30), np.zeros(30)], axis=1)
    crowd = (0, 0.4, 0) + 0.08 * rng.normal(size=(200, 3))
    codes, labels = np.concatenate([line, crowd]), np.repeat([1, 2], [30, 200])

    votes, neighbors = predict_labels(NeighborIndex(codes), labels, np.zeros((1, 3)))

    assert np.bincount(labels[neighbors[0]]).argmax() == 2
    assert votes[0] == 1


def test_many_points_are_voted_on_as_one_by_one():
    codes, names, points = map_of(900, 8, 4)
    many = np.tile(points, (10, 1))

    together = predict_labels(NeighborIndex(codes), names, many)[0]

    alone = [predict_labels(NeighborIndex(codes), names, point[None])[0][0] for point in points]
    np.testing.assert_array_equal(together, np.tile(alone, 10))


def test_a_map_that_collapsed_to_one_spot_has_a_vote():
    codes, labels = np.zeros((40, 5)), np.arange(40) % 4

    votes, _ = predict_labels(NeighborIndex(codes), labels, np.zeros((1, 5)))

    assert votes[0] in labels


def test_labels_must_be_those_of_the_codes():
    codes, names, points = map_of(600, 2, 3)

    with pytest.raises(ShapeError, match="600 codes"):
        predict_labels(NeighborIndex(codes), names[1:], points)
