"""What a training run is asked to do and what it reports: plain values, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from aecore.config import ModelConfig, Serializable, TrainConfig
from aecore.errors import ConfigError
from aecore.settings import whole
from aecore.system.file_content import printable

State = Literal["queued", "running", "done", "stopped", "failed", "interrupted"]
ENDED: tuple[State, ...] = ("done", "stopped", "failed", "interrupted")

_MAX_TEXT = 600
_THREADS = whole("Threads", 0, 1024)


@dataclass(frozen=True, kw_only=True)
class RunSpec(Serializable):
    """A training run as requested: model, training, digits and device."""

    preset: str | None
    """The preset that the settings come from."""
    model: ModelConfig
    train: TrainConfig
    """Its `epochs` are the plan."""
    data: str | None = None
    """Folder of the digits; None for the cache, else the bundled ones."""
    device: str = "auto"
    title: str = ""
    """Shown instead of the preset's name and what was changed."""
    threads: int = 0
    """Of the processor; the weights depend on it, bit for bit. 0 for one a core."""

    def __post_init__(self) -> None:
        for name, kind in (("model", ModelConfig), ("train", TrainConfig)):
            value = getattr(self, name)
            if isinstance(value, Mapping):
                object.__setattr__(self, name, kind.from_dict(value))
            elif not isinstance(value, kind):
                raise ConfigError(f"{name} must be a {kind.__name__}, not {value!r}.")
        for name in ("preset", "data", "device", "title"):
            value = getattr(self, name)
            if value is None and name in ("preset", "data"):
                continue
            if (
                not isinstance(value, str)
                or len(value) > _MAX_TEXT
                or not printable(value).isprintable()
            ):
                raise ConfigError(f"{name} must be a short text, not {str(value)[:80]!r}.")
        _THREADS.check("threads", self.threads)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values that JSON can hold."""
        return super().to_dict() | {"train": self.train.to_dict()}


@dataclass(frozen=True, kw_only=True)
class Status(Serializable):
    """The progress of a run, as its process last reported it."""

    state: State = "queued"
    queued: float = 0.0
    """When it was submitted or resumed last, in seconds since 1970; the order of the queue."""
    phase: str = ""
    """Of a running one: starting, reading, training or measuring."""
    epoch: int = 0
    """Whole epochs done."""
    progress: float = 0.0
    """Share of the planned epochs, updated within an epoch too."""
    seconds: float = 0.0
    """Of training so far."""
    pca_test_mse: float | None = None
    """PCA's error at the same size and task."""
    source: str = ""
    """Of the digits."""
    digits: int = 0
    """Training digits; 0 before they were read."""
    device: str = ""
    message: str = ""
    """Why it failed, was stopped or waits."""
    notes: tuple[str, ...] = ()
    """Warnings: what was changed or could not be done on the way."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(self.notes))
        texts = [self.phase, self.source, self.device, self.message, *self.notes]
        numbers = [self.queued, self.epoch, self.digits, self.progress, self.seconds]
        numbers.append(self.pca_test_mse or 0.0)
        if (
            self.state not in get_args(State)
            or not all(isinstance(n, (int, float)) and 0 <= n < 1e300 for n in numbers)
            or not all(isinstance(text, str) for text in texts)
        ):
            raise ConfigError("the status holds values that no run has")
