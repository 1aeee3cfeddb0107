"""The verdict follows its two thresholds, and holds what it promises on digits and drawings."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.bench.drawings import LETTERS, demos, draw, draw_all
from aecore.bench.recognition import _read
from aecore.checkpoints import file as checkpoint_file
from aecore.latent.neighbors import NeighborIndex
from aecore.recognition.neighbor_vote import N_COMBINED, RIDGE, label_residuals, predict_labels
from aecore.recognition.verdict import (
    JUDGE_MODEL,
    MAX_RESIDUAL,
    MIN_VOTES,
    judge_codes,
    load_judge,
)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def judge():
    return load_judge()


@pytest.fixture(scope="module")
def checkpoint():
    return checkpoint_file.load(JUDGE_MODEL)


def atlas() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    return rng.normal(labels[:, None], 1.2, (300, 6)), labels


def test_residuals_are_those_of_their_definition():
    codes, labels = atlas()
    points, votes = np.random.default_rng(1).normal(1, 2, (40, 6)), np.arange(40) % 3
    index = NeighborIndex(codes)

    residuals = label_residuals(index, labels, points, votes)

    for point, vote, found in zip(points, votes, residuals, strict=True):
        digits = codes[labels == vote]
        digits = digits[np.linalg.norm(digits - point, axis=1).argsort()[:N_COMBINED]]
        spread, rest = digits - digits.mean(axis=0), point - digits.mean(axis=0)
        penalty = RIDGE * np.square(spread).sum(axis=1).mean()
        metric = np.linalg.inv(np.eye(6) + spread.T @ spread / penalty)
        pairs = np.sort(np.linalg.norm(codes[:, None] - codes, axis=2), axis=1)[:, 10]
        assert found == pytest.approx(rest @ metric @ rest / np.sort(pairs)[150] ** 2)


def test_a_code_left_out_is_judged_as_if_it_were_not_in_the_atlas():
    codes, labels = atlas()
    chosen = np.arange(0, 300, 13)

    votes, neighbors = predict_labels(NeighborIndex(codes), labels, codes[chosen], own=chosen)

    for row, vote, near in zip(chosen, votes, neighbors, strict=True):
        others = np.delete(np.arange(300), row)
        expected, rest = predict_labels(
            NeighborIndex(codes[others]), labels[others], codes[row : row + 1]
        )
        assert vote == expected[0]
        np.testing.assert_array_equal(near, others[rest[0]])


def test_the_kind_follows_the_thresholds():
    codes, labels = atlas()
    points = np.random.default_rng(1).normal(1, 1.4, (200, 6))

    verdicts = judge_codes(NeighborIndex(codes), labels, points)

    assert {each.kind for each in verdicts} == {"digit", "undecided", "no digit"}
    for each in verdicts:
        assert sum(each.counts.values()) == 10
        assert (each.kind == "no digit") == (each.residual >= MAX_RESIDUAL)
        assert each.kind != "digit" or each.counts[each.label] >= MIN_VOTES
        assert each.kind != "undecided" or each.counts[each.label] < MIN_VOTES


def test_a_label_on_a_test_digit_is_right_and_most_get_one(checkpoint):
    """Every fifth digit, each left out of its neighbors; the benchmark takes all of them."""
    rows = np.arange(0, len(checkpoint.labels), 5)

    verdicts = judge_codes(
        checkpoint.neighbor_index(), checkpoint.labels, checkpoint.codes[rows], own=rows
    )

    labels = [each.label for each in verdicts]
    shown = np.array([each.kind == "digit" for each in verdicts])
    assert shown.mean() >= 0.9
    assert (labels == checkpoint.labels[rows])[shown].mean() >= 0.985


def test_the_examples_of_the_page_and_a_plain_7_are_what_they_are(judge):
    drawn = demos() | {"7": draw("7")}

    verdicts = judge(np.stack([_read(picture) for picture in drawn.values()]))

    found = {
        name: each.label if each.kind == "digit" else each.kind
        for name, each in zip(drawn, verdicts, strict=True)
    }
    assert found == {"2": 2, "3": 3, "8": 8, "7": 7, "♥": "no digit", "☆": "no digit"}


def test_most_letters_hearts_and_stars_are_called_no_digit(judge):
    names, pictures = zip(*draw_all(7, letters=52, shapes=28), strict=True)

    verdicts = judge(np.stack([_read(picture) for picture in pictures]))

    refused = np.array([each.kind == "no digit" for each in verdicts])
    assert refused[np.isin(names, [*LETTERS])].mean() >= 0.8
    assert refused[np.isin(names, ["heart", "star"])].mean() >= 0.8


def test_a_split_vote_is_told_in_numbers():
    codes = np.r_[np.zeros((5, 2)), np.zeros((3, 2)), np.zeros((2, 2)), np.full((20, 2), 9.0)]
    codes = codes + np.random.default_rng(0).normal(0, 0.01, codes.shape)
    labels = np.r_[[7] * 5, [9] * 3, [4], [1], [0] * 20]

    (verdict,) = judge_codes(NeighborIndex(codes), labels, np.zeros((1, 2)))

    assert verdict.votes.startswith("5 of 10 are 7s, 3 are 9s, 1 is a ")
