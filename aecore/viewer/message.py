"""Messages to the browser: facts and arrays in the layout of a safetensors file.

Eight bytes, little-endian: the length of a JSON header; the header, padded with spaces to a
multiple of 8; then the arrays, little-endian, in an order that lets each begin at a multiple of its
items' size. The facts are JSON, too, under `header` in the file's metadata.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from aecore.errors import ShapeError

_LENGTH = struct.Struct("<Q")


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Return facts that JSON can hold, and arrays by their names, as bytes."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    text = json.dumps(header, allow_nan=False, separators=(",", ":"))
    return safetensors.numpy.save(contiguous, {"header": text})


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return header and arrays again, as the browser reads them.

    Raises
    ------
    ShapeError
        If the bytes end before what they announce.
    """
    try:
        arrays = safetensors.numpy.load(content)
    except SafetensorError as error:
        raise ShapeError(f"{len(content)} bytes are no message: {error}.") from error
    start = _LENGTH.size
    metadata = json.loads(content[start : start + _LENGTH.unpack(content[:start])[0]])
    return json.loads(metadata["__metadata__"]["header"]), arrays
