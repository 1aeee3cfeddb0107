"""Frozen, validated settings of a model, a corruption and a training run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal, Self, get_args

from aecore.corruptions import NOISES
from aecore.errors import ConfigError
from aecore.settings import Choice, Name, Number, Setting, Switch, Widths, settings_of, whole

SIDE = 28
SHAPE = (SIDE, SIDE)
"""Height and width of a picture, in pixels."""
N_PIXELS = SIDE * SIDE
MAX_SIDE = 128
"""Of a picture, in pixels."""
MAX_FEATURES = 1_000_000
"""Of a row that is no picture."""
MAX_EPOCHS = 10_000
DENSE = "dense"
"""The family of networks that checkpoints do not name."""

ActivationName = Literal["relu", "tanh", "logistic", "identity"]
OutputName = Literal["linear", "logistic"]
WeightInit = Literal["default", "zeros"]
OptimizerName = Literal["adam", "muon"]
ScheduleName = Literal["constant", "linear"]

_USUAL: dict[str, Any] = {"family": DENSE, "activation": "relu", "input_shape": SHAPE}
"""Fields that checkpoints name where they are different; the first ones had none of them."""
_LAYERS = (
    whole("The width of a hidden layer", 1, 4096, limits=(1, 2048)),
    whole("The number of hidden layers", 1, 6),
)


class Serializable:
    """A frozen dataclass that is written as plain values and read back from them."""

    def __post_init__(self) -> None:
        """Check every field that has a setting.

        Raises
        ------
        ConfigError
            If a value is of another kind or out of range.
        """
        for name, setting in settings_of(type(self)).items():
            object.__setattr__(self, name, setting.check(name, getattr(self, name)))

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values that JSON can hold."""
        return asdict(self)  # type: ignore[call-overload]  # the subclasses are dataclasses

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from the result of `to_dict`, refusing unknown and missing fields.

        Raises
        ------
        ConfigError
            If `values` is no mapping, lacks a field, has one too many, or holds a bad value.
        """
        names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        if not isinstance(values, Mapping) or set(values) != names:
            given = (
                sorted(map(str, values)) if isinstance(values, Mapping) else type(values).__name__
            )
            raise ConfigError(f"{cls.__name__} needs the fields {sorted(names)}, not {given}.")
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Serializable):
    """The shape of an autoencoder: inputs -> hidden -> D -> hidden -> inputs."""

    latent_dim: Annotated[
        int,
        whole("Latent dimensions (D)", 1, N_PIXELS, unit="dimensions", change="D = {}", tag="d{}"),
        "Size of the latent code.",
    ]
    hidden_dims: Annotated[
        tuple[int, ...],
        Widths("Hidden layers", *_LAYERS, change="hidden {}", tag="h{}"),
        "Widths of the encoder's hidden layers, input side first, as in 256, 128; the decoder "
        "mirrors them.",
    ]
    latent_dropout: Annotated[
        float,
        Number("Code dropout", 0.0, 0.99, limits=(0.0, 0.95), step=0.05, tag="drop{}"),
        "Share of the latent code set to 0 in training, inside the decoder.",
    ] = 0.0
    variational: Annotated[
        bool,
        Switch("Variational"),
        "Encode each digit as a normal distribution of codes: the encoder gives its means, and "
        "after them the logarithms of its variances.",
    ] = False
    output: Annotated[
        OutputName,
        Choice("Output", get_args(OutputName)),
        "Of the decoder; logistic keeps every pixel between 0 and 1.",
    ] = "linear"
    weight_init: Annotated[
        WeightInit,
        Choice("Weight initialization", get_args(WeightInit)),
        "Zeros sets the weight matrices to 0 and leaves the biases at PyTorch's default.",
    ] = "default"

    family: Annotated[
        str,
        Name("Family", change="{}"),
        "Family of networks, see `aecore.models.families`.",
    ] = DENSE
    """Where it is "dense", `to_dict` leaves the field out."""
    activation: Annotated[
        ActivationName,
        Choice("Activation", get_args(ActivationName), change="{} units"),
        "Of the hidden layers of dense networks; identity makes the whole network linear, which at "
        "best is PCA.",
    ] = "relu"
    """Where it is "relu", `to_dict` leaves the field out."""
    input_shape: tuple[int, ...] = SHAPE
    """Of the data: height and width of a gray picture, the same and 3 of one in color, or the
    number of features of a row. Where it is (28, 28), `to_dict` leaves the field out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "input_shape", _input_shape(self.input_shape))

    @property
    def n_inputs(self) -> int:
        """Number of values of a picture or a row."""
        return math.prod(self.input_shape)

    @property
    def is_picture(self) -> bool:
        """False for rows of features."""
        return len(self.input_shape) > 1

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values, but for those of `_USUAL` as they are there."""
        return {
            name: value
            for name, value in super().to_dict().items()
            if name not in _USUAL or value != _USUAL[name]
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from the result of `to_dict`; see `Serializable.from_dict`."""
        if isinstance(values, Mapping):
            values = _USUAL | dict(values)
        return super().from_dict(values)


