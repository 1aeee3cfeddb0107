"""Corruptions of pictures, each registered once.

Configurations, the command line, the pages and the estimates of a run iterate over `CORRUPTIONS`:
to add a corruption, register it here. It takes a batch and a generator and returns another batch.
More pictures leave what happened to the first ones as it was, and with the same random numbers a
higher level only adds to what a lower one did; at level 0 nothing changes.

torch is imported where it is used, and NumPy only with what is corrupted: a configuration is
checked without either.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aecore.errors import ShapeError
from aecore.settings import Number

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from aecore.system.fixed_draws import FixedDraws

_RANDOM_BITS = 16
"""Of the random number that is compared with a level."""


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """A way to corrupt pictures, with its names and limits."""

    name: str
    """In files, addresses and on the command line."""
    label: str
    """On the pages."""
    level_meaning: str
    """Meaning of the level, as in `share of pixels set to 0`."""
    apply: Callable[..., Any]
    """Called with `x`, a batch of shape (B, 784), float32 in 0..1, and the keywords `level` and
    `generator`, on the device of `x`. Returns another batch of the same shape and range."""
    max_level: float = 1.0
    pixelwise: bool = False
    """True where each pixel is corrupted by itself, so that a batch may have any shape."""
    in_numpy: bool = False
    """True where `apply` and `residual` take an array and `FixedDraws`, too, in place of a tensor
    and a generator: what is measured is then corrupted without PyTorch, which takes a second to
    import."""
    fast: Callable[..., Tensor] | None = None
    """The same distribution from other draws, for training on a CPU; None for `apply`."""
    place: str = ""
    """Of a corruption that lies at a place: what people put there. `apply` then takes the pixels
    `row` and `column` too, and models are not trained on it."""
    residual: Callable[..., Any] | None = None
    """Called like `apply`; returns what the corruption did to the batch. None for the difference of
    the corrupted and the clean pictures."""
    residual_meaning: str = "noisy minus clean"
    signed_residual: bool = True
    brightness: Callable[[float], float] = lambda level: 1.0
    """Expected brightness at a level, as a share of the clean picture's. A linear model trained on
    clean pictures cannot know it: what it gets is divided by it."""
    advice: Callable[[float, int], str] = lambda level, n_pixels: ""
    """Called with a level and the number of pixels. Returns a sentence on what is unusual about the
    level, or an empty string."""
    cost: float = 4.0
    """Of `fast` or `apply`: operations on every pixel."""

    def train(self, x: Tensor, *, level: float, generator: Generator) -> Tensor:
        """Corrupt a batch as training does; see `apply`."""
        quick = self.fast if x.device.type == "cpu" and x.element_size() == 4 else None
        return (quick or self.apply)(x, level=level, generator=generator)

    def measure(self, x: Any, **options: Any) -> Any:
        """Return what the corruption does to a batch; see `residual`."""
        return self.residual(x, **options) if self.residual else self.apply(x, **options) - x

    @property
    def level(self) -> Number:
        """The setting of its level."""
        meaning = self.level_meaning[0].upper() + self.level_meaning[1:]
        step = self.max_level / 20
        return Number("Noise level", 0.0, self.max_level, step=step, help=f"{meaning}.")

    def levels(self, steps: int) -> tuple[float, ...]:
        """Return evenly spaced levels, the lowest and the highest included."""
        return tuple(self.max_level * step / steps for step in range(steps + 1))


CORRUPTIONS: dict[str, Corruption] = {}
"""All by name, in the order of the pages."""
NOISES: dict[str, Corruption] = {}
"""Those that models can be trained on."""


def register(corruption: Corruption) -> None:
    """Make a corruption known, in place of an earlier one of the same name."""
    CORRUPTIONS[corruption.name] = corruption
    if not corruption.place:
        NOISES[corruption.name] = corruption


def _random_shorts(x: Any, generator: Generator | FixedDraws) -> Any:
    """Return a random int16 for each value of x, all as likely.

    On a CPU four are cut from each 64 bits drawn, in a third of the time that torch.rand takes.
    """
    from aecore.system.fixed_draws import FixedDraws

    if isinstance(generator, FixedDraws):
        return generator.shorts(x.size).reshape(x.shape)
    import torch

    if x.device.type != "cpu":
        return torch.randint(
            *(-(2**15), 2**15, x.shape), generator=generator, dtype=torch.int16, device=x.device
        )
    drawn = torch.empty(-(-x.numel() // 4), dtype=torch.int64)
    drawn.random_(-(2**63), None, generator=generator)
    return drawn.view(torch.int16)[: x.numel()].view(x.shape)


# --- masking ------------------------------------------------------------------------------------


def mask(x: Any, *, level: float, generator: Generator | FixedDraws) -> Any:
    """Set each pixel to 0 with probability `level`, and keep the others.

    All that checkpoints store of masked digits was measured with these draws.
    """
    return x * (_random_shorts(x, generator) >= level * 65536.0 - 32768.0)


def mask_by_bits(x: Tensor, *, level: float, generator: Generator) -> Tensor:
    """Mask 64 pixels at a time, by bits; on a CPU alone.

    Half of 256 digits' pixels take 0.08 ms on two cores, where `mask` takes 0.36 ms; a level with
    more binary digits than 1/2 takes up to 0.3 ms. An epoch of `denoise-mask` gains little: 2.24 s
    beside 2.38 s with `mask` and 2.62 s with torch.rand (fastest of 7 on two busy cores), and
    nothing on one thread (3.8, 3.7 and 4.2 s of CPU time, fastest of 4). It stays because other
    draws would give another model for the same seed.
    """
    import torch

    kept = _random_bits(x.numel(), level, generator).bitwise_not_().view(torch.int32)
    kept = kept << torch.arange(32, dtype=torch.int32)[:, None]
    kept.bitwise_right_shift_(31)  # (32, n): 0 or -1 a pixel, that is, all bits
    return kept.view(-1)[: x.numel()].view(x.shape).bitwise_and_(x.view(torch.int32)).view(x.dtype)


def _random_bits(count: int, probability: float, generator: Generator) -> Tensor:
    """Return at least `count` bits, each set with a probability, in int64 numbers.

    A bit is set where a random binary fraction of 16 digits is below the probability. Only as many
    of its digits are drawn as the probability has, the first ones first: one for 1/2.
    """
    import torch

    threshold = math.ceil(probability * 2**_RANDOM_BITS)
    digits = f"{threshold % 2**_RANDOM_BITS:0{_RANDOM_BITS}b}".rstrip("0")
    drawn = torch.empty(len(digits), -(-count // 64), dtype=torch.int64)
    drawn.random_(-(2**63), None, generator=generator)  # a set bit is the digit 0
    below = torch.full(drawn.shape[1:], -(threshold >> _RANDOM_BITS))  # all set for 1, else none
    for digit, zero in zip(reversed(digits), drawn.flip(0), strict=True):
        below = zero | below if digit == "1" else zero & below
    return below


def _masking_advice(level: float, n_pixels: int) -> str:
    if level < 0.8:
        return ""
    return f"Masking {level:g} leaves {n_pixels * (1 - level):.0f} of {n_pixels} pixels to see."


register(
    Corruption(
        name="masking",
        label="Masking",
        level_meaning="share of pixels set to 0",
        apply=mask,
        pixelwise=True,
        in_numpy=True,
        fast=mask_by_bits,
        residual=lambda x, **options: mask(x * 0 + 1, **options),
        residual_meaning="the mask: black is lost",
        signed_residual=False,
        brightness=lambda level: 1.0 - level,
        advice=_masking_advice,
    )
)


# --- Gaussian noise -----------------------------------------------------------------------------


def add_gaussian(x: Any, *, level: float, generator: Generator | FixedDraws) -> Any:
    """Add Gaussian noise of standard deviation `level`, then clip to 0..1 as a camera would."""
    return (x + gaussian_noise(x, level=level, generator=generator)).clip(0.0, 1.0)


def gaussian_noise(x: Any, *, level: float, generator: Generator | FixedDraws) -> Any:
    """Return what `add_gaussian` adds before it clips."""
    from aecore.system.fixed_draws import FixedDraws

    if isinstance(generator, FixedDraws):
        return level * generator.normal(x.size).reshape(x.shape)
    import torch

    # Of other numbers than multiples of 16, PyTorch draws the last 16 anew.
    drawn = torch.randn(-(-x.numel() // 16) * 16, generator=generator, device=x.device)
    return level * drawn[: x.numel()].view(x.shape)


def _gaussian_advice(level: float, n_pixels: int) -> str:
    if level < 0.6:
        return ""
    size = "as strong as" if level >= 0.9 else "more than half of"
    return (
        f"Gaussian noise of standard deviation {level:g} is {size} the difference between ink and "
        "paper, which is 1."
    )


register(
    Corruption(
        name="gaussian",
        label="Gaussian",
        level_meaning="standard deviation in gray levels of 0..1",
        apply=add_gaussian,
        pixelwise=True,
        in_numpy=True,
        residual=gaussian_noise,
        residual_meaning="the noise itself",
        advice=_gaussian_advice,
    )
)


# --- salt and pepper ----------------------------------------------------------------------------


def salt_and_pepper(x: Any, *, level: float, generator: Generator | FixedDraws) -> Any:
    """Set a share `level` of the pixels to 0 or 1, each as likely."""
    field = _random_shorts(x, generator)
    pepper = field < level * 32768.0 - 32768.0
    salt = field >= 32768.0 - level * 32768.0
    return x * ~(pepper | salt) + salt


def _salt_and_pepper_advice(level: float, n_pixels: int) -> str:
    if level < 0.6:
        return ""
    return (
        f"Salt and pepper at {level:g} overwrites {n_pixels * level:.0f} of {n_pixels} pixels with "
        "black or white."
    )


register(
    Corruption(
        name="salt_and_pepper",
        label="Salt and pepper",
        level_meaning="share of pixels set to 0 or 1",
        apply=salt_and_pepper,
        pixelwise=True,
        in_numpy=True,
        residual=lambda x, **options: 2 * salt_and_pepper(x * 0 + 0.5, **options) - 1,
        residual_meaning="the noise itself: red is salt, blue is pepper",
        advice=_salt_and_pepper_advice,
    )
)


# --- occlusion ----------------------------------------------------------------------------------


def occlude(
    x: Any, *, level: float, generator: Generator | FixedDraws, row: int, column: int
) -> Any:
    """Blacken a square whose side is a share `level` of the picture's, around a place.

    Near an edge the square stays within the picture.
    """
    whole = math.isqrt(x.shape[-1])
    if whole * whole != x.shape[-1]:
        raise ShapeError("Occlusion needs square pictures in gray. Choose another corruption.")
    side = round(level * whole)
    top, left = (min(max(middle - side // 2, 0), whole - side) for middle in (row, column))
    pictures = (x * 1).reshape(-1, whole, whole)
    pictures[:, top : top + side, left : left + side] = 0.0
    return pictures.reshape(x.shape)


register(
    Corruption(
        name="occlusion",
        label="Occlusion",
        level_meaning="side of the black square, as a share of the picture's",
        apply=occlude,
        in_numpy=True,
        place="Middle of the square",
        residual=lambda x, **options: occlude(x * 0 + 1, **options),
        residual_meaning="the mask: black is lost",
        signed_residual=False,
    )
)
