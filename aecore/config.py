"""Frozen, validated settings of a model, a corruption and a training run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args

from aecore.errors import ConfigError

SIDE = 28
SHAPE = (SIDE, SIDE)
"""Height and width of a picture, in pixels."""
N_PIXELS = SIDE * SIDE
MAX_LATENT_DIM = N_PIXELS
MAX_HIDDEN_DIM = 4096
MAX_HIDDEN_LAYERS = 6
MAX_EPOCHS = 10_000
MAX_BATCH_SIZE = 60_000

OutputName = Literal["linear", "logistic"]
WeightInit = Literal["default", "zeros"]
NoiseKind = Literal["masking", "gaussian", "salt_and_pepper"]
OptimizerName = Literal["adam", "muon"]
ScheduleName = Literal["constant", "linear"]


def _require_int(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name} must be a whole number from {low:,} to {high:,}, not {value!r}.")


def _require_real(name: str, value: Any, low: float, high: float) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not low <= value <= high  # false for NaN too
    ):
        raise ConfigError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.")


def _require_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")


class Plain:
    """A frozen dataclass's round trip through plain values, as checkpoints hold them."""

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from `to_dict`'s result, refusing unknown and missing fields.

        Raises
        ------
        ConfigError
            If `values` is no mapping, lacks a field, has one too many, or holds a bad value.
        """
        names = {field.name for field in fields(cls)}
        if not isinstance(values, Mapping) or set(values) != names:
            found = (
                sorted(map(str, values)) if isinstance(values, Mapping) else type(values).__name__
            )
            raise ConfigError(f"{cls.__name__} needs the fields {sorted(names)}, found {found}.")
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Plain):
    """The shape of an autoencoder: 784 -> hidden -> D -> hidden -> 784."""

    latent_dim: int
    """D, the number of values in a code."""
    hidden_dims: tuple[int, ...]
    """Widths of the encoder's hidden layers, input side first; the decoder mirrors them."""
    latent_dropout: float = 0.0
    """Share of code values set to zero while training, inside the decoder."""
    weight_init: WeightInit = "default"
    """`zeros` sets the weight matrices to zero and leaves the biases at PyTorch's default."""
    variational: bool = False
    """Whether the encoder gives each digit a normal distribution of codes, its means first and the
    logarithms of its variances after them, instead of one code."""
    output: OutputName = "linear"
    """Of the decoder; `logistic` squeezes every pixel between 0 and 1."""

    def __post_init__(self) -> None:
        if not isinstance(self.hidden_dims, (tuple, list)):
            raise ConfigError(f"hidden_dims must be a list of widths, not {self.hidden_dims!r}.")
        object.__setattr__(self, "hidden_dims", tuple(self.hidden_dims))
        _require_int("latent_dim", self.latent_dim, 1, MAX_LATENT_DIM)
        _require_int("the number of hidden layers", len(self.hidden_dims), 1, MAX_HIDDEN_LAYERS)
        for width in self.hidden_dims:
            _require_int("each of hidden_dims", width, 1, MAX_HIDDEN_DIM)
        _require_real("latent_dropout", self.latent_dropout, 0.0, 0.99)
        _require_choice("weight_init", self.weight_init, get_args(WeightInit))
        _require_choice("output", self.output, get_args(OutputName))
        if not isinstance(self.variational, bool):
            raise ConfigError(f"variational must be true or false, not {self.variational!r}.")

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Widths from the pixels to the code, both included."""
        return (N_PIXELS, *self.hidden_dims, self.latent_dim)

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every array of weights, as in the model's state dict."""
        shapes: dict[str, tuple[int, ...]] = {}
        outputs = (2 if self.variational else 1) * self.latent_dim
        encoder, decoder = (*self.layer_sizes[:-1], outputs), self.layer_sizes[::-1]
        for part, sizes in (("encoder", encoder), ("decoder", decoder)):
            for index, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes)):
                # Every second entry of the layer stack is a ReLU.
                shapes[f"{part}.layers.{2 * index}.weight"] = (fan_out, fan_in)
                shapes[f"{part}.layers.{2 * index}.bias"] = (fan_out,)
        return shapes

    @property
    def n_weights(self) -> int:
        """How many weights and biases there are."""
        return sum(math.prod(shape) for shape in self.weight_shapes().values())