def _input_shape(value: Any) -> tuple[int, ...]:
    """Check the shape of a picture or a row, and return it as a tuple."""
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= 3:
        raise ConfigError(
            "input_shape must be (height, width), (height, width, 3) or (features,), "
            f"not {value!r}."
        )
    if len(value) == 1:
        return (whole("", 1, MAX_FEATURES).check("the number of features", value[0]),)
    sides = tuple(whole("", 1, MAX_SIDE).check("each side of input_shape", n) for n in value[:2])
    if len(value) == 3 and value[2] not in (1, 3):
        raise ConfigError(f"A picture has 1 or 3 channels, not {value[2]!r}.")
    return sides if value[2:] in ((1,), [1]) else (*sides, *value[2:])


@dataclass(frozen=True, kw_only=True)
class NoiseConfig(Serializable):
    """One corruption of a digit; see `aecore.corruptions`."""

    kind: Annotated[str, Choice("Noise on the input", NOISES), "Corruption of the input."] = (
        "masking"
    )
    level: float = 0.5
    """See `Corruption.level`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        NOISES[self.kind].level.check("level", self.level)

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
        except ConfigError as error:
            raise ConfigError(f"noise {error}") from None
        except ValueError:
            raise ConfigError(
                f"noise must read KIND:LEVEL, as in masking:0.5, not {text!r}."
            ) from None

    def as_text(self) -> str:
        """Return it as `parse` reads it."""
        return f"{self.kind}:{self.level}"

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.level:g}"


@dataclass(frozen=True)
class Noise(Setting):
    """A corruption, or none."""

    def check(self, name: str, value: Any) -> NoiseConfig | None:
        if isinstance(value, Mapping):
            value = NoiseConfig.from_dict(value)
        if not isinstance(value, NoiseConfig | None):
            raise ConfigError(f"{name} must be a NoiseConfig or None, not {value!r}.")
        return value

    def check_limit(self, value: NoiseConfig | None) -> None:
        if value is not None:
            NOISES[value.kind].level.check_limit(value.level)

    def read(self, text: str) -> NoiseConfig | None:
        return None if text == "none" else NoiseConfig.parse(text)

    def words(self, value: NoiseConfig | None) -> str:
        return "clean input" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Serializable):
    """The training of a model; the defaults are the notebook's recipe."""

    noise: Annotated[
        NoiseConfig | None,
        Noise("Noise", change="{}"),
        "KIND:LEVEL, as in masking:0.5, or none. The target stays clean.",
    ] = None
    epochs: Annotated[
        int,
        whole("Epochs", 1, MAX_EPOCHS, limits=(1, 500), change="{} epochs", tag="e{}"),
        "Passes over the training digits.",
    ] = 50
    optimizer: Annotated[
        OptimizerName,
        Choice("Optimizer", get_args(OptimizerName)),
        "Takes its usual learning rate, schedule and batch size along.",
    ] = "adam"
    schedule: Annotated[
        ScheduleName,
        Choice("LR schedule", get_args(ScheduleName)),
        "Linear rises to the learning rate over the first 5% of the steps and falls to 0.",
    ] = "constant"
    learning_rate: Annotated[
        float,
        Number("Learning rate", 1e-8, 10.0, limits=(1e-5, 1.0), step=1e-3, tag="lr{}"),
        "Step size of the optimizer.",
    ] = 1e-3
    batch_size: Annotated[
        int,
        whole("Batch size", 1, 60_000, limits=(16, 8192), step=64, unit="digits", tag="b{}"),
        "Digits in one step.",
    ] = 256
    gamma: Annotated[
        float,
        Number("Weight decay (γ)", 0.0, 100.0, limits=(0.0, 1.0), step=1e-4, tag="g{}"),
        "The loss is the mean squared error plus γ × mean(W²) of each weight matrix.",
    ]
    kl_weight: Annotated[
        float,
        Number("KL weight", 0.0, 100.0, limits=(0.0, 1.0), step=1e-4, tag="kl{}"),
        "Of variational models: weight of the codes' KL divergence from N(0, I), in nats a digit, "
        "beside the mean squared error per pixel.",
    ] = 0.0
    distortion: Annotated[
        float,
        Number("Augmentation share", 0.0, 1.0, tag="x{}"),
        "Share of the digits of each step that are slightly rotated, scaled and sheared first, "
        "input and target alike: more digits to learn from than there are.",
    ] = 0.0
    seed: Annotated[
        int,
        whole("Seed", 0, 2**63 - 1, tag="s{}"),
        "Fixes the initial weights, the order of the digits, their augmentation and corruption, "
        "and the dropout. The weights are the same only on the same machine with the same number "
        "of threads.",
    ] = 0
    restarts: tuple[int, ...] = ()
    """Epochs after which the schedule began anew, for a run that was given more of them; ascending.
    Where there are none, `to_dict` leaves the field out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.restarts, (tuple, list)):
            raise ConfigError(f"restarts must be a list of epochs, not {self.restarts!r}.")
        object.__setattr__(self, "restarts", tuple(self.restarts))
        low = 1
        for epoch in self.restarts:
            low = whole("", low, self.epochs - 1).check("each of restarts", epoch) + 1

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values; without `restarts` where there are none."""
        values = super().to_dict()
        if not self.restarts:
            del values["restarts"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from the result of `to_dict`; see `Serializable.from_dict`."""
        if isinstance(values, Mapping):
            values = {"restarts": ()} | dict(values)
        return super().from_dict(values)
