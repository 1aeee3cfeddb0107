"""A code as text that runs: the numbers, a Python program, a command line."""

from __future__ import annotations

import shlex
import textwrap

import numpy as np

_PYTHON = """\
from pathlib import Path

import numpy as np

import aecore
from aecore.imaging.png import write_png

checkpoint = aecore.load({model!r})
model = aecore.build_model(checkpoint.card.model, checkpoint.weights)
z = np.array(
    [
{values}
    ],
    dtype=np.float32,
)  # (D,)
digit = aecore.decode(model, z[None]).reshape(28, 28)  # white on black, about 0..1
write_png(Path({picture!r}), digit)
"""
_WIDTH = 88


def exact(code: np.ndarray) -> str:
    """Return the values of a code (D,), comma-separated, with as many digits as float32 needs.

    `aecore.latent.codes.parse_code` reads it back to the same float32 values.
    """
    return ",".join(str(value) for value in np.asarray(code, dtype=np.float32))


def as_python(model: str, code: np.ndarray, *, picture: str = "digit.png") -> str:
    """Return a Python program that decodes a code (D,) and writes the digit as a PNG.

    Parameters
    ----------
    model : str
        A checkpoint's name in the models folder, or its path.
    code : ndarray of shape (D,)
    picture : str
        Where the program writes the PNG.
    """
    values = textwrap.fill(
        exact(code).replace(",", ", ") + ",",
        _WIDTH,
        initial_indent=" " * 8,
        subsequent_indent=" " * 8,
        break_on_hyphens=False,  # in front of a negative number
    )
    return _PYTHON.format(model=model, values=values, picture=picture)


def as_command(model: str, code: np.ndarray, *, picture: str = "digit.png") -> str:
    """Return the command that does the same, quoted for a POSIX shell; see `as_python`."""
    z = f"--z={exact(code)}"  # with `=`, for a first value below 0 would pass for an option
    return shlex.join(["python", "-m", "aecore", "decode", "--model", model, z, "--out", picture])
