"""What travels to the browser comes out as it went in."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from aecore.config import ModelConfig
from aecore.errors import ShapeError
from aecore.latent.axes import principal_axes
from aecore.viewer import message
from tests.support.checkpoint_files import small_checkpoint

ARRAYS = {
    "half": np.array([[0.5, -2.0, 65504.0]], dtype=np.float16),
    "labels": np.arange(5, dtype=np.uint8),
    "weight": np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3),
    "distances": np.array([1 / 3], dtype=np.float64),
}


def test_header_and_arrays_come_out_as_they_went_in():
    header, arrays = message.unpack(message.pack({"hash": "1a", "settings": {"x": [1]}}, ARRAYS))

    assert header["hash"] == "1a"
    assert header["settings"] == {"x": [1]}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


def test_a_header_alone_travels_without_sections():
    content = message.pack({"hash": "1a"})

    header, arrays = message.unpack(content)

    assert header == {"hash": "1a"}
    assert arrays == {}
    assert len(content) < 64


@pytest.mark.parametrize("name", ["x" * length for length in range(1, 9)])
def test_every_array_lies_where_a_typed_array_may_begin(name):
    content = message.pack({"name": name}, ARRAYS)
    header, _ = message.unpack(content)

    (length,) = struct.unpack("<Q", content[:8])

    assert (8 + length) % 8 == 0
    assert all(section["offset"] % 8 == 0 for section in header["sections"])


def test_big_endian_arrays_travel_as_little_endian():
    values = np.array([1.5, -2.25], dtype=">f4")

    _, arrays = message.unpack(message.pack({}, {"values": values}))

    np.testing.assert_array_equal(arrays["values"], values)


@pytest.mark.parametrize("length", [0, 7, 12, -1])
def test_content_that_is_cut_short_is_refused(length):
    content = message.pack({"hash": "1a"}, ARRAYS)

    with pytest.raises(ShapeError):
        message.unpack(content[:length])


@pytest.mark.parametrize(("dim", "hidden"), [(2, (5,)), (20, (7, 6))])
def test_a_checkpoint_travels_with_its_decoder_and_where_it_is_asked_for_its_encoder(dim, hidden):
    found = small_checkpoint(ModelConfig(latent_dim=dim, hidden_dims=hidden))

    arrays = message.decoder_arrays(found)
    encoder = message.encoder_arrays(found)

    for part, prefix, sent in (("decoder", "", arrays), ("encoder", "encoder_", encoder)):
        for layer in range(len(hidden) + 1):
            name = f"{part}.layers.{2 * layer}"
            columns, bias = sent[f"{prefix}columns{layer}"], sent[f"{prefix}bias{layer}"]
            np.testing.assert_array_equal(columns, found.weights[f"{name}.weight"].T)
            np.testing.assert_array_equal(bias, found.weights[f"{name}.bias"])
        assert f"{prefix}columns{len(hidden) + 1}" not in sent
    assert not arrays.keys() & encoder.keys()
    np.testing.assert_array_equal(encoder["own_errors"], np.sort(found.errors))
    np.testing.assert_array_equal(arrays["codes"], found.codes)
    np.testing.assert_array_equal(arrays["labels"], found.labels)
    np.testing.assert_array_equal(arrays["own_distances"], found.distances)
    assert arrays["axes"].shape == (min(dim, message.MOST_AXES), dim)
    np.testing.assert_array_equal(arrays["mean"], principal_axes(found.codes).mean)
