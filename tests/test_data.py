"""Where the digits come from: each source, their order, and everything that can be wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import openml_server
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openml_server import OpenMLServer

from aecore import data, download
from aecore.data import Dataset, DownloadJob, DownloadProgress, load_cache, load_folder
from aecore.dataset import MAX_DIGITS, save_cache
from aecore.errors import DataError

N_TRAIN, N_TEST = 6, 4


@pytest.fixture(autouse=True)
def cache(walls: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder, not yet made; downloads are allowed, to the local server."""
    monkeypatch.setenv("AECORE_DOWNLOAD", "on")
    return tmp_path / "cache"


@pytest.fixture
def openml(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenMLServer]:
    """A local OpenML with the ten digits of `small_dataset`."""
    small = small_dataset()
    with serving([*split_rows(small, "train"), *split_rows(small, "test")]) as server:
        ask(server, monkeypatch, n_train=N_TRAIN, n_test=N_TEST)
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the digits of `small_dataset` as IDX files."""
    return write_idx_files(tmp_path / "digits")


def small_dataset(n_train: int = N_TRAIN, n_test: int = N_TEST) -> Dataset:
    """Random pixels and labels."""
    rng = np.random.default_rng(0)
    return Dataset(
        train_images=rng.integers(0, 256, (n_train, 784), dtype=np.uint8),
        train_labels=rng.integers(0, 10, n_train, dtype=np.uint8),
        test_images=rng.integers(0, 256, (n_test, 784), dtype=np.uint8),
        test_labels=rng.integers(0, 10, n_test, dtype=np.uint8),
        kind="openml",
        source="random digits",
    )


def idx(array: np.ndarray) -> bytes:
    """An array of bytes in IDX format."""
    header = np.array([0x0800 + array.ndim, *array.shape], ">u4")
    return header.tobytes() + array.tobytes()


def idx_of(name: str) -> bytes:
    """One of the four arrays of `small_dataset` in IDX format."""
    array = small_dataset().arrays[name]
    return idx(array.reshape(-1, 28, 28) if name.endswith("images") else array)


def write_idx_files(folder: Path, *, packed: bool = True) -> Path:
    folder.mkdir()
    for name, stem in data.IDX_FILES.items():
        body = gzip.compress(idx_of(name)) if packed else idx_of(name)
        (folder / (f"{stem}.gz" if packed else stem)).write_bytes(body)
    return folder


def npz_arrays() -> dict[str, np.ndarray]:
    """What Keras's mnist.npz holds, with the digits of `small_dataset`."""
    arrays = small_dataset().arrays
    shaped = {k: v.reshape(-1, 28, 28) if "images" in k else v for k, v in arrays.items()}
    return {data.NPZ_KEYS[name]: array for name, array in shaped.items()}


def write_npz(folder: Path, **changes: np.ndarray) -> Path:
    folder.mkdir()
    np.savez_compressed(folder / "mnist.npz", **npz_arrays() | changes)
    return folder


def split_rows(dataset: Dataset, split: str) -> list[str]:
    images, labels = dataset.arrays[f"{split}_images"], dataset.arrays[f"{split}_labels"]
    return list(map(openml_server.row, images, labels))


def serving(rows: list[str]):
    return OpenMLServer(openml_server.arff(rows)).running()


def ask(server: OpenMLServer, monkeypatch: pytest.MonkeyPatch, *, n_train: int, n_test: int):
    """Let downloads in this process ask the server, for so many digits."""
    from sklearn.datasets import _openml

    for name, address in openml_server.addresses_at(server.url).items():
        monkeypatch.setattr(_openml, name, address)
    monkeypatch.setattr(download, "N_TRAIN", n_train)
    monkeypatch.setattr(download, "N_TEST", n_test)


def worker_command(server: OpenMLServer) -> list[str]:
    """The command of a job that asks the server."""
    return [sys.executable, openml_server.__file__, server.url, str(N_TRAIN), str(N_TEST)]


