"""All checkpoints in one table, from their cards alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.system import csv_text

Value = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A checkpoint without its arrays."""

    name: str
    card: Card
    size: int
    """Of the file, in bytes."""


def clean_mse(card: Card) -> float | None:
    """Test MSE with clean digits as input; None if a denoiser's card does not hold it."""
    if card.train.noise is None:
        return card.metrics["test_mse"]
    return card.metrics.get("clean_mse")


def _metric(name: str) -> Callable[[Entry], Value]:
    return lambda entry: entry.card.metrics.get(name)


COLUMNS: Mapping[str, Callable[[Entry], Value]] = {
    "model": lambda entry: entry.name,
    "D": lambda entry: entry.card.model.latent_dim,
    "hidden": lambda entry: "-".join(map(str, entry.card.model.hidden_dims)),
    "dropout": lambda entry: entry.card.model.latent_dropout,
    "input": lambda entry: str(entry.card.train.noise or "clean"),
    "optimizer": lambda entry: entry.card.train.optimizer,
    "epochs": lambda entry: len(entry.card.history),
    "seconds": lambda entry: entry.card.seconds,
    "test MSE": _metric("test_mse"),
    "PCA MSE": _metric("pca_test_mse"),
    "kNN-5": _metric("knn5_accuracy"),
    "PCA kNN-5": _metric("pca_knn5_accuracy"),
    "trustw.": _metric("trustworthiness"),
    "PCA trustw.": _metric("pca_trustworthiness"),
    "size (MB)": lambda entry: entry.size / 1e6,
    "clean MSE": lambda entry: clean_mse(entry.card),
    "digits": lambda entry: entry.card.source,
}
"""Titles, with units, and where the values come from. Figures are those of `evaluate`."""


def table(entries: Sequence[Entry]) -> dict[str, list[Value]]:
    """The columns by title, a value for each entry; None where a card lacks it."""
    return {title: [value(entry) for entry in entries] for title, value in COLUMNS.items()}


def beside(entries: Sequence[Entry]) -> tuple[list[str], dict[str, list[str]]]:
    """A few models side by side: their names, and the values in words by title.

    Settings that all of them share are left out, and figures that none of them has.
    """
    names = [entry.name for entry in entries]
    rows = {}
    for title, text in _BESIDE.items():
        values = [COLUMNS[title](entry) for entry in entries]
        words = ["–" if value is None else format(value, text) for value in values]
        is_figure = text.startswith(".")
        if (is_figure or len(set(words)) > 1) and set(words) != {"–"}:
            rows[title] = words
    if rows.get("clean MSE") == rows.get("test MSE"):  # no denoiser among them
        rows.pop("clean MSE", None)
    return names, rows


_BESIDE = {
    # column: how a value reads
    "D": "d",
    "hidden": "s",
    "dropout": "g",
    "input": "s",
    "optimizer": "s",
    "epochs": "d",
    "seconds": ".1f",
    "test MSE": ".4f",
    "PCA MSE": ".4f",
    "clean MSE": ".4f",
    "kNN-5": ".1%",
    "PCA kNN-5": ".1%",
    "trustw.": ".3f",
    "PCA trustw.": ".3f",
}


def to_csv(columns: Mapping[str, Sequence[Value]]) -> str:
    """Write columns of one length as CSV; None is an empty field."""
    return csv_text.to_csv(columns, zip(*columns.values(), strict=True))


def clean_errors(entries: Sequence[Entry]) -> dict[str, tuple[int, float]]:
    """D and test MSE with clean input by name, of those that keep it."""
    return {
        entry.name: (entry.card.model.latent_dim, error)
        for entry in entries
        if (error := clean_mse(entry.card)) is not None
    }


def pca_points(entries: Sequence[Entry]) -> dict[int, float]:
    """PCA's test MSE by D with clean input, as far as the cards of plain models know it."""
    plain = [entry.card for entry in entries if entry.card.train.noise is None]
    return dict(sorted((card.model.latent_dim, card.metrics["pca_test_mse"]) for card in plain))


def histories(
    entries: Sequence[Entry], over: Literal["epochs", "seconds"]
) -> dict[str, tuple[list[float], list[float]]]:
    """Test MSE after each epoch by name, over the epochs or the seconds of training."""
    field = {"epochs": "epoch", "seconds": "seconds"}[over]
    return {
        entry.name: (
            [getattr(record, field) for record in entry.card.history],
            [record.test_mse for record in entry.card.history],
        )
        for entry in entries
    }


def same_digits(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether the atlases of both hold the same test digits in the same order."""
    return one.card.fingerprint == other.card.fingerprint and np.array_equal(
        one.labels, other.labels
    )


def valid_numbers(given: Any, count: int, most: int) -> list[int]:
    """At most `most` test digits' numbers, in 0..count-1, out of what a browser has sent."""
    if not isinstance(given, list):
        return []
    return [number for number in given[:most] if type(number) is int and 0 <= number < count]
