"""What a browser decodes and encodes with: a checkpoint's arrays, and what it is told of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from aecore.analysis.metrics import grayness
from aecore.analysis.sampling import evenly_spaced
from aecore.checkpoints.file import Checkpoint
from aecore.latent.axes import principal_axes
from aecore.latent.projection import LINE, PLANE, PRINCIPAL_PLANE
from aecore.models.families import family_of
from aecore.models.inference import decode, inference_model

FLAT_VIEWS = {LINE: "line", PLANE: "plane", PRINCIPAL_PLANE: "principal"}
"""What the browser's scripts call the 2-D views."""
MOST_AXES = 128
"""Principal axes that are sent, as many as there are sliders to page through."""
_FEWEST_GRAYS, _MOST_GRAYS = 200, 1000
"""Decoded test digits whose grayness is sent: percentiles to a tenth, of large ones to a half."""
_GRAY_PIXELS = 3_000_000  # of all of them, unless that would be too few
_BATCH = 100  # pictures in memory at once


def view_kind(view: str) -> str:
    """Return what the browser's scripts call a view."""
    return FLAT_VIEWS.get(view, "space")


def model_facts(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what the browser's scripts have to know of a model beside its arrays."""
    model = checkpoint.card.model
    return {
        "name": checkpoint.name,
        "variational": model.variational,
        "activation": model.activation,
        "logistic": model.output == "logistic",
    }


def decoder_arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Return all that decoding and the distance from the data need of a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint

    Returns
    -------
    dict
        `columns0` (in, out), `bias0` (out,), ... float32, the code's side first, as
        `Family.browser_layers` has them; `codes` (N, D) float16 and `labels` (N,), the atlas;
        `own_distances` (N,) float32; `own_grays` (M,) float32, M <= 1000, ascending: the
        grayness of decoded codes; `mean` (D,) and `axes` (K, D), K = min(D, 128), the codes'
        principal axes, float64.
    """
    axes = principal_axes(checkpoint.codes)
    return _layers(checkpoint, "decoder") | {
        "codes": checkpoint.codes,
        "labels": checkpoint.labels,
        "own_distances": checkpoint.distances,
        "own_grays": _own_grays(checkpoint),
        "mean": axes.mean,
        "axes": axes.axes[:MOST_AXES],
    }


def encoder_arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Return what encoding needs of a checkpoint on top of `decoder_arrays`.

    `encoder_columns0` (in, out), `encoder_bias0` (out,), ... float32, the pixels' side first. A
    variational encoder's last layer has 2D outputs, of which the first D are the means. And
    `own_errors` (N,) float32, ascending: the MSE of each test digit's reconstruction.
    """
    layers = {f"encoder_{name}": array for name, array in _layers(checkpoint, "encoder").items()}
    return layers | {"own_errors": np.sort(checkpoint.errors)}


def _own_grays(checkpoint: Checkpoint) -> np.ndarray:
    """Return the grayness of decoded codes, evenly spaced among those of the atlas, ascending."""
    model = inference_model(checkpoint.card.model, checkpoint.weights)
    count = min(max(_GRAY_PIXELS // checkpoint.card.model.n_inputs, _FEWEST_GRAYS), _MOST_GRAYS)
    codes = checkpoint.codes[evenly_spaced(len(checkpoint.codes), count)].astype(np.float32)
    batches = [codes[start : start + _BATCH] for start in range(0, len(codes), _BATCH)]
    grays = np.concatenate([grayness(decode(model, each)) for each in batches])
    return np.sort(grays).astype(np.float32)


def _layers(checkpoint: Checkpoint, part: str) -> dict[str, np.ndarray]:
    """Return the layers of the encoder or the decoder, the input's side first."""
    model = checkpoint.card.model
    return family_of(model).browser_layers(model, checkpoint.weights, part)
