"""A checkpoint as the compressed message that a page without a server reads it from.

The message is that of `aecore.viewer.message`. Before it is compressed, the bytes of each array are
sorted by their place in a number, all first bytes first: numbers of similar size then have long
stretches of similar bytes, and a seventh less is left of them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from aecore.analysis.sampling import typical
from aecore.charts.label_positions import label_positions
from aecore.charts.palette import digit_colors
from aecore.checkpoints.description import provenance, remarks
from aecore.checkpoints.file import Checkpoint
from aecore.errors import CheckpointError
from aecore.latent.projection import Projection, views
from aecore.latent.sliders import Sliders
from aecore.models.families import family_of
from aecore.models.inference import Model, decode, inference_model, reconstruct
from aecore.viewer.message import pack
from aecore.viewer.model_arrays import decoder_arrays, encoder_arrays, model_facts, view_kind
from aecore.viewer.precision import INVISIBLE, compact, fits_half, rounded_weights

MAX_CLASSES = len(digit_colors())
_BATCH = 10_000  # codes whose pictures are in memory at once


def require_exportable(checkpoint: Checkpoint) -> None:
    """Check that a browser can compute a model.

    Raises
    ------
    CheckpointError
        If no browser can run its network, its inputs are no pictures, or it has more than ten
        classes.
    """
    model = checkpoint.card.model
    if not family_of(model).runs_in_browser:
        raise CheckpointError(
            f"{checkpoint.name} cannot be exported: it is a {family_of(model).label}, which "
            "browsers cannot run here."
        )
    if not model.is_picture:
        raise CheckpointError(
            f"{checkpoint.name} cannot be exported: its inputs are rows of {model.n_inputs} "
            "numbers, and the explorer in one file draws pictures."
        )
    if (count := len(checkpoint.card.data.classes)) > MAX_CLASSES:
        raise CheckpointError(
            f"{checkpoint.name} cannot be exported: its data set has {count} classes, and the "
            f"explorer in one file has colors for {MAX_CLASSES}."
        )


def picture_facts(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what the page is told of a model's pictures: `core/digit.js` keeps it."""
    spec = checkpoint.card.data
    return {
        "shape": list(checkpoint.card.model.input_shape),
        "noun": spec.noun,
        "nouns": spec.nouns,
        "names": [] if spec.shows_digits else list(spec.classes),
        "labeled": bool(spec.classes) or bool(checkpoint.labels.any()),
    }


def compress(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint's message, its bytes sorted and deflated.

    Raises
    ------
    CheckpointError
        If a browser cannot compute the model.
    """
    require_exportable(checkpoint)
    return zlib.compress(sort_bytes(pack(_facts(checkpoint), _arrays(checkpoint))), 9)


def compress_pictures(pictures: np.ndarray) -> bytes:
    """Return pictures (N, P), uint8, as a message of their own."""
    return zlib.compress(sort_bytes(pack({}, {"pictures": pictures.ravel()})), 9)


def sort_bytes(message: bytes) -> bytes:
    """Sort the bytes of each array of a message by their place in a number."""
    start = 8 + int.from_bytes(message[:8], "little")
    sorted_ = np.frombuffer(message, np.uint8).copy()
    for name, entry in json.loads(message[8:start]).items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            own = sorted_[start + first : start + end]
            size = own.size // max(int(np.prod(entry["shape"])), 1)
            own[:] = own.reshape(-1, max(size, 1)).T.ravel()
    return sorted_.tobytes()


def stored_weights(checkpoint: Checkpoint) -> Mapping[str, np.ndarray]:
    """Return a checkpoint's weights as the page holds them: rounded where no picture shows it.

    The decoder's are rounded to float16 if so no pixel of a picture decoded from a code of the
    atlas moves by `INVISIBLE` or more; the encoder's, if no pixel of these pictures'
    reconstructions does. Both are compared with the weights of the checkpoint, and no data set is
    needed.
    """
    weights = checkpoint.weights
    if all(fits_half(array) for array in weights.values()):
        return weights
    exact = inference_model(checkpoint.card.model, weights)
    codes = checkpoint.codes.astype(np.float32)
    batches = [codes[start : start + _BATCH] for start in range(0, len(codes), _BATCH)]

    def reconstruct_decoded(model: Model, codes: np.ndarray) -> np.ndarray:
        return reconstruct(model, np.clip(decode(exact, codes), 0, 1))

    for part, function in (("decoder", decode), ("encoder", reconstruct_decoded)):
        rounded = rounded_weights(weights, part)
        if not all(np.isfinite(array).all() for array in rounded.values()):
            continue
        model = inference_model(checkpoint.card.model, rounded)
        if max(np.abs(function(model, z) - function(exact, z)).max() for z in batches) < INVISIBLE:
            weights = rounded
    return weights


def _arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Return the arrays of the viewer in as few bytes as the picture on the screen allows."""
    stored = replace(checkpoint, weights=stored_weights(checkpoint))
    arrays = compact(decoder_arrays(stored) | encoder_arrays(stored), rounded=False)
    del arrays["own_errors"]  # they are the errors in another order
    return arrays | {
        "own_distances": checkpoint.distances,
        "errors": checkpoint.errors,
        "pca_mean": checkpoint.pca.mean,
        "pca_components": checkpoint.pca.components.astype(np.float16),
    }


def _facts(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return all that the page says of a model, and the settings of its widgets."""
    card, codes = checkpoint.card, checkpoint.codes
    return {
        "hash": checkpoint.digest,
        **model_facts(checkpoint),
        "views": [_view(checkpoint, name) for name in views(card.model.latent_dim)],
        "first": typical(checkpoint.errors),
        "sliders": Sliders.fit(codes).to_dict(),
        "noise": None if card.train.noise is None else card.train.noise.to_dict(),
        "card": provenance(checkpoint),
        "remarks": remarks(card),
        "accuracy": [card.metrics.get(f"{of}knn5_accuracy") for of in ("", "pca_")],
    }


def _view(checkpoint: Checkpoint, name: str) -> dict[str, Any]:
    """Return a view of the latent space: its kind, its axes' names, the places of its numerals."""
    is_labeled = picture_facts(checkpoint)["labeled"]
    projection = Projection.fit(checkpoint.codes, name, is_labeled=is_labeled)
    points = projection.points(checkpoint.codes, checkpoint.labels).astype(np.float64)
    numerals = label_positions(points, checkpoint.labels) if points.shape[1] == 2 else {}
    return {
        "name": name,
        "kind": view_kind(name),
        "axes": projection.axis_names,
        "numerals": numerals,
    }