def same_digits(a: Dataset, b: Dataset) -> bool:
    return all(np.array_equal(a.arrays[name], b.arrays[name]) for name in a.arrays)


def left_in(cache: Path) -> list[str]:
    """What is in the cache folder, apart from the lock, which stays."""
    return sorted(path.name for path in cache.iterdir() if path.name != download.LOCK_FILE)


def wait_until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.02)


# The set of digits


def test_arrays_are_read_only_and_the_callers_stay_writable():
    images, labels = np.zeros((2, 784), np.uint8), np.zeros(2, np.uint8)

    dataset = Dataset(
        train_images=images,
        train_labels=labels,
        test_images=images,
        test_labels=labels,
        kind="folder",
        source="zeros",
    )

    assert not any(array.flags.writeable for array in dataset.arrays.values())
    assert images.flags.writeable


@pytest.mark.parametrize("name", ["train_images", "train_labels", "test_images", "test_labels"])
def test_fingerprint_changes_with_any_array(name: str):
    dataset = small_dataset()
    changed = dataset.arrays[name].copy()
    changed[-1] = 9 - changed[-1] if changed.ndim == 1 else ~changed[-1]

    other = replace(dataset, fingerprint="", **{name: changed})

    assert other.fingerprint != dataset.fingerprint


def test_fingerprint_is_the_documented_hash():
    dataset = small_dataset()
    text = b"".join(str(a.shape).encode() + a.tobytes() for a in dataset.arrays.values())

    assert dataset.fingerprint == hashlib.sha256(text).hexdigest()[:16]


def test_unit_images_are_float32_from_0_to_1():
    levels = np.array([[0, 51, 255]], np.uint8)

    unit = data.to_unit(levels)

    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit, [[0, 0.2, 1]], atol=1e-7)


def test_mnist_is_recognised(mnist_folder: Path):
    mnist = load_folder(mnist_folder)

    assert mnist.is_mnist
    assert mnist.train_images.shape == (60_000, 784)
    assert mnist.test_images.shape == (10_000, 784)
    assert mnist.test_labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_mnist_in_another_order_is_not_taken_for_mnist(mnist_folder: Path):
    mnist = load_folder(mnist_folder)

    turned = replace(mnist, fingerprint="", test_images=mnist.test_images[::-1])

    assert not turned.is_mnist


def test_importing_needs_neither_torch_nor_scikit_learn():
    heavy = "{'torch', 'sklearn', 'pandas', 'scipy', 'PIL', 'streamlit'}"
    code = f"import sys, aecore.data; sys.exit(str({heavy} & set(sys.modules) or ''))"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert run.stderr.strip() == ""


# The order of the sources


@pytest.fixture
def refuse_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> Dataset:
        raise DataError("the network is down")

    monkeypatch.setattr(data, "download", refuse)


def test_the_argument_comes_before_the_variable(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "missing"))

    assert data.load(folder).source == f"IDX files in {folder}"


def test_a_named_folder_comes_before_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch):
    save_cache(small_dataset())
    monkeypatch.setenv("AECORE_DATA", str(folder))

    assert data.load().kind == "folder"


def test_the_cache_comes_before_a_download(refuse_download):
    save_cache(small_dataset())

    assert data.load().kind == "cache"


def test_a_download_comes_before_the_bundled_digits(openml: OpenMLServer):
    assert data.load().kind == "openml"


def test_the_bundled_digits_come_last_and_say_why(refuse_download, caplog):
    dataset = data.load()

    assert dataset.kind == "bundled"
    assert dataset.note == "the network is down"
    assert "the network is down" in caplog.text


def test_nothing_is_fetched_if_downloads_are_not_allowed(openml: OpenMLServer):
    dataset = data.load(allow_download=False)

    assert dataset.kind == "bundled"
    assert openml.asked == []


