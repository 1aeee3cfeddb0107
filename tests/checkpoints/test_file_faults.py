"""Files that cannot be used: every fault is one clear error."""

import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as serialize

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.file import load, read_card, save
from aecore.errors import CheckpointError
from tests.support.checkpoint_files import (
    N_CODES,
    expect_refusal,
    header_of,
    small_checkpoint,
    with_arrays,
    with_header,
)

pytest_plugins = ["tests.support.checkpoint_files"]


def test_a_file_cut_off_anywhere_is_refused(path, content):
    length = struct.unpack("<Q", content[:8])[0]
    cuts = {*range(30), *range(8 + length - 3, 8 + length + 4), len(content) - 1}
    cuts |= set(range(0, len(content), len(content) // 60))

    for cut in sorted(cuts):
        expect_refusal(path, content[:cut])


def test_a_file_with_something_behind_it_is_refused(path, content):
    expect_refusal(path, content + b"\0", "cut short or do not fit")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "too short"),
        (b"PK\x03\x04" + bytes(100), "no safetensors"),
        (b"<!DOCTYPE html><html></html>", "no safetensors"),
        (with_header(b"", b""), "no safetensors"),
        (with_header(b"{}", b"", length=2**63), "no safetensors"),
        (with_header(b"{}", b"", length=checkpoint_file.MAX_HEADER_BYTES + 1), "no safetensors"),
        (with_header(b"{", b""), "no safetensors"),
        (with_header(b"\xff\xfe", b""), "header"),
        (with_header(b"[" * 100_000, b""), "header"),
        (with_header(b"9" * 5_000, b""), "header"),
        (with_header([], b""), "no autoencoder"),
        (with_header({}, b""), "no autoencoder"),
        (with_header({"__metadata__": []}, b""), "no autoencoder"),
        (with_header({"__metadata__": {"format": "pt"}}, b""), "no autoencoder"),
        (serialize({"weight": np.zeros(3)}), "no autoencoder"),
    ],
)
def test_a_file_of_another_kind_is_refused(path, content, message):
    expect_refusal(path, content, message)


FIRST = "model.encoder.layers.0.weight"


def poison(name, value):
    def change(arrays):
        arrays[name] = arrays[name].copy()
        arrays[name].flat[1] = value

    return change


def recast(name, dtype):
    return lambda arrays: arrays.update({name: arrays[name].astype(dtype)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop(FIRST), f"not those of its configuration .*{FIRST}"),
        (lambda a: a.pop("pca.mean"), "pca.mean"),
        (lambda a: a.pop("atlas.codes"), "must hold 1 to 100,000 codes, it holds 0"),
        (lambda a: a.update(extra=np.zeros(1)), "extra"),
        (lambda a: a.update({FIRST: a[FIRST].T}), r"float32\[784, 3\], .* float32\[3, 784\]"),
        (lambda a: a.update({FIRST: a[FIRST][:2]}), r"needs float32\[3, 784\]"),
        (lambda a: a.update({FIRST: a[FIRST].ravel()}), r"needs float32\[3, 784\]"),
        (lambda a: a.update({"atlas.labels": a["atlas.labels"][1:]}), "atlas.labels"),
        (lambda a: a.update({"atlas.codes": a["atlas.codes"][:0]}), "it holds 0"),
        (lambda a: a.update({"atlas.codes": a["atlas.codes"].ravel()}), "it holds 0"),
        (recast(FIRST, np.float64), "float64"),
        (recast(FIRST, np.float16), "float16"),
        (recast(FIRST, np.int32), "int32"),
        (recast("atlas.codes", np.float32), "needs float16"),
        (recast("atlas.labels", np.int8), "needs uint8"),
        (poison(FIRST, np.nan), f"{FIRST} holds values that are not finite"),
        (poison(FIRST, np.inf), "not finite"),
        (poison("pca.components", -np.inf), "not finite"),
        (poison("atlas.codes", np.nan), "not finite"),
        (poison("atlas.labels", 10), "labels above 9"),
    ],
)
def test_arrays_that_do_not_fit_the_card_are_refused(path, content, change, message):
    expect_refusal(path, with_arrays(content, change), message)


def test_an_atlas_too_large_is_refused(path, content):
    n = checkpoint_file.MAX_ATLAS + 1

    def grow(arrays):
        arrays["atlas.codes"] = np.zeros((n, 2), np.float16)
        arrays["atlas.labels"] = np.zeros(n, np.uint8)

    expect_refusal(path, with_arrays(content, grow), "it holds 100,001")


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "F8_E5M2", "F4", "BOOL", "X", "", None, 3, []])
def test_arrays_of_an_unknown_kind_are_refused(path, content, kind):
    header, body = header_of(content)
    header[FIRST]["dtype"] = kind

    expect_refusal(path, with_header(header, body))


@pytest.mark.parametrize(
    "entry",
    [
        {"shape": [-3, 784]},
        {"shape": [2**62, 2**62]},
        {"shape": []},
        {"shape": None},
        {"data_offsets": [0, 2**60]},
        {"data_offsets": [10, 5]},
        {"data_offsets": [1]},
        {"data_offsets": "0,9"},
    ],
)
def test_arrays_that_claim_another_place_or_size_are_refused(path, content, entry):
    header, body = header_of(content)
    header[FIRST] |= entry

    expect_refusal(path, with_header(header, body))


def test_a_file_too_large_is_refused_before_it_is_read(path, content):
    path.write_bytes(content)
    os.truncate(path, checkpoint_file.MAX_BYTES + 1)

    with pytest.raises(CheckpointError, match="larger than 256 MB"):
        load(path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_refused_or_harmless(path, content, data):
    damaged = bytearray(content)
    length = struct.unpack("<Q", content[:8])[0]
    for _ in range(data.draw(st.integers(1, 4))):
        end = data.draw(st.sampled_from([8, 8 + length, len(content)]))
        damaged[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged) - 1)) :]
    path.write_bytes(damaged)

    for read in (load, read_card):
        try:
            read(path)
        except CheckpointError:
            continue


def test_a_folder_in_place_of_a_file_is_no_model(tmp_path):
    (tmp_path / "small.safetensors").mkdir()

    with pytest.raises(CheckpointError, match="There is no model"):
        load(tmp_path / "small.safetensors")


@pytest.mark.parametrize("order", [[-1.0, *range(1, N_CODES)], range(N_CODES, 0, -1)])
def test_distances_that_are_negative_or_out_of_order_are_refused(path, order):
    wrong = small_checkpoint(distances=np.array(order, dtype=np.float32))

    with pytest.raises(CheckpointError, match="distances"):
        save(wrong, path)


def test_errors_below_zero_are_refused(path):
    wrong = small_checkpoint(errors=np.full(N_CODES, -0.1, dtype=np.float32))

    with pytest.raises(CheckpointError, match="errors"):
        save(wrong, path)
