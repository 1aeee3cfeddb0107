"""Checkpoints as compressed messages."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest

from aecore.config import ModelConfig
from aecore.errors import CheckpointError
from aecore.export import payload
from aecore.models.inference import build_model, decode, reconstruct
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
        arrays["encoder_columns0"], payload.stored_weights(checkpoint)["encoder.layers.0.weight"].T
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


@pytest.mark.parametrize(
    ("sizes", "halved"),
    [
        ((0.02, 0.02), {"decoder", "encoder"}),
        ((0.02, 40.0), set()),
        ((40.0, 0.02), {"decoder"}),
        ((40.0, 40.0), set()),
        ((1e6, 0.02), {"decoder"}),  # too large for float16
    ],
)
def test_weights_are_halved_where_no_pixel_moves_visibly(sizes, halved):
    made = small_checkpoint(DENSE)
    size = dict(zip(("encoder", "decoder"), sizes, strict=True))
    weights = {name: size[name[:7]] * value for name, value in made.weights.items()}
    checkpoint = replace(made, weights=weights)

    _, arrays = restored(payload.compress(checkpoint))

    stored = payload.stored_weights(checkpoint)
    codes = checkpoint.codes.astype(np.float32)
    exact, kept = (build_model(DENSE, each) for each in (weights, stored))
    pictures = decode(exact, codes)
    digits = np.clip(pictures, 0, 1)
    assert np.abs(decode(kept, codes) - pictures).max() < 1 / 255
    if "encoder" in halved:
        assert np.abs(reconstruct(kept, digits) - reconstruct(exact, digits)).max() < 1 / 255
    for part, name in (("decoder", "columns0"), ("encoder", "encoder_columns0")):
        first = stored[f"{part}.layers.0.weight"]
        np.testing.assert_array_equal(arrays[name], first.T)
        assert arrays[name].dtype == (np.float16 if part in halved else np.float32)
        own = weights[f"{part}.layers.0.weight"]
        assert np.array_equal(first, own) == (part not in halved)


def test_what_a_browser_cannot_compute_is_refused():
    rows = replace(DENSE, input_shape=(30,))
    checkpoint = small_checkpoint()
    card = replace(checkpoint.card, model=rows)

    with pytest.raises(CheckpointError, match="cannot be exported"):
        payload.compress(replace(checkpoint, card=card))