def test_empty_names_count_as_none(refuse_download, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AECORE_DATA", "")

    assert data.load("").kind == "bundled"


def test_a_wrong_folder_is_an_error_although_other_sources_are_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    save_cache(small_dataset())
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "missing"))

    with pytest.raises(DataError, match="missing: not a folder, it does not exist"):
        data.load()


# A named folder


@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_are_read_gzipped_or_not(tmp_path: Path, packed: bool):
    dataset = load_folder(write_idx_files(tmp_path / "digits", packed=packed))

    assert same_digits(dataset, small_dataset())
    assert dataset.fingerprint == small_dataset().fingerprint


def test_idx_files_unpacked_by_a_browser_but_still_named_gz_are_read(folder: Path):
    for name, stem in data.IDX_FILES.items():
        (folder / f"{stem}.gz").write_bytes(idx_of(name))

    assert same_digits(load_folder(folder), small_dataset())


def test_npz_is_read_as_keras_ships_it(tmp_path: Path):
    dataset = load_folder(write_npz(tmp_path / "keras"))

    assert same_digits(dataset, small_dataset())
    assert dataset.source == f"mnist.npz in {tmp_path / 'keras'}"


def test_a_home_folder_is_expanded(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(folder.parent))

    assert load_folder("~/digits").kind == "folder"


def test_a_file_in_place_of_a_folder_is_refused(folder: Path):
    path = next(folder.iterdir())

    with pytest.raises(DataError, match="not a folder, it is a file"):
        load_folder(path)


def test_a_folder_without_digits_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds neither train-images-idx3-ubyte\.gz .* mnist\.npz"):
        load_folder(tmp_path)


@pytest.mark.parametrize("stem", data.IDX_FILES.values())
def test_a_missing_idx_file_is_named(folder: Path, stem: str):
    (folder / f"{stem}.gz").unlink()

    with pytest.raises(DataError, match=f"{stem}.* is missing"):
        load_folder(folder)


IMAGES, LABELS = idx_of("train_images"), idx_of("train_labels")
IDX_FAULTS = {
    "empty": ("train_images", b"", "begins with nothing"),
    "half a header": ("train_images", IMAGES[:10], "ends within its header"),
    "labels for images": ("train_images", LABELS, "begins with 00000801, not 00000803"),
    "images for labels": ("train_labels", IMAGES, "begins with 00000803, not 00000801"),
    "a page of HTML": ("test_labels", b"<!DOCTYPE html>", "begins with 3c21444f"),
    "cut off": ("train_images", IMAGES[:-1], "take 4,704 bytes, found 4,703"),
    "too long": ("train_images", IMAGES + b"\0", "take 4,704 bytes, found more"),
    "gzip cut off": ("train_images", gzip.compress(IMAGES)[:-9], "cannot be read"),
    "gzip damaged": (
        "train_images",
        gzip.compress(IMAGES)[:2000] + bytes(50) + gzip.compress(IMAGES)[2050:],
        "cannot be read",
    ),
    "gzip with a wrong sum": ("train_labels", gzip.compress(LABELS)[:-8] + bytes(8), "CRC"),
    "other picture size": (
        "train_images",
        idx(np.zeros((6, 32, 32), np.uint8)),
        "is 6 x 32 x 32, not N x 28 x 28",
    ),
    "no items": ("test_labels", idx(np.zeros(0, np.uint8)), "claims 0 items"),
    "a header that claims terabytes": (
        "train_images",
        np.array([0x0803, 2**32 - 1, 28, 28], ">u4").tobytes(),
        "claims 4,294,967,295 items; 1 to 100,000",
    ),
    "a label above 9": (
        "train_labels",
        idx(np.array([0, 1, 2, 10, 4, 5], np.uint8)),
        "train labels must be 0 to 9, not 10",
    ),
    "a label too few": (
        "train_labels",
        idx(np.zeros(5, np.uint8)),
        "6 train images, but 5 train labels",
    ),
}


