"""A checkpoint as the compressed message that a page without a server reads it from.

The message is that of `aecore.viewer.message`. Before it is compressed, the bytes of each array are
sorted by their place in a number, all first bytes first: numbers of similar size then have long
stretches of similar bytes, and a seventh less is left of them.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from aecore.charts.label_positions import label_positions
from aecore.charts.palette import digit_colors
from aecore.checkpoints.description import provenance, remarks
from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE
from aecore.errors import CheckpointError
from aecore.latent.projection import Projection, views
from aecore.latent.sliders import Sliders
from aecore.models.families import family_of
from aecore.viewer.message import pack
from aecore.viewer.model_arrays import FLAT_VIEWS, decoder_arrays, encoder_arrays
from aecore.viewer.precision import INVISIBLE, compact, rounded_weights

MAX_CLASSES = len(digit_colors())


def require_exportable(checkpoint: Checkpoint) -> None:
    """Check that a browser can compute a model.

    Raises
    ------
    CheckpointError
        If no browser can run its network, it takes other inputs than 28 x 28 gray pixels, or has
        more than ten classes.
    """
    model = checkpoint.card.model
    if not family_of(model).runs_in_browser:
        raise CheckpointError(
            f"{checkpoint.name} cannot be exported: it is a {family_of(model).label}, which "
            "browsers cannot run here."
        )
    if model.input_shape != SHAPE:
        raise CheckpointError(
            f"{checkpoint.name} cannot be exported: its inputs are {model.n_inputs} numbers, and "
            "the explorer in one file draws 28 x 28 pixels."
        )

    if (count := len(checkpoint.card.data.classes)) > MAX_CLASSES:
        raise CheckpointError(
            f"{checkpoint.name} cannot be exported: its data set has {count} classes, and the "
            f"explorer in one file has colors for {MAX_CLASSES}."
        )


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
    """Return gray pictures (N, 784), uint8, as a message of their own."""
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


def halved(checkpoint: Checkpoint) -> bool:
    """Return whether the decoder's weights can be float16: no pixel of a digit so changes visibly.

    The digits are those of all codes of the atlas.
    """
    # PyTorch takes over a second to import, and the map page imports this module.
    from aecore.models.inference import build_model, decode

    codes = checkpoint.codes.astype(np.float32)
    before, after = (
        decode(build_model(checkpoint.card.model, weights), codes)
        for weights in (checkpoint.weights, rounded_weights(checkpoint))
    )
    return bool(np.abs(after - before).max() < INVISIBLE)


def _arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Return the arrays of the viewer in as few bytes as the picture on the screen allows.

    The encoder keeps its precision, so that a drawing has the code that it has in the app.
    """
    decoder, encoder = decoder_arrays(checkpoint), encoder_arrays(checkpoint)
    is_half = halved(checkpoint)
    arrays = compact(decoder, rounded=is_half) | compact(encoder, rounded=False)
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
    sliders = Sliders.fit(codes)
    ranking = np.argsort(checkpoint.errors, kind="stable")
    return {
        "hash": checkpoint.digest,
        "name": checkpoint.name,
        "variational": card.model.variational,
        "logistic": card.model.output == "logistic",
        "views": [_view(checkpoint, name) for name in views(card.model.latent_dim)],
        "first": int(ranking[len(ranking) // 4]),  # reconstructed better than three quarters
        "sliders": {
            "names": sliders.names,
            "limits": sliders.limits.tolist(),
            "along_axes": sliders.along_axes,
        },
        "noise": None if card.train.noise is None else card.train.noise.to_dict(),
        "card": provenance(checkpoint),
        "remarks": remarks(card),
        "accuracy": [card.metrics.get(f"{of}knn5_accuracy") for of in ("", "pca_")],
    }


def _view(checkpoint: Checkpoint, name: str) -> dict[str, Any]:
    """Return a view of the latent space: its kind, its axes' names, the places of its numerals."""
    projection = Projection.fit(checkpoint.codes, name)
    points = projection.points(checkpoint.codes, checkpoint.labels).astype(np.float64)
    numerals = label_positions(points, checkpoint.labels) if points.shape[1] == 2 else {}
    return {
        "name": name,
        "kind": FLAT_VIEWS.get(name, "space"),
        "axes": projection.axis_names,
        "numerals": numerals,
    }