@dataclass(frozen=True, kw_only=True)
class NoiseConfig(Plain):
    """One corruption of a digit; see `aecore.data.noise`."""

    kind: NoiseKind = "masking"
    """Which corruption."""
    level: float = 0.5
    """Masking: share of pixels set to 0. Gaussian: standard deviation in gray levels of 0..1.
    Salt and pepper: share of pixels set to 0 or 1."""

    def __post_init__(self) -> None:
        _require_choice("noise kind", self.kind, get_args(NoiseKind))
        _require_real("noise level", self.level, 0.0, 1.0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `KIND:LEVEL`, as in `masking:0.5`.

        Raises
        ------
        ConfigError
            If the text has another form or its values are out of range.
        """
        kind, separator, level = text.partition(":")
        try:
            return cls(kind=kind, level=float(level) if separator else cls.level)
        except ValueError as error:
            if isinstance(error, ConfigError):
                raise
            raise ConfigError(
                f"noise must read KIND:LEVEL, as in masking:0.5, not {text!r}."
            ) from None

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.level:g}"


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Plain):
    """How a model is trained; the defaults are the notebook's recipe."""

    gamma: float
    """Weight of the penalty: gamma * mean(W**2), summed over the weight matrices."""
    noise: NoiseConfig | None = None
    """Corruption of the input; the target stays clean. None trains a plain autoencoder."""
    epochs: int = 50
    """Passes over the training digits."""
    batch_size: int = 256
    """Digits in one step."""
    learning_rate: float = 1e-3
    """Step size of the optimizer."""
    optimizer: OptimizerName = "adam"
    """Which optimizer; see `aecore.training.optimizers`."""
    schedule: ScheduleName = "constant"
    """Of the step size. `linear` rises to it over the first 5% of the steps and falls to 0."""
    kl_weight: float = 0.0
    """Of variational models: weight of the codes' KL divergence from the standard normal
    distribution, in nats a digit, beside the mean squared error per pixel."""
    distortion: float = 0.0
    """Share of the digits of each step that are slightly turned, stretched and slanted first,
    input and target alike: more digits to learn from than there are."""
    seed: int = 0
    """Fixes the initial weights, the order of the digits, their distortion and
    corruption, and the dropout."""
    restarts: tuple[int, ...] = ()
    """Epochs after which the schedule began anew, for a run that was given more of them; ascending.
    Where there are none, `to_dict` leaves the field out."""

    def __post_init__(self) -> None:
        if isinstance(self.noise, Mapping):
            object.__setattr__(self, "noise", NoiseConfig.from_dict(self.noise))
        if not isinstance(self.noise, NoiseConfig | None):
            raise ConfigError(f"noise must be a NoiseConfig or None, not {self.noise!r}.")
        _require_real("gamma", self.gamma, 0.0, 100.0)
        _require_int("epochs", self.epochs, 1, MAX_EPOCHS)
        _require_int("batch_size", self.batch_size, 1, MAX_BATCH_SIZE)
        _require_real("learning_rate", self.learning_rate, 1e-8, 10.0)
        _require_choice("optimizer", self.optimizer, get_args(OptimizerName))
        _require_choice("schedule", self.schedule, get_args(ScheduleName))
        _require_real("kl_weight", self.kl_weight, 0.0, 100.0)
        _require_real("distortion", self.distortion, 0.0, 1.0)
        _require_int("seed", self.seed, 0, 2**63 - 1)
        self._check_restarts()

    def _check_restarts(self) -> None:
        if not isinstance(self.restarts, (tuple, list)):
            raise ConfigError(f"restarts must be a list of epochs, not {self.restarts!r}.")
        object.__setattr__(self, "restarts", tuple(self.restarts))
        low = 1
        for epoch in self.restarts:
            _require_int("each of restarts", epoch, low, self.epochs - 1)
            low = epoch + 1

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values that JSON can hold; without restarts where there are none."""
        values = super().to_dict()
        if not self.restarts:
            del values["restarts"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from `to_dict`'s result; see `Plain.from_dict`."""
        if isinstance(values, Mapping):
            values = {"restarts": ()} | dict(values)
        return super().from_dict(values)