@pytest.mark.parametrize(("name", "body", "message"), IDX_FAULTS.values(), ids=IDX_FAULTS)
def test_a_faulty_idx_file_is_refused(folder: Path, name: str, body: bytes, message: str):
    (folder / f"{data.IDX_FILES[name]}.gz").write_bytes(body)

    with pytest.raises(DataError, match=message) as caught:
        load_folder(folder)

    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked_beyond_what_its_header_claims(folder: Path):
    path = folder / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(IMAGES) + 50 * gzip.compress(bytes(2**20)))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="found more"):
            load_folder(folder)

        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def npy(array_or_shape: np.ndarray | tuple[int, ...], *, dtype: str = "|u1") -> bytes:
    """A npy file of an array, or its header alone with a claimed shape."""
    file = io.BytesIO()
    if isinstance(array_or_shape, np.ndarray):
        np.save(file, array_or_shape, allow_pickle=True)
    else:
        header = {"descr": dtype, "fortran_order": False, "shape": array_or_shape}
        np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


X_TRAIN = npz_arrays()["x_train"]
NPZ_FAULTS = {
    "object array": (npy(np.array([print] * 6, object)), "x_train holds object, not uint8"),
    "floats": (npy(X_TRAIN / 255), "x_train holds float64, not uint8"),
    "other picture size": (npy(X_TRAIN[:, :20]), "x_train is 6 x 20 x 28, not N x 28 x 28"),
    "flat pictures": (npy(X_TRAIN.reshape(-1, 784)), "x_train is 6 x 784, not N x 28 x 28"),
    "too many": (npy((MAX_DIGITS + 1, 28, 28)), "claims 100,001 items"),
    "a header that claims terabytes": (npy((10**10, 28, 28)), "claims 10,000,000,000 items"),
    "a negative size": (npy((-1, 28, 28)), "claims -1 items"),
    "cut off": (npy(X_TRAIN)[:-1], "cannot be read"),
    "too long": (npy(X_TRAIN) + b"\0", "longer than it says"),
    "no npy file": (b"PK, or so", "cannot be read"),
    "labels too few": (npy(X_TRAIN[:5]), "5 train images, but 6 train labels"),
}


@pytest.mark.parametrize(("x_train", "message"), NPZ_FAULTS.values(), ids=NPZ_FAULTS)
def test_a_faulty_npz_array_is_refused(tmp_path: Path, x_train: bytes, message: str):
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        archive.writestr("x_train.npy", x_train)
        for key in ("y_train", "x_test", "y_test"):
            archive.writestr(f"{key}.npy", npy(npz_arrays()[key]))

    with pytest.raises(DataError, match=message) as caught:
        load_folder(tmp_path)

    assert "mnist.npz" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pickle_inside_an_npz_is_never_run(tmp_path: Path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    write_npz(tmp_path / "keras", y_train=np.array([Trap()] * N_TRAIN, object))

    with pytest.raises(DataError, match="y_train holds object"):
        load_folder(tmp_path / "keras")

    assert not (tmp_path / "sprung").exists()


def test_an_npz_without_an_array_is_refused(tmp_path: Path):
    np.savez(tmp_path / "mnist.npz", x_train=X_TRAIN)

    with pytest.raises(DataError, match="has no array y_train"):
        load_folder(tmp_path)


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path):
    (tmp_path / "mnist.npz").write_bytes(b"not a zip")

    with pytest.raises(DataError, match=r"mnist\.npz: cannot be read"):
        load_folder(tmp_path)


def idx_file_in(folder: Path) -> Path:
    return write_idx_files(folder / "digits") / "train-images-idx3-ubyte.gz"


def npz_file_in(folder: Path) -> Path:
    return write_npz(folder / "digits") / "mnist.npz"


