"""Ten digits of random pixels, as every source could hold them, and a server that has them.

A test module asks for these fixtures with `pytest_plugins = ["tests.support.ten_digits"]`.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aecore.data import openml as data_openml
from aecore.data.dataset import ARRAY_NAMES, Dataset
from aecore.data.readers.idx import IDX_FILES
from aecore.system.child_process import module_command
from tests.support import openml_server
from tests.support.openml_server import OpenMLServer

N_TRAIN, N_TEST = 6, 4
NPZ_KEYS = dict(zip(ARRAY_NAMES, ("x_train", "y_train", "x_test", "y_test"), strict=True))
"""Of the archive that Keras ships."""


@pytest.fixture
def cache(walls: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder, not yet made; downloads are allowed, to the local server."""
    monkeypatch.setenv("AECORE_DOWNLOAD", "on")
    return tmp_path / "cache"


@pytest.fixture
def openml(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenMLServer]:
    """A local OpenML with the ten digits of `small_dataset`."""
    small = small_dataset()
    with serving([*split_rows(small, "train"), *split_rows(small, "test")]) as server:
        ask(server, monkeypatch)
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
    for name, stem in IDX_FILES.items():
        body = gzip.compress(idx_of(name)) if packed else idx_of(name)
        (folder / (f"{stem}.gz" if packed else stem)).write_bytes(body)
    return folder


def npz_arrays() -> dict[str, np.ndarray]:
    """What Keras's mnist.npz holds, with the digits of `small_dataset`."""
    arrays = small_dataset().arrays
    shaped = {k: v.reshape(-1, 28, 28) if "images" in k else v for k, v in arrays.items()}
    return {NPZ_KEYS[name]: array for name, array in shaped.items()}


def write_npz(folder: Path, **changes: np.ndarray) -> Path:
    folder.mkdir()
    np.savez_compressed(folder / "mnist.npz", **npz_arrays() | changes)
    return folder


def split_rows(dataset: Dataset, split: str) -> list[str]:
    images, labels = dataset.arrays[f"{split}_images"], dataset.arrays[f"{split}_labels"]
    return list(map(openml_server.row, images, labels))


def serving(rows: list[str]):
    return OpenMLServer(openml_server.arff(rows)).running()


def ask(
    server: OpenMLServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
):
    """Let downloads in this process ask the server, for so many digits."""
    from sklearn.datasets import _openml

    for name, address in openml_server.addresses_at(server.url).items():
        monkeypatch.setattr(_openml, name, address)
    monkeypatch.setattr(data_openml, "N_TRAIN", n_train)
    monkeypatch.setattr(data_openml, "N_TEST", n_test)


def worker_command(server: OpenMLServer) -> list[str]:
    """The command of a job that asks the server."""
    return module_command("tests.support.openml_server", server.url, str(N_TRAIN), str(N_TEST))


def same_digits(a: Dataset, b: Dataset) -> bool:
    return all(np.array_equal(a.arrays[name], b.arrays[name]) for name in a.arrays)


def left_in(cache: Path) -> list[str]:
    """What is in the cache folder, apart from the lock, which stays."""
    return sorted(path.name for path in cache.iterdir() if path.name != data_openml.LOCK_FILE)
