"""The card of a checkpoint: how it was trained, and its metrics."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aecore.config import ModelConfig, TrainConfig
from aecore.data.dataset import MNIST, DatasetSpec
from aecore.data.limits import MAX_CLASSES
from aecore.errors import ConfigError
from aecore.models.families import family_of
from aecore.system import json_numbers
from aecore.training.history import EpochRecord

CARD_METRICS = ("test_mse", "pca_test_mse")
"""Metrics that every card has, as lists of models show them."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """The description of a checkpoint: all but its arrays."""

    preset: str | None
    """The preset that it was trained from."""
    model: ModelConfig
    train: TrainConfig
    source: str
    """Where the training digits came from."""
    fingerprint: str
    """Fingerprint of those digits; see `aecore.data.sources`."""
    device: str
    seconds: float
    """Wall-clock time of the training loop."""
    versions: Mapping[str, str]
    """Of the libraries that trained it."""
    metrics: Mapping[str, float]
    """As `aecore.analysis.evaluation.evaluate` measured them at the end."""
    history: tuple[EpochRecord, ...]
    data: DatasetSpec = MNIST
    """What the pictures show. Where they are digits of MNIST's size, `to_dict` leaves it out."""

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as values that JSON can hold."""
        return {
            "preset": self.preset,
            "model": self.model.to_dict(),
            "train": self.train.to_dict(),
            "source": self.source,
            "fingerprint": self.fingerprint,
            "device": self.device,
            "seconds": self.seconds,
            "versions": dict(self.versions),
            "metrics": json_numbers.encode(dict(self.metrics)),
            "history": [record.to_dict() for record in self.history],
        } | ({} if self.data.shows_digits else {"data": _data_to_dict(self.data)})

    @classmethod
    def from_dict(cls, values: Any) -> Card:
        """Build from the result of `to_dict`.

        Raises
        ------
        ConfigError
            If a field is missing, unknown or of another kind.
        """
        fields = set(cls.__dataclass_fields__)
        if not isinstance(values, dict) or set(values) | {"data"} != fields:
            raise ConfigError("the card has other fields")
        texts = ("source", "fingerprint", "device")
        if not all(_is_short_text(values[name]) for name in texts):
            raise ConfigError(f"{', '.join(texts)} must be short texts")
        if not (values["preset"] is None or _is_short_text(values["preset"])):
            raise ConfigError("the preset's name must be a short text")
        if not isinstance(values["history"], list) or not values["history"]:
            raise ConfigError("the history must be a list of at least one epoch")
        model = ModelConfig.from_dict(values["model"])
        family_of(model)
        metrics = _mapping("metrics", values["metrics"], _figure)
        if not set(CARD_METRICS) <= set(metrics):
            raise ConfigError(f"the metrics lack {' or '.join(CARD_METRICS)}")
        return cls(
            preset=values["preset"],
            model=model,
            train=TrainConfig.from_dict(values["train"]),
            source=values["source"],
            fingerprint=values["fingerprint"],
            device=values["device"],
            seconds=_finite("seconds", values["seconds"]),
            versions=_mapping("versions", values["versions"], lambda name, value: str(value)),
            metrics=metrics,
            history=tuple(EpochRecord.from_dict(record) for record in values["history"]),
            data=_data_from_dict(values["data"], model) if "data" in values else _usual_data(model),
        )


def unlabeled(model: ModelConfig) -> DatasetSpec:
    """Return what is known of the data of a model that was fitted to rows without labels."""
    noun = "picture" if model.is_picture else "row"
    return DatasetSpec(
        name=f"{noun}s", title=f"{noun}s", shape=model.input_shape, classes=(), noun=noun,
        nouns=f"{noun}s",
    )  # fmt: skip


def _usual_data(model: ModelConfig) -> DatasetSpec:
    return MNIST if model.input_shape == MNIST.shape else unlabeled(model)


_DATA_TEXTS = ("name", "title", "noun", "nouns")


def _data_to_dict(data: DatasetSpec) -> dict[str, Any]:
    """Return all but the shape, which the model's configuration holds."""
    return {name: getattr(data, name) for name in _DATA_TEXTS} | {"classes": list(data.classes)}


def _data_from_dict(values: Any, model: ModelConfig) -> DatasetSpec:
    if not isinstance(values, dict) or set(values) != {*_DATA_TEXTS, "classes"}:
        raise ConfigError("the data set's description has other fields")
    classes = values["classes"]
    if not isinstance(classes, list) or len(classes) > MAX_CLASSES:
        raise ConfigError(f"its classes must be a list of at most {MAX_CLASSES:,} names")
    texts = {name: values[name] for name in _DATA_TEXTS}
    if not all(map(_is_short_text, [*texts.values(), *classes])):
        raise ConfigError("the data set's names must be short texts")
    return DatasetSpec(**texts, classes=tuple(classes), shape=model.input_shape)


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 500 and value.isprintable()


def _finite(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ConfigError(f"{name} must be a number, not {value!r}")
    if not abs(value) <= sys.float_info.max:  # math.isfinite fails on huge whole numbers
        raise ConfigError(f"{name} must be a finite number")
    return value


def _figure(name: str, value: Any) -> float:
    """A number, infinite or undefined where it was measured so."""
    value = json_numbers.decode(value)
    return value if isinstance(value, float) and not math.isfinite(value) else _finite(name, value)


def _mapping(name: str, values: Any, read: Any) -> dict[str, Any]:
    if not isinstance(values, dict) or len(values) > 100:
        raise ConfigError(f"{name} must be a small mapping")
    return {key: read(key, value) for key, value in values.items()}
