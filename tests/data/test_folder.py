"""A folder with the digits: IDX files or Keras's archive, and everything that can be wrong."""

import errno
import gzip
import io
import os
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.data.folder import load_folder
from aecore.data.limits import MAX_PICTURES
from aecore.data.readers.idx import IDX_FILES
from aecore.errors import DataError
from tests.support.ten_digits import (
    N_TRAIN,
    idx,
    idx_of,
    npz_arrays,
    same_digits,
    small_dataset,
    write_idx_files,
    write_npz,
)

pytest_plugins = ["tests.support.ten_digits"]


@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_are_read_gzipped_or_not(tmp_path: Path, packed: bool):
    dataset = load_folder(write_idx_files(tmp_path / "digits", packed=packed))

    assert same_digits(dataset, small_dataset())
    assert dataset.fingerprint == small_dataset().fingerprint


def test_idx_files_unpacked_by_a_browser_but_still_named_gz_are_read(folder: Path):
    for name, stem in IDX_FILES.items():
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


@pytest.mark.parametrize("stem", IDX_FILES.values())
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
    "a page of HTML": ("test_labels", b"<!DOCTYPE html>", "this is a web page, not data"),
    "a Git LFS pointer": ("test_labels", b"version https://git-lfs.github.com/spec/v1", "lfs pull"),
    "a page of text": ("test_labels", b"404: Not Found", "begins with 3430343a"),
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
        "claims 4,294,967,295 items; 1 to 1,000,000",
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
    (folder / f"{IDX_FILES[name]}.gz").write_bytes(body)

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
    "floats beyond gray values": (npy(X_TRAIN * 3.5), "float64 from 0 to 89.*not gray values"),
    "negative floats": (npy(X_TRAIN / 127.5 - 1), "float64 from -1 to 1, not gray values"),
    "not a number": (npy(np.where(X_TRAIN > 9, np.nan, 0.0)), "from nan to nan, not gray"),
    "numbers beyond a byte": (npy(X_TRAIN * np.int64(2)), "int64 from 0 to 5.*not gray values"),
    "complex numbers": (npy(X_TRAIN * 1j), "x_train holds complex128, not uint8"),
    "other picture size": (npy(X_TRAIN[:, :20]), "x_train is 6 x 20 x 28, not N x 28 x 28"),
    "too many": (npy((MAX_PICTURES + 1, 28, 28)), "claims 1,000,001 items"),
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


DIGITS = npz_arrays()["y_train"]
CONVERTIBLE = {
    "int64 labels": {"y_train": DIGITS.astype(np.int64)},
    "float labels": {"y_test": npz_arrays()["y_test"].astype(np.float32)},
    "labels in a column": {"y_train": DIGITS[:, None]},
    "one-hot labels": {"y_train": np.eye(10)[DIGITS]},
    "one-hot labels of truth values": {"y_train": np.eye(10, dtype=bool)[DIGITS]},
    "int64 pictures": {"x_train": X_TRAIN.astype(np.int64)},
    "pictures in 0..1": {"x_train": (X_TRAIN / 255).astype(np.float32)},
    "pictures in 0..1 of half precision": {"x_train": (X_TRAIN / 255).astype(np.float16)},
    "float pictures in 0..255": {"x_train": X_TRAIN.astype(np.float64)},
    "pictures with a channel": {"x_train": X_TRAIN[..., None]},
    "pictures with the channel first": {"x_train": X_TRAIN[:, None]},
    "pictures in Fortran's order": {"x_train": np.asfortranarray(X_TRAIN)},
    "flat pictures": {"x_train": X_TRAIN.reshape(-1, 784)},
}


@pytest.mark.parametrize("changes", CONVERTIBLE.values(), ids=CONVERTIBLE)
def test_numbers_of_another_type_are_converted(tmp_path: Path, changes: dict):
    dataset = load_folder(write_npz(tmp_path / "other", **changes))

    assert same_digits(dataset, small_dataset())
    assert dataset.fingerprint == small_dataset().fingerprint


def test_black_and_white_pictures_of_truth_values_are_converted(tmp_path: Path):
    dataset = load_folder(write_npz(tmp_path / "other", x_train=X_TRAIN > 127))

    assert set(np.unique(dataset.train_images)) == {0, 255}


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (DIGITS + 0.5, "float64 from .*, not whole numbers of 0 to 9"),
        (np.full(N_TRAIN, -1), "int64 from -1 to -1, not whole numbers"),
        (np.eye(10)[DIGITS] / 2, "no one-hot labels"),
        (np.full(N_TRAIN, 300), "not whole numbers of 0 to 9"),
    ],
)
def test_labels_that_are_none_are_refused(tmp_path: Path, labels: np.ndarray, message: str):
    with pytest.raises(DataError, match=message) as caught:
        load_folder(write_npz(tmp_path / "other", y_train=labels))

    assert "Fetch the file again" not in str(caught.value)


def renamed(folder: Path, change: Callable[[str], str]) -> None:
    for path in list(folder.iterdir()):
        target = folder / change(path.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)


NAMES: dict[str, Callable[[str], str]] = {
    "dots": lambda name: name.replace("-idx", ".idx"),
    "test instead of t10k": lambda name: name.replace("t10k", "test"),
    "capitals": str.upper,
    "torchvision": lambda name: f"MNIST/raw/{name}",
    "EMNIST": lambda name: f"emnist-digits-{name.replace('t10k', 'test')}",
    "EMNIST's letters": lambda name: f"emnist-letters-{name.replace('t10k', 'test')}",
}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("change", NAMES.values(), ids=NAMES)
def test_other_names_of_the_files_are_known(tmp_path: Path, change, packed: bool):
    folder = write_idx_files(tmp_path / "digits", packed=packed)
    renamed(folder, change)

    assert same_digits(load_folder(folder), small_dataset())


def test_of_several_sets_of_emnist_the_digits_are_taken(tmp_path: Path):
    folder = write_idx_files(tmp_path / "digits")
    renamed(folder, lambda name: f"emnist-digits-{name}")
    (folder / "emnist-letters-train-images-idx3-ubyte").write_bytes(b"of letters")

    assert same_digits(load_folder(folder), small_dataset())


def test_of_several_sets_without_digits_none_is_guessed(tmp_path: Path):
    for name in ("emnist-letters", "emnist-balanced"):
        (tmp_path / f"{name}-train-images-idx3-ubyte").write_bytes(b"")

    with pytest.raises(DataError, match=r"several sets .*emnist-balanced-, emnist-letters-"):
        load_folder(tmp_path)


@pytest.mark.parametrize("odd", ["train-images-idx3-ubyte.gz", "mnist.npz"])
def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path, odd: str):
    (tmp_path / odd).mkdir()

    with pytest.raises(DataError, match="holds neither"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "Permission denied"),
        OSError(errno.ESTALE, "Stale file handle"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
@pytest.mark.parametrize("door", ["listdir", "open"])
def test_what_the_system_refuses_is_told_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, door: str, error: OSError
):
    def refuse(*_: object, **__: object):
        raise error

    monkeypatch.setattr(*((os, "listdir") if door == "listdir" else (Path, "open")), refuse)

    with pytest.raises(DataError, match=error.strerror) as caught:
        load_folder(folder)

    assert "permissions" in str(caught.value)
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
    arrays = npz_arrays()
    del arrays["y_train"]
    np.savez(tmp_path / "mnist.npz", **arrays)

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
