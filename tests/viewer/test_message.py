"""What travels to the browser comes out as it went in."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from aecore.errors import ShapeError
from aecore.viewer import message

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
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


def test_a_header_alone_travels_without_arrays():
    content = message.pack({"hash": "1a"})

    header, arrays = message.unpack(content)

    assert header == {"hash": "1a"}
    assert arrays == {}
    assert len(content) < 64


@pytest.mark.parametrize("name", ["x" * length for length in range(1, 9)])
def test_every_array_lies_where_a_typed_array_may_begin(name):
    content = message.pack({"name": name}, ARRAYS)

    (length,) = struct.unpack("<Q", content[:8])
    entries = json.loads(content[8 : 8 + length])

    assert (8 + length) % 8 == 0
    for array_name, array in ARRAYS.items():
        assert entries[array_name]["data_offsets"][0] % array.dtype.itemsize == 0


def test_big_endian_arrays_travel_as_little_endian():
    values = np.array([1.5, -2.25], dtype=">f4")

    _, arrays = message.unpack(message.pack({}, {"values": values}))

    np.testing.assert_array_equal(arrays["values"], values)


@pytest.mark.parametrize("length", [0, 7, 12, -1])
def test_content_that_is_cut_short_is_refused(length):
    content = message.pack({"hash": "1a"}, ARRAYS)

    with pytest.raises(ShapeError):
        message.unpack(content[:length])
