"""Pure corruptions of digits: a clean batch and a generator in, a corrupted batch out.

Each pixel is corrupted by itself, so a batch may have any shape; what comes out has the same.
Every corruption draws a random number a pixel, or its first digits, and compares it with the level,
so with the same seed a higher level only adds to what a lower one did.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from aecore.config import NoiseConfig

FIXED_SEED = 20_061_001
"""Seeds the corruption of everything that is measured, so that figures can be repeated."""
_BITS = torch.arange(32, dtype=torch.int32)[:, None]


def _field(x: Tensor, generator: torch.Generator) -> Tensor:
    """A random number for each value of x, all those of int16 as likely.

    On a CPU four are cut from each 64 bits drawn, in a third of the time that torch.rand takes.
    """
    if x.device.type != "cpu":
        shape = {"size": x.shape, "dtype": torch.int16, "device": x.device}
        return torch.randint(-(2**15), 2**15, generator=generator, **shape)
    drawn = torch.empty(-(-x.numel() // 4), dtype=torch.int64)
    drawn.random_(-(2**63), None, generator=generator)
    return drawn.view(torch.int16)[: x.numel()].view(x.shape)


def mask(x: Tensor, *, rate: float, generator: torch.Generator) -> Tensor:
    """Keep each pixel of x, float32, with probability 1 - rate, set the others to 0.

    On a CPU bits are drawn and compared, 64 at a time: half of 256 digits' pixels take 0.08 ms on
    two cores, by a field 0.36 ms. A rate with more binary digits than 1/2 takes up to 0.3 ms.
    """
    if x.device.type != "cpu":
        return mask_by_field(x, rate=rate, generator=generator)
    kept = _hits(x.numel(), rate, generator).bitwise_not_().view(torch.int32)
    kept = (kept << _BITS).bitwise_right_shift_(31)  # (32, n): 0 or -1 a pixel, that is, all bits
    return kept.view(-1)[: x.numel()].view(x.shape).bitwise_and_(x.view(torch.int32)).view(x.dtype)


def _hits(count: int, rate: float, generator: torch.Generator) -> Tensor:
    """At least `count` bits, each set with probability `rate`, in int64 numbers.

    A bit is set where a random fraction, of 16 binary digits, is below the rate. Only as many of
    its digits are drawn as the rate has, the first ones first: one for a rate of 1/2.
    """
    threshold = math.ceil(rate * 2**16)
    digits = f"{threshold % 2**16:016b}".rstrip("0")
    drawn = torch.empty(len(digits), -(-count // 64), dtype=torch.int64)
    drawn.random_(-(2**63), None, generator=generator)  # a set bit is the digit 0
    hits = torch.full(drawn.shape[1:], -(threshold >> 16))  # all set at a rate of 1, else none
    for digit, zero in zip(reversed(digits), drawn.flip(0), strict=True):
        hits = zero | hits if digit == "1" else zero & hits
    return hits


def mask_by_field(x: Tensor, *, rate: float, generator: torch.Generator) -> Tensor:
    """The same with other draws: those with which all that is stored was measured."""
    return x * (_field(x, generator) >= rate * 65536.0 - 32768.0)


def add_gaussian(x: Tensor, *, std: float, generator: torch.Generator) -> Tensor:
    """Add Gaussian noise, then clip to 0..1 as a camera would."""
    noise = torch.randn(x.shape, generator=generator, device=x.device)
    return (x + std * noise).clamp(0.0, 1.0)


def salt_and_pepper(x: Tensor, *, rate: float, generator: torch.Generator) -> Tensor:
    """Set a share `rate` of the pixels to 0 or 1, each as likely."""
    field = _field(x, generator)
    hit = (field < rate * 32768.0 - 32768.0) | (field >= 32768.0 - rate * 32768.0)
    return torch.where(hit, (field >= 0).to(x.dtype), x)


def corrupt(x: Tensor, noise: NoiseConfig | None, *, generator: torch.Generator) -> Tensor:
    """Apply a corruption to digits.

    Parameters
    ----------
    x : Tensor of digits, in 0..1; left alone
    noise : NoiseConfig or None
        None returns `x` itself.
    generator : torch.Generator
        On the same device as `x`.

    Returns
    -------
    Tensor like `x`, in 0..1
    """
    match noise:
        case None:
            return x
        case NoiseConfig(kind="masking", level=level):
            return mask(x, rate=level, generator=generator)
        case NoiseConfig(kind="gaussian", level=level):
            return add_gaussian(x, std=level, generator=generator)
        case NoiseConfig(kind="salt_and_pepper", level=level):
            return salt_and_pepper(x, rate=level, generator=generator)
    raise AssertionError(f"unhandled {noise}")


def corrupt_fixed(images: np.ndarray, noise: NoiseConfig | None) -> np.ndarray:
    """Corrupt an array always in the same way, on the CPU, whatever device the model is on.

    Parameters
    ----------
    images : ndarray of shape (B, 784), float32 in 0..1; left alone
    noise : NoiseConfig or None
        None returns `images` themselves.

    Returns
    -------
    ndarray of shape (B, 784), float32 in 0..1
    """
    if noise is None:
        return images
    generator = torch.Generator().manual_seed(FIXED_SEED)
    x = torch.tensor(images, dtype=torch.float32)
    if noise.kind == "masking":
        return mask_by_field(x, rate=noise.level, generator=generator).numpy()
    return corrupt(x, noise, generator=generator).numpy()


def compensate(images: np.ndarray, noise: NoiseConfig | None) -> np.ndarray:
    """Rescale corrupted digits to their expected brightness, for a linear model's sake.

    A linear model trained on clean digits cannot know that masking dims its input;
    dividing by the share of kept pixels is the fair way to show it masked ones.
    """
    if noise is None or noise.kind != "masking" or noise.level == 1.0:
        return images
    return images / np.float32(1.0 - noise.level)
