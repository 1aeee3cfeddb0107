"""Half precision for the arrays that go to a browser, where no picture shows the difference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aecore.analysis.sampling import evenly_spaced
from aecore.checkpoints.file import Checkpoint
from aecore.models.families import family_of

INVISIBLE = 1 / 255
"""A pixel that moves by less keeps its gray level, or gets the next one."""
_WEIGHTS = ("columns", "kernels", "bias")
_SAMPLE = 1000
_MARGIN = 0.8
"""A sample's largest difference is smaller than that of all: where errors are normal, 10,000 digits
have one 1.08 times that of 1,000."""


def rounds_decoder(checkpoint: Checkpoint) -> bool:
    """Return whether the decoder's weights can be float16: no pixel of a digit so changes visibly.

    The digits are those of a sample of the atlas. False of a network that is not dense. The encoder
    keeps its precision, so that a drawing has the code that it has on the server.
    """
    if not family_of(checkpoint.card.model).is_dense:
        return False
    codes = checkpoint.codes[evenly_spaced(len(checkpoint.codes), _SAMPLE)].astype(np.float32)
    exact, rounded = (
        _decode(checkpoint, each, codes)
        for each in (checkpoint.weights, rounded_weights(checkpoint.weights, "decoder"))
    )
    return bool(np.abs(exact - rounded).max() < _MARGIN * INVISIBLE)


def sent_weights(checkpoint: Checkpoint) -> Mapping[str, np.ndarray]:
    """Return a checkpoint's weights with the precision that they have in a browser."""
    if not rounds_decoder(checkpoint):
        return checkpoint.weights
    return rounded_weights(checkpoint.weights, "decoder")


def rounded_weights(weights: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    """Return float32 weights, those of a part, `encoder` or `decoder`, rounded to float16.

    What is too large for float16 becomes infinite.
    """
    with np.errstate(over="ignore"):
        return {
            name: array.astype(np.float16).astype(np.float32)
            if name.startswith(f"{part}.")
            else array
            for name, array in weights.items()
        }


def fits_half(array: np.ndarray) -> bool:
    """Return whether float32 numbers are float16 ones, as the weights of large models are."""
    with np.errstate(over="ignore"):
        return array.dtype == np.float32 and bool((array == array.astype(np.float16)).all())


def compact(arrays: Mapping[str, np.ndarray], *, rounded: bool) -> dict[str, np.ndarray]:
    """Return float arrays in float16 where they are that precise, and weights if they may be.

    Parameters
    ----------
    arrays : mapping
        Of `aecore.viewer.model_arrays`.
    rounded : bool
        Whether the decoder's weights and biases may be.
    """
    return {
        name: array.astype(np.float16)
        if (rounded and name.startswith(_WEIGHTS)) or fits_half(array)
        else array
        for name, array in arrays.items()
    }


def _decode(
    checkpoint: Checkpoint, weights: Mapping[str, np.ndarray], codes: np.ndarray
) -> np.ndarray:
    model = checkpoint.card.model
    layers = family_of(model).dense_layers(model, weights)
    return layers.run(codes, first=layers.code + 1)
