"""A checkpoint as one run of bytes that a browser reads without a library.

Eight bytes, little-endian: the length of a JSON header; the header, padded with spaces to a
multiple of 8; then, if they are sent along, the arrays that `sections` in the header lists,
little-endian, each at a multiple of 8 bytes from the header's end.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from aecore.checkpoints.file import Checkpoint
from aecore.errors import ShapeError
from aecore.latent.axes import principal_axes

MOST_AXES = 128
"""Principal axes that travel along, as many as there are sliders to page through."""
_ALIGNMENT = 8
_LENGTH = struct.Struct("<Q")


def decoder_arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """All that decoding and the distance to the map need of a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint

    Returns
    -------
    dict
        `columns0` (in, out), `bias0` (out,), ... float32, the code's side first; `codes` (N, D)
        float16 and `labels` (N,) uint8, the atlas; `own_distances` (N,), `mean` (D,) and `axes`
        (K, D), K = min(D, 128), the codes' principal axes: float64.
    """
    axes = principal_axes(checkpoint.codes)
    return _layers(checkpoint, "decoder") | {
        "codes": checkpoint.codes,
        "labels": checkpoint.labels,
        "own_distances": checkpoint.distances.astype(np.float64),
        "mean": axes.mean,
        "axes": axes.axes[:MOST_AXES],
    }


def encoder_arrays(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """What encoding needs of a checkpoint on top of `decoder_arrays`.

    `encoder_columns0` (in, out), `encoder_bias0` (out,), ... float32, the pixels' side first. A
    variational encoder's last layer has 2D outputs, of which the first D are the means. And
    `own_errors` (N,) float64, ascending: the MSE of each test digit's reconstruction.
    """
    layers = {f"encoder_{name}": array for name, array in _layers(checkpoint, "encoder").items()}
    return layers | {"own_errors": np.sort(checkpoint.errors.astype(np.float64))}


def _layers(checkpoint: Checkpoint, part: str) -> dict[str, np.ndarray]:
    """`columns0`, `bias0`, ... of the encoder or the decoder, the input's side first.

    Each weight matrix comes column by column: the browser leaves out those of inputs that are 0.
    """
    names = [name for name in checkpoint.weights if name.startswith(f"{part}.")]
    matrices = [name for name in names if name.endswith(".weight")]
    arrays: dict[str, np.ndarray] = {}
    for layer, name in enumerate(matrices):
        arrays[f"columns{layer}"] = checkpoint.weights[name].T
        arrays[f"bias{layer}"] = checkpoint.weights[name.removesuffix("weight") + "bias"]
    return arrays


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Header and arrays as bytes; without arrays the header has no `sections`."""
    values = dict(header)
    blocks: list[bytes] = []
    if arrays is not None:
        values["sections"], blocks = _sections(arrays)
    text = _padded(json.dumps(values, allow_nan=False).encode(), b" ")
    return b"".join([_LENGTH.pack(len(text)), text, *blocks])


def _sections(arrays: Mapping[str, np.ndarray]) -> tuple[list[dict[str, Any]], list[bytes]]:
    sections, blocks, offset = [], [], 0
    for name, array in arrays.items():
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        block = _padded(little.tobytes(), b"\0")
        sections.append(
            {
                "name": name,
                "dtype": array.dtype.name,
                "offset": offset,
                "shape": list(array.shape),
            }
        )
        blocks.append(block)
        offset += len(block)
    return sections, blocks


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % _ALIGNMENT)


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays again, as the browser reads them.

    Raises
    ------
    ShapeError
        If the bytes end before what they announce.
    """
    start = _LENGTH.size
    if len(content) < start:
        raise ShapeError(f"A packed checkpoint has at least {start} bytes, not {len(content)}.")
    end = start + _LENGTH.unpack(content[:start])[0]
    if len(content) < end:
        raise ShapeError(f"The header ends at byte {end}, the content at {len(content)}.")
    header = json.loads(content[start:end])
    arrays = {}
    for section in header.get("sections", []):
        dtype = np.dtype(section["dtype"]).newbyteorder("<")
        count = int(np.prod(section["shape"], dtype=np.int64))
        first = end + section["offset"]
        if len(content) < first + count * dtype.itemsize:
            raise ShapeError(f"Section {section['name']} is cut short.")
        array = np.frombuffer(content, dtype, count, first)
        arrays[section["name"]] = array.reshape(section["shape"])
    return header, arrays
