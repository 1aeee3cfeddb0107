"""Checkpoints as compressed messages."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest

from aecore.config import ModelConfig
from aecore.errors import CheckpointError
from aecore.export import payload
from aecore.models.inference import build_model, decode
from aecore.viewer.message import pack, unpack
from tests.support.checkpoint_files import small_checkpoint

DENSE = ModelConfig(latent_dim=5, hidden_dims=(12,), output="logistic")


def restored(compressed):
    """The message, its bytes in order again: as the page does it, but by NumPy."""
    content = zlib.decompress(compressed)
    start = 8 + int.from_bytes(content[:8], "little")
    message = bytearray(content)
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, end = (start + offset for offset in entry["data_offsets"])
            count = int(np.prod(entry["shape"]))
            size = (end - first) // count if count else 1
            planes = np.frombuffer(content[first:end], np.uint8).reshape(size, count)
            message[first:end] = planes.T.tobytes()
    return unpack(bytes(message))


def test_a_message_holds_the_model_and_no_picture():
    checkpoint = small_checkpoint(DENSE)

    header, arrays = restored(payload.compress(checkpoint))

    assert header["name"] == checkpoint.name
    assert header["logistic"]
    assert [view["kind"] for view in header["views"]] == ["principal", "space", "space"]
    np.testing.assert_array_equal(arrays["codes"], checkpoint.codes)
    np.testing.assert_array_equal(arrays["errors"], checkpoint.errors)
    np.testing.assert_array_equal(
        arrays["encoder_columns0"], checkpoint.weights["encoder.layers.0.weight"].T
    )
    assert arrays["codes"].dtype == np.float16
    assert {name for name, array in arrays.items() if 784 in array.shape} == {
        "encoder_columns0", "columns1", "bias1", "pca_mean", "pca_components",
    }  # fmt: skip


def test_sorting_bytes_keeps_the_length_and_empty_arrays():
    message = pack({}, {"one": np.arange(6, dtype=np.float32), "none": np.zeros((0, 3), np.uint8)})

    sorted_ = payload.sort_bytes(message)

    assert len(sorted_) == len(message)
    _, arrays = restored(zlib.compress(sorted_))
    np.testing.assert_array_equal(arrays["one"], np.arange(6))


@pytest.mark.parametrize("size", [0.02, 40.0])
def test_weights_are_halved_where_no_pixel_moves_visibly(size):
    checkpoint = small_checkpoint(DENSE)
    weights = {name: size * value for name, value in checkpoint.weights.items()}
    checkpoint = replace(checkpoint, weights=weights)

    _, arrays = restored(payload.compress(checkpoint))

    half = {name: value.astype(np.float16).astype(np.float32) for name, value in weights.items()}
    codes = checkpoint.codes.astype(np.float32)
    exact, rounded = (decode(build_model(DENSE, each), codes) for each in (weights, half))
    is_half = np.abs(exact - rounded).max() < 1 / 255
    assert is_half == (size < 1)  # both cases are there
    assert arrays["columns0"].dtype == (np.float16 if is_half else np.float32)
    assert arrays["encoder_columns0"].dtype == np.float32  # a drawing keeps its code


def test_what_a_browser_cannot_compute_is_refused():
    rows = replace(DENSE, input_shape=(30,))
    checkpoint = small_checkpoint()
    card = replace(checkpoint.card, model=rows)

    with pytest.raises(CheckpointError, match="cannot be exported"):
        payload.compress(replace(checkpoint, card=card))