@pytest.mark.parametrize("write", [idx_file_in, npz_file_in])
@settings(max_examples=50, deadline=None, database=None)
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_any_damage_is_refused_or_harmless(
    write: Callable[[Path], Path], where: float, byte: int, cut: bool
):
    with tempfile.TemporaryDirectory() as scratch:
        path = write(Path(scratch))
        body = bytearray(path.read_bytes())
        spot = int(where * len(body))
        body[spot] = byte
        path.write_bytes(body[:spot] if cut else body)

        try:
            dataset = load_folder(path.parent)
        except DataError:
            return
        assert same_digits(dataset, small_dataset())


# The cache


def test_the_cache_keeps_the_digits_and_their_source(cache: Path):
    dataset = small_dataset()

    save_cache(dataset)
    cached = load_cache()

    assert same_digits(cached, dataset)
    assert cached.fingerprint == dataset.fingerprint
    assert (cached.kind, cached.source) == ("cache", "random digits (cached)")
    assert left_in(cache) == ["mnist.safetensors"]


def test_no_cache_is_none_and_no_reason_to_warn(caplog):
    assert load_cache() is None
    assert caplog.text == ""


def flip_last_pixel(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


CACHE_DAMAGE = {
    "empty": (lambda body: b"", "damaged"),
    "cut off": (lambda body: body[:-1], "damaged"),
    "another pixel": (flip_last_pixel, "not those that were saved"),
    "another version": (lambda body: body.replace(b"digits 1", b"digits 2"), "its format is"),
    "an array missing": (lambda body: body.replace(b"test_labels", b"rest_labels"), "damaged"),
}


@pytest.mark.parametrize(("damage", "message"), CACHE_DAMAGE.values(), ids=CACHE_DAMAGE)
def test_a_damaged_cache_is_reported_and_passed_over(
    cache: Path, caplog, damage: Callable[[bytes], bytes], message: str
):
    save_cache(small_dataset())
    path = cache / "mnist.safetensors"
    path.write_bytes(damage(path.read_bytes()))

    with caplog.at_level(logging.WARNING):
        assert load_cache() is None

    assert message in caplog.text


def test_a_cache_larger_than_any_digits_is_not_read(cache: Path, caplog):
    save_cache(small_dataset())
    os.truncate(cache / "mnist.safetensors", 2**40)

    assert load_cache() is None
    assert "larger than" in caplog.text


def test_a_download_replaces_a_damaged_cache(cache: Path, openml: OpenMLServer):
    cache.mkdir()
    (cache / "mnist.safetensors").write_bytes(b"damaged")

    data.load()

    assert same_digits(load_cache(), small_dataset())


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AECORE_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"AECORE_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/aecore"),
        ({"AECORE_CACHE": "", "XDG_CACHE_HOME": "", "HOME": "/c"}, "/c/.cache/aecore"),
        ({"AECORE_CACHE": "~/d", "HOME": "/c"}, "/c/d"),
    ],
)
def test_the_cache_folder_follows_the_environment(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert data.cache_dir() == Path(expected)


# The download


def test_a_download_is_split_cached_and_leaves_nothing_else(cache: Path, openml: OpenMLServer):
    dataset = data.download()

    assert same_digits(dataset, small_dataset())
    assert same_digits(load_cache(), small_dataset())
    assert dataset.source == "OpenML mnist_784 version 1"
    assert load_cache().source == "OpenML mnist_784 version 1 (cached)"
    assert left_in(cache) == ["mnist.safetensors"]


def test_a_download_tells_its_phases_and_bytes(openml: OpenMLServer):
    told: list[DownloadProgress] = []

    data.download(progress=told.append)

    phases = list(dict.fromkeys(progress.phase for progress in told))
    assert phases == ["connecting", "downloading", "reading", "saving"]
    assert {p.bytes_total for p in told if p.phase == "downloading"} == {len(openml.packed)}
    assert max(p.bytes_done for p in told) == len(openml.packed)


def test_a_download_puts_the_settings_of_the_network_back(openml: OpenMLServer):
    opener = urllib.request.build_opener()
    urllib.request.install_opener(opener)
    socket.setdefaulttimeout(7.5)
    try:
        data.download()

        assert urllib.request._opener is opener
        assert socket.getdefaulttimeout() == 7.5
    finally:
        urllib.request.install_opener(None)
        socket.setdefaulttimeout(None)


def test_quoted_classes_are_read(openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch):
    small = small_dataset()
    images = [*small.train_images, *small.test_images]
    labels = [*small.train_labels, *small.test_labels]
    rows = [openml_server.row(x, f"'{y}'") for x, y in zip(images, labels, strict=True)]

    with serving(rows) as server:
        ask(server, monkeypatch, n_train=N_TRAIN, n_test=N_TEST)
        dataset = data.download()

    assert same_digits(dataset, small)


def test_a_download_of_full_size_ends_in_mnists_split(monkeypatch: pytest.MonkeyPatch):
    # Members of gzip may be strung together, so 110 MB of text cost next to nothing here.
    head = openml_server.arff([])[:-1]
    train, test = (b"0," * 784 + b"1\n") * 1000, (b"255," + b"0," * 783 + b"2\n") * 1000
    packed = gzip.compress(head) + 60 * gzip.compress(train) + 10 * gzip.compress(test)
    server = OpenMLServer(head + 60 * train + 10 * test, packed=packed)

    with server.running():
        ask(server, monkeypatch, n_train=60_000, n_test=10_000)
        dataset = data.download()

    assert dataset.train_images.shape == (60_000, 784)
    assert dataset.test_images.shape == (10_000, 784)
    assert not dataset.train_images.any()
    assert (dataset.test_images[:, 0] == 255).all()
    assert set(dataset.train_labels) == {1}
    assert set(dataset.test_labels) == {2}


def expect_failed_download(cache: Path, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        data.download()

    assert "\n" not in str(caught.value)
    assert left_in(cache) == []


def test_a_server_that_is_down_is_told(cache: Path, openml: OpenMLServer, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        openml.url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        ask(openml, monkeypatch, n_train=N_TRAIN, n_test=N_TEST)

        expect_failed_download(cache, "Connection refused.*Try again later")


@pytest.mark.parametrize("path", ["data_name", "json/data/1", "features", "download"])
def test_a_silent_server_is_given_up_at_the_first_time(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.2)
    openml.silent_on = path

    expect_failed_download(cache, r"sent nothing for 0\.2 seconds")

    assert sum(path in asked for asked in openml.asked) == 1


def test_a_server_that_falls_silent_in_the_middle_is_given_up(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.2)
    openml.pause_halfway = True

    expect_failed_download(cache, r"sent nothing for 0\.2 seconds")


def test_half_a_file_is_refused(cache: Path, openml: OpenMLServer):
    openml.sent = 0.5

    expect_failed_download(cache, "arrived incomplete or damaged")


def test_a_file_with_another_checksum_is_refused(cache: Path, openml: OpenMLServer):
    openml.md5 = hashlib.md5(b"something else").hexdigest()

    expect_failed_download(cache, "arrived incomplete or damaged")


def test_a_file_that_is_no_gzip_is_refused(cache: Path, openml: OpenMLServer):
    openml.packed = b"<!DOCTYPE html>" * 100

    expect_failed_download(cache, "Not a gzipped file")


def test_a_file_without_end_is_given_up(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(download, "MAX_DOWNLOAD_BYTES", len(openml.packed) - 1)

    expect_failed_download(cache, "larger than")


@pytest.mark.parametrize("body", [b"<!DOCTYPE html>", b"[]", b"{}", b"null", b'{"data": 1}', b""])
@pytest.mark.parametrize("path", ["data_name", "json/data/1"])
def test_an_answer_of_another_form_is_refused(
    cache: Path, openml: OpenMLServer, path: str, body: bytes
):
    openml.replies = {path: body}

    expect_failed_download(cache, "the answer cannot be used")


DIGITS = [openml_server.row(np.full(784, i, np.uint8), i) for i in range(N_TRAIN + N_TEST)]
ROW_FAULTS = {
    "a row too few": DIGITS[:-1],
    "a row too many": [*DIGITS, DIGITS[0]],
    "a level of 256": [DIGITS[0].replace("0,", "256,", 1), *DIGITS[1:]],
    "a level below 0": [DIGITS[0].replace("0,", "-1,", 1), *DIGITS[1:]],
    "half a level": [DIGITS[0].replace("0,", "0.5,", 1), *DIGITS[1:]],
    "a missing level": [DIGITS[0].replace("0,", "?,", 1), *DIGITS[1:]],
    "a word for a level": [DIGITS[0].replace("0,", "zero,", 1), *DIGITS[1:]],
    "a column too few": [row.removeprefix(f"{i},") for i, row in enumerate(DIGITS)],
    "a class of 10": [*DIGITS[:-1], DIGITS[-1][:-1] + "10"],
    "a class below 0": [*DIGITS[:-1], DIGITS[-1][:-1] + "-1"],
    "a class in words": [*DIGITS[:-1], DIGITS[-1][:-1] + "nine"],
    "a missing class": [*DIGITS[:-1], DIGITS[-1][:-1] + "?"],
    "nothing": [],
}


@pytest.mark.parametrize("rows", ROW_FAULTS.values(), ids=ROW_FAULTS)
def test_a_file_with_other_digits_is_refused(
    cache: Path, monkeypatch: pytest.MonkeyPatch, rows: list[str]
):
    with serving(rows) as server:
        ask(server, monkeypatch, n_train=N_TRAIN, n_test=N_TEST)

        expect_failed_download(cache, "the answer cannot be used")


@pytest.mark.parametrize("place", ["/proc", "/sys", "/dev/null/cache"])
def test_a_cache_folder_that_cannot_be_written_is_told_before_anything_is_fetched(
    openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch, place: str
):
    monkeypatch.setenv("AECORE_CACHE", place)

    with pytest.raises(DataError, match=f"cannot be kept in {place}: .*set AECORE_CACHE"):
        data.download()

    assert openml.asked == []


@pytest.mark.parametrize("room", [2_000, 40_000], ids=["while fetching", "while saving"])
def test_a_full_disk_leaves_nothing_half_written(
    cache: Path, monkeypatch: pytest.MonkeyPatch, room: int
):
    rows = [openml_server.row(np.zeros(784, np.uint8), 0)] * 100  # 5 kB packed, 79 kB cached
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(rows) as server:
        ask(server, monkeypatch, n_train=60, n_test=40)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))  # it binds root as well
        try:
            expect_failed_download(cache, "cannot be kept in .*: File too large")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_second_download_in_a_row_finds_the_cache(openml: OpenMLServer):
    data.download()

    assert data.download().kind == "cache"
    assert openml.downloads == 1


def test_waiting_for_another_download_is_told_and_bounded(
    cache: Path, openml: OpenMLServer, monkeypatch: pytest.MonkeyPatch
):
    from filelock import FileLock

    monkeypatch.setattr(download, "LOCK_SECONDS", 0.1)
    cache.mkdir()
    told: list[DownloadProgress] = []

    with (
        FileLock(cache / download.LOCK_FILE),
        pytest.raises(DataError, match="Another process has been downloading"),
    ):
        data.download(progress=told.append)

    assert told == [DownloadProgress(phase="waiting")]


# The download in a process of its own


def test_two_jobs_at_once_download_once(cache: Path, openml: OpenMLServer):
    openml.pause_halfway = True
    jobs = [DownloadJob(command=worker_command(openml)) for _ in range(2)]

    for job in jobs:
        job.start()
    assert openml.halfway.wait(30)
    wait_until(lambda: "waiting" in {job.progress.phase for job in jobs})
    openml.answer.set()

    assert [job.wait(30) for job in jobs] == ["done", "done"]
    assert openml.downloads == 1
    assert same_digits(load_cache(), small_dataset())
    assert left_in(cache) == ["mnist.safetensors"]


def test_a_stopped_job_leaves_nothing_and_the_next_download_works(
    cache: Path, openml: OpenMLServer
):
    openml.pause_halfway = True
    job = DownloadJob(command=worker_command(openml))
    job.start()
    assert openml.halfway.wait(30)
    state_before = job.state

    job.stop()

    assert (state_before, job.wait(10), job.error) == ("running", "stopped", None)
    assert left_in(cache) == []
    openml.pause_halfway = False
    assert same_digits(data.download(), small_dataset())


def test_a_worker_ends_with_its_parent_and_the_next_download_clears_up(
    cache: Path, openml: OpenMLServer
):
    openml.pause_halfway = True
    job = DownloadJob(command=worker_command(openml))
    job.start()
    assert openml.halfway.wait(30)

    job._process.stdin.close()  # what the system does when the parent dies
    state = job.wait(10)

    assert state == "failed"
    assert [name[:8] for name in left_in(cache)] == ["scratch-"]
    openml.pause_halfway = False
    data.download()
    assert left_in(cache) == ["mnist.safetensors"]


def test_a_failed_job_tells_the_error_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AECORE_CACHE", "/dev/null/cache")
    job = DownloadJob()

    job.start()

    assert job.wait(30) == "failed"
    assert job.error.startswith("MNIST cannot be kept in /dev/null/cache: Not a directory.")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["/dev/null/python"], "cannot start"),
        ([sys.executable, "-c", "print('no JSON'); raise SystemExit(3)"], "exit code 3"),
    ],
)
def test_a_job_whose_process_breaks_has_failed(command: list[str], message: str):
    job = DownloadJob(command=command)

    job.start()

    assert job.wait(30) == "failed"
    assert message in job.error


