"""Measure how often the verdict on a picture is right: test digits, demos, letters and shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from aecore.bench.drawings import LETTERS, demos, draw_all
from aecore.digits.reader import Settings, read
from aecore.recognition.verdict import (
    JUDGE_MODEL,
    MAX_RESIDUAL,
    Verdict,
    judge,
    judge_codes,
    load_judge_model,
)

SEED, N_LETTERS, N_SHAPES = 0, 500, 200
N_CHOSEN = 5_000
"""Test digits whose percentile `MAX_RESIDUAL` is; the others are reported apart. They are no
held-out set: they too were in view when the percentile and the model were chosen."""


def bench_recognition(*, progress: Callable[[str], None]) -> dict[str, Any]:
    """Measure the verdict of the model that decides.

    Returns
    -------
    dict
        `model`, `max_residual`; `digits` and `other_digits`, each with `count`, `coverage`
        (share with a label), `accuracy` (of those), `undecided` and `no_digit` (shares);
        `demos` (name to the verdict's kind and label); `letters`, `hearts`, `stars`, `shapes`,
        each with `count` and `rejected` (share called no digit).
    """
    checkpoint, model = load_judge_model()
    index = checkpoint.neighbor_index()
    progress(f"Judging the {len(checkpoint.labels):,} test digits, each left out")
    rows = np.arange(len(checkpoint.labels))
    verdicts = judge_codes(index, checkpoint.labels, checkpoint.codes, own=rows)
    progress(f"Drawing and judging {N_LETTERS + N_SHAPES} letters and shapes")

    def judge_pictures(pictures: Sequence[np.ndarray]) -> Sequence[Verdict]:
        digits = [_read(picture) for picture in pictures]
        return judge(checkpoint, model, np.stack(digits), index=index)

    names, pictures = zip(*draw_all(SEED, letters=N_LETTERS, shapes=N_SHAPES), strict=True)
    kinds = np.array([each.kind for each in judge_pictures(pictures)])
    examples = demos()
    groups = {"letters": tuple(LETTERS), "hearts": ("heart",), "stars": ("star",)}
    rejected = {title: _rejected(kinds[np.isin(names, each)]) for title, each in groups.items()}
    rejected["shapes"] = _rejected(kinds[N_LETTERS:])
    return {
        "model": JUDGE_MODEL,
        "max_residual": MAX_RESIDUAL,
        "digits": _shares(verdicts, checkpoint.labels),
        "other_digits": _shares(verdicts[N_CHOSEN:], checkpoint.labels[N_CHOSEN:]),
        "demos": {
            name: {"kind": each.kind, "label": each.label}
            for name, each in zip(examples, judge_pictures([*examples.values()]), strict=True)
        },
    } | rejected


def _read(picture: np.ndarray) -> np.ndarray:
    """Return the digit (784,) that the reader makes of a picture."""
    return read(picture, Settings(pick="together")).digits[0].image.reshape(-1)


def _shares(verdicts: Sequence[Verdict], labels: np.ndarray) -> dict[str, float]:
    kinds = np.array([each.kind for each in verdicts])
    is_right = np.array([each.label for each in verdicts]) == labels
    shown = kinds == "digit"
    return {
        "count": len(verdicts),
        "coverage": float(shown.mean()),
        "accuracy": float(is_right[shown].mean()),
        "undecided": float((kinds == "undecided").mean()),
        "no_digit": float((kinds == "no digit").mean()),
    }


def _rejected(kinds: np.ndarray) -> dict[str, float]:
    return {"count": len(kinds), "rejected": float((kinds == "no digit").mean())}
