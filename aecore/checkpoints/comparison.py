"""Checkpoints beside each other, from their cards alone: tables, curves, counterparts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint, read_card
from aecore.config import ModelConfig
from aecore.errors import CheckpointError
from aecore.system import csv_text

Value = str | int | float | None
Over = Literal["epochs", "seconds"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A checkpoint without its arrays."""

    name: str
    card: Card
    size: int
    """Of the file, in bytes."""


def read_entries(files: Mapping[str, Path]) -> tuple[dict[str, Entry], dict[str, str]]:
    """Read the cards of checkpoints by name; also why others cannot be used, by file name."""
    entries, problems = {}, {}
    for name, path in files.items():
        try:
            entries[name] = Entry(
                name=name, card=read_card(path, whole=True), size=path.stat().st_size
            )
        except CheckpointError as error:
            problems[path.name] = str(error)
        except OSError as error:  # deleted a moment ago
            problems[path.name] = f"{path.name} cannot be read: {error.strerror}."
    return entries, problems


def clean_mse(card: Card) -> float | None:
    """Return the test MSE with clean input; None if the card of a denoiser does not hold it."""
    if card.train.noise is None:
        return card.metrics["test_mse"]
    return card.metrics.get("clean_mse")


@dataclass(frozen=True)
class Column:
    """A setting or a metric of every model."""

    value: Callable[[Entry], Value]
    text: str | None = None
    """Its format where few models stand side by side; None leaves it out there."""


def _metric(name: str, text: str) -> Column:
    return Column(lambda entry: entry.card.metrics.get(name), text)


COLUMNS: Mapping[str, Column] = {
    "model": Column(lambda entry: entry.name),
    "D": Column(lambda entry: entry.card.model.latent_dim, "d"),
    "hidden": Column(lambda entry: "-".join(map(str, entry.card.model.hidden_dims)), "s"),
    "dropout": Column(lambda entry: entry.card.model.latent_dropout, "g"),
    "input": Column(lambda entry: str(entry.card.train.noise or "clean"), "s"),
    "optimizer": Column(lambda entry: entry.card.train.optimizer, "s"),
    "epochs": Column(lambda entry: len(entry.card.history), "d"),
    "seconds": Column(lambda entry: entry.card.seconds, ".1f"),
    "test MSE": _metric("test_mse", ".4f"),
    "PCA MSE": _metric("pca_test_mse", ".4f"),
    "kNN-5": _metric("knn5_accuracy", ".1%"),
    "PCA kNN-5": _metric("pca_knn5_accuracy", ".1%"),
    "trustw.": _metric("trustworthiness", ".3f"),
    "PCA trustw.": _metric("pca_trustworthiness", ".3f"),
    "size (MB)": Column(lambda entry: entry.size / 1e6),
    "clean MSE": Column(lambda entry: clean_mse(entry.card), ".4f"),
    "digits": Column(lambda entry: entry.card.source),
}
"""By title, with its unit. The metrics are those of `evaluate`."""


def table(entries: Sequence[Entry]) -> dict[str, list[Value]]:
    """Return the columns by title, a value for each entry; None where a card lacks it."""
    return {title: [column.value(entry) for entry in entries] for title, column in COLUMNS.items()}


def text(title: str, value: Value) -> str:
    """Return a value of a column as people read it; empty where it is missing."""
    if value is None or value != value:
        return ""
    return format(value, COLUMNS[title].text or (".2f" if isinstance(value, float) else ""))


def best(entries: Sequence[Entry]) -> dict[str, list[bool]]:
    """Return, for each metric by title, which entries are the best on the same digits."""
    better = {"test MSE": min, "clean MSE": min, "kNN-5": max, "trustw.": max}
    found = {}
    for title, choose in better.items():
        values = [COLUMNS[title].value(entry) for entry in entries]
        tops: dict[str, float] = {}
        for entry, value in zip(entries, values, strict=True):
            if isinstance(value, float):
                digits = entry.card.fingerprint
                tops[digits] = choose(value, tops.get(digits, value))
        found[title] = [
            value is not None and value == tops.get(entry.card.fingerprint)
            for entry, value in zip(entries, values, strict=True)
        ]
    return found


