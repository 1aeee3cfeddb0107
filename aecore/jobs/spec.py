"""What a training run is told to do, and what it tells of itself: plain values, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from aecore.config import ModelConfig, Serializable, TrainConfig
from aecore.errors import ConfigError

State = Literal["queued", "running", "done", "stopped", "failed", "interrupted"]
ENDED: tuple[State, ...] = ("done", "stopped", "failed", "interrupted")

_MAX_TEXT = 600


@dataclass(frozen=True, kw_only=True)
class RunSpec(Serializable):
    """What to train, from which digits and where."""

    preset: str | None
    """The preset it came from."""
    model: ModelConfig
    train: TrainConfig
    """Its `epochs` are the plan."""
    data: str | None = None
    """Folder of the digits; None for the cache, else the bundled ones."""
    device: str = "auto"
    title: str = ""
    """What people call it."""
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
            if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
                raise ConfigError(f"{name} must be a short text, not {str(value)[:80]!r}.")
        if isinstance(self.threads, bool) or not isinstance(self.threads, int):
            raise ConfigError(f"threads must be a whole number, not {self.threads!r}.")
        if not 0 <= self.threads <= 1024:
            raise ConfigError(f"threads must lie between 0 and 1,024, not at {self.threads}.")

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values that JSON can hold."""
        return super().to_dict() | {"train": self.train.to_dict()}


@dataclass(frozen=True, kw_only=True)
class Status(Serializable):
    """How far a run is, as its process last told."""

    state: State = "queued"
    queued: float = 0.0
    """When it was submitted or resumed last, in seconds since 1970; the queue's order."""
    phase: str = ""
    """Of a running one: starting, reading, training or measuring."""
    epoch: int = 0
    """Whole epochs done."""
    progress: float = 0.0
    """Share of the planned epochs, moving inside an epoch too."""
    seconds: float = 0.0
    """Of training so far."""
    pca_test_mse: float | None = None
    """PCA's error at the same size and task."""
    source: str = ""
    """Which digits."""
    digits: int = 0
    """How many of them are trained on."""
    device: str = ""
    message: str = ""
    """Why it failed, was stopped or waits."""
    notes: tuple[str, ...] = ()
    """What was changed or could not be done on the way."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(self.notes))
        numbers = [
            self.queued,
            self.epoch,
            self.digits,
            self.progress,
            self.seconds,
            self.pca_test_mse or 0.0,
        ]
        texts = [self.phase, self.source, self.device, self.message, *self.notes]
        if (
            self.state not in get_args(State)
            or not all(isinstance(n, (int, float)) and 0 <= n < 1e300 for n in numbers)
            or not all(isinstance(text, str) for text in texts)
        ):
            raise ConfigError("the status holds values that no run has")
