"""What a sweep trains: a preset, with some settings and the seed varied."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import aecore
from aecore.config import ModelConfig, Serializable, TrainConfig
from aecore.errors import ConfigError
from aecore.presets import get_preset
from aecore.settings import Setting, settings_of, whole

Keep = Literal["best", "all", "none"]
"""Which checkpoints stay: that of the best seed of each combination of settings, all, or none."""
MAX_POINTS = 100_000
_SEED = settings_of(TrainConfig)["seed"]
SETTINGS: dict[str, Setting] = {
    name: setting
    for name, setting in (settings_of(ModelConfig) | settings_of(TrainConfig)).items()
    if name != "seed"
}
"""By field: what a sweep can vary, and what each of its results tells."""


@dataclass(frozen=True, kw_only=True)
class SweepSpec(Serializable):
    """A sweep as requested: every combination of the values, with every seed."""

    preset: str
    values: dict[str, tuple[str, ...]]
    """Values of each setting that is varied, as on the command line, in their order."""
    seeds: tuple[int, ...] = (0,)
    keep: Keep = "best"
    data: str | None = None
    """Name of the data set, as `aecore.data.sources.load` takes it."""
    device: str = "auto"
    scheduler: str | None = None
    """Address of a Dask scheduler; None for workers on this machine."""
    workers: int | None = None
    """On this machine; None for as many as fit."""

    def __post_init__(self) -> None:
        preset = get_preset(self.preset)
        if self.keep not in get_args(Keep):
            raise ConfigError(f"keep must be one of {', '.join(get_args(Keep))}, not {self.keep}.")
        if not isinstance(self.values, Mapping):
            raise ConfigError(f"values must be lists by setting, not {self.values!r}.")
        values = {name: _distinct(name, each) for name, each in self.values.items()}
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "seeds", _distinct("seeds", self.seeds))
        for seed in self.seeds:
            _SEED.check("seed", seed)
        if self.workers is not None:
            whole("", 1, 4096).check("workers", self.workers)
        for name, texts in values.items():
            if name not in SETTINGS:
                raise ConfigError(
                    f"There is no setting {name!r} to vary. Choose from: {', '.join(SETTINGS)}; "
                    "seeds have an option of their own."
                )
            for text in texts:
                preset.configure({name: SETTINGS[name].read(text)})
        count = len(self.seeds)
        for texts in values.values():
            count *= len(texts)
        if count > MAX_POINTS:
            raise ConfigError(f"The sweep has {count:,} points; at most {MAX_POINTS:,} are run.")

    def points(self) -> list[Point]:
        """Return all points, one seed after the other, so that an early stop leaves whole curves.

        Values that mean the same, such as 0.1 and 1e-1, give one point.
        """
        preset = get_preset(self.preset)
        found: dict[Point, None] = {}  # in the order of insertion
        for seed in self.seeds:
            for texts in itertools.product(*self.values.values()):
                given = dict(zip(self.values, texts, strict=True))
                changes = {name: SETTINGS[name].read(text) for name, text in given.items()}
                model, train = preset.configure(changes | {"seed": seed})
                point = Point(preset=self.preset, model=model, train=train)
                found[point] = None
        return list(found)


@dataclass(frozen=True, kw_only=True)
class Point:
    """One training of a sweep."""

    preset: str
    model: ModelConfig
    train: TrainConfig

    def key(self, fingerprint: str) -> str:
        """Return what names its result: a hash of all that the result depends on.

        Parameters
        ----------
        fingerprint : str
            Of the data set.
        """
        parts = [self.model.to_dict(), self.train.to_dict(), fingerprint, aecore.__version__]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]

    def settings(self) -> dict[str, Any]:
        """Return all settings but the seed by field, as plain values that a table can hold."""
        values = {}
        for name, setting in SETTINGS.items():
            value = getattr(self.model if hasattr(self.model, name) else self.train, name)
            is_plain = isinstance(value, (int, float, str))
            values[name] = value if is_plain else "none" if value is None else setting.words(value)
        return values


def read_list(name: str, text: str) -> tuple[str, ...]:
    """Read values as in `1,2,4`.

    Raises
    ------
    ConfigError
        If there is none.
    """
    return _distinct(name, filter(None, map(str.strip, text.split(","))))


def read_setting(text: str) -> tuple[str, tuple[str, ...]]:
    """Read a setting and its values as in `batch_size=256,512`.

    Raises
    ------
    ConfigError
        If the text has another form.
    """
    name, separator, values = text.partition("=")
    if not separator:
        raise ConfigError(f"--set needs FIELD=V1,V2, as in batch_size=256,512, not {text!r}.")
    name = name.strip().replace("-", "_")
    return name, read_list(name, values)


def _distinct(name: str, values: Iterable) -> tuple:
    found = tuple(dict.fromkeys(values))
    if not found:
        raise ConfigError(f"{name} needs at least one value, as in {name}=1,2.")
    return found