def test_a_job_is_started_once_and_may_be_stopped_at_any_time(openml: OpenMLServer):
    early = DownloadJob(command=worker_command(openml))
    early.stop()
    early.start()

    late = DownloadJob(command=[sys.executable, "-c", ""])
    late.start()
    assert late.wait(30) == "done"
    late.stop()

    assert (early.state, late.state) == ("stopped", "done")
    assert openml.asked == []


def test_many_threads_may_stop_one_job():
    job = DownloadJob(command=[sys.executable, "-c", "import time; time.sleep(60)"])
    job.start()
    threads = [threading.Thread(target=job.stop) for _ in range(5)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert job.wait(10) == "stopped"
    assert not any(thread.is_alive() for thread in threads)


# The bundled digits


def test_bundled_digits_are_framed_like_mnist():
    dataset = data.load_bundled()
    digits = np.concatenate([dataset.train_images, dataset.test_images]).reshape(-1, 28, 28)

    ink = digits > 0
    rows, columns = ink.any(2), ink.any(1)
    spans = [28 - np.argmax(side, 1) - np.argmax(side[:, ::-1], 1) for side in (rows, columns)]
    mass = digits.astype(np.float64) / digits.sum((1, 2), keepdims=True)
    centres = np.stack([mass.sum(2) @ np.arange(28), mass.sum(1) @ np.arange(28)])

    assert set(np.maximum(*spans)) == {20}
    assert np.abs(centres - 14).max() <= 1
    assert digits.max((1, 2)).min() > 200


def test_bundled_digits_are_split_in_order_and_named():
    from sklearn.datasets import load_digits

    dataset = data.load_bundled()

    assert (len(dataset.train_images), len(dataset.test_images)) == (1_297, 500)
    assert [*dataset.train_labels, *dataset.test_labels] == load_digits().target.tolist()
    assert "1,797 bundled digits" in dataset.source
    assert not dataset.is_mnist