def side_by_side(entries: Sequence[Entry]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the names of a few models, and their values as text by title.

    Settings that all of them share are left out, and metrics that none of them has.
    """
    rows = {}
    for title, column in COLUMNS.items():
        if column.text is None:
            continue
        values = [column.value(entry) for entry in entries]
        texts = [text(title, value) or "–" for value in values]
        is_metric = column.text.startswith(".")
        if (is_metric or len(set(texts)) > 1) and set(texts) != {"–"}:
            rows[title] = texts
    if rows.get("clean MSE") == rows.get("test MSE"):  # no denoiser among them
        rows.pop("clean MSE", None)
    return [entry.name for entry in entries], rows


def to_csv(columns: Mapping[str, Sequence[Value]]) -> str:
    """Write columns of one length as CSV; None is an empty field."""
    return csv_text.to_csv(columns, zip(*columns.values(), strict=True))


def clean_errors(entries: Sequence[Entry]) -> dict[str, tuple[int, float]]:
    """Return D and the test MSE with clean input by name, of those whose card holds it."""
    return {
        entry.name: (entry.card.model.latent_dim, error)
        for entry in entries
        if (error := clean_mse(entry.card)) is not None
    }


def pca_points(entries: Sequence[Entry]) -> dict[int, float]:
    """Return PCA's test MSE with clean input by D, as far as the cards of plain models hold it."""
    plain = [entry.card for entry in entries if entry.card.train.noise is None]
    return dict(sorted((card.model.latent_dim, card.metrics["pca_test_mse"]) for card in plain))


def histories(entries: Sequence[Entry], over: Over) -> dict[str, tuple[list[float], list[float]]]:
    """Return the test MSE after each epoch by name, over the epochs or seconds of training."""
    field = {"epochs": "epoch", "seconds": "seconds"}[over]
    return {
        entry.name: (
            [getattr(record, field) for record in entry.card.history],
            [record.test_mse for record in entry.card.history],
        )
        for entry in entries
    }


def same_digits(one: Checkpoint, other: Checkpoint) -> bool:
    """Return whether the atlases of both hold the same test digits in the same order."""
    return one.card.fingerprint == other.card.fingerprint and np.array_equal(
        one.labels, other.labels
    )


def valid_indices(given: Any, count: int, most: int) -> list[int]:
    """Return the first `most` of what a browser has sent that are indices below `count`."""
    if not isinstance(given, list):
        return []
    return [index for index in given[:most] if type(index) is int and 0 <= index < count]


def has_fixed_settings(model: ModelConfig) -> bool:
    """Return whether a model has neither code dropout nor zero-initialized weights."""
    return model.latent_dropout == 0.0 and model.weight_init != "zeros"


def counterpart_of(name: str, cards: Mapping[str, Card]) -> str | None:
    """Find the model with fixed settings of one with the notebook's, or the other way round.

    Both have the same layers and the same task; one of the two is trained with code dropout or
    zero-initialized, the other with neither.

    Parameters
    ----------
    name : str
    cards : mapping of str to Card
        The models at hand; of several counterparts the first counts.

    Returns
    -------
    str or None
        Its name; None where there is none.
    """
    own = cards[name]
    for other, card in cards.items():
        same_task = card.train.noise == own.train.noise
        same_shape = _shape(card.model) == _shape(own.model)
        fixed = has_fixed_settings(card.model)
        if same_task and same_shape and fixed != has_fixed_settings(own.model):
            return other
    return None


def _shape(model: ModelConfig) -> ModelConfig:
    """Leave out the settings in which counterparts differ."""
    return replace(model, latent_dropout=0.0, weight_init="default")
