"""MNIST's files in a folder: four IDX files, or one `mnist.npz`."""

from __future__ import annotations

import gzip
import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from aecore.config import SHAPE
from aecore.data.dataset import ARRAY_NAMES, MAX_DIGITS, Dataset
from aecore.errors import DataError

IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
NPZ_FILE = "mnist.npz"
NPZ_KEYS = dict(zip(ARRAY_NAMES, ("x_train", "y_train", "x_test", "y_test"), strict=True))

Shape = tuple[int, ...]

_ITEM_SHAPES: dict[str, Shape] = {
    name: SHAPE if name.endswith("images") else () for name in ARRAY_NAMES
}


def load_folder(path: str | Path) -> Dataset:
    """Load the four IDX files, gzipped or not, or else the `mnist.npz` of a folder.

    Raises
    ------
    DataError
        If the folder or a file is missing or cannot be read, or a file holds something else.
    """
    folder = Path(os.path.expanduser(path))
    if not folder.is_dir():
        why = "it is a file" if folder.exists() else "it does not exist"
        raise DataError(f"{folder}: not a folder, {why}. Name the folder that holds MNIST.")
    files = {
        name: next((p for p in (folder / stem, folder / f"{stem}.gz") if p.is_file()), None)
        for name, stem in IDX_FILES.items()
    }
    if any(files.values()):
        return _load_idx(folder, files)
    if (folder / NPZ_FILE).is_file():
        return _load_npz(folder / NPZ_FILE)
    raise DataError(
        f"{folder}: holds neither {IDX_FILES['train_images']}.gz and its three companions "
        f"nor {NPZ_FILE}. Name the folder that holds MNIST."
    )


# --- IDX files ----------------------------------------------------------------------------------


def _load_idx(folder: Path, files: dict[str, Path | None]) -> Dataset:
    arrays = {}
    for name, path in files.items():
        if path is None:
            raise DataError(
                f"{folder}: {IDX_FILES[name]}, with or without .gz, is missing beside the others. "
                "Add it."
            )
        arrays[name] = _read_idx(path, _ITEM_SHAPES[name])
    return _folder_dataset(folder, arrays, source=f"IDX files in {folder}")


def _read_idx(path: Path, item_shape: Shape) -> np.ndarray:
    """Return the items of one file: uint8 of shape (N, *item_shape)."""
    magic = bytes([0, 0, 8, 1 + len(item_shape)])  # bytes, in so many dimensions
    header_size = 4 * (1 + magic[-1])
    with _refusing_damage(path), _open_idx(path) as file:
        header = file.read(header_size)
        if header[:4] != magic:
            raise DataError(
                f"{path}: begins with {header[:4].hex() or 'nothing'}, not {magic.hex()}, so it is "
                "not the IDX file its name says. Fetch the file again."
            )
        if len(header) < header_size:
            raise DataError(f"{path}: ends within its header. Fetch the file again.")
        shape = tuple(np.frombuffer(header, ">u4")[1:].tolist())
        _check_shape(path.name, path, shape, item_shape)
        size = math.prod(shape)
        body = file.read(size + 1)  # the byte too many also makes gzip check its sum
    if len(body) != size:
        found = "more" if len(body) > size else f"{len(body):,}"
        raise DataError(
            f"{path}: {shape[0]:,} items take {size:,} bytes, found {found}. Fetch the file again."
        )
    return np.frombuffer(body, np.uint8).reshape(shape)


def _open_idx(path: Path) -> IO[bytes]:
    """Open a file and unpack gzip, whatever its name: browsers unpack files and keep their .gz."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]


# --- mnist.npz ----------------------------------------------------------------------------------


def _load_npz(path: Path) -> Dataset:
    with _refusing_damage(path), zipfile.ZipFile(path) as archive:
        arrays = {
            name: _read_npy(path, archive, key, _ITEM_SHAPES[name])
            for name, key in NPZ_KEYS.items()
        }
    return _folder_dataset(path, arrays, source=f"{path.name} in {path.parent}")


def _read_npy(path: Path, archive: zipfile.ZipFile, key: str, item_shape: Shape) -> np.ndarray:
    """Return one array of an npz: numpy's own reader would allocate whatever its header claims."""
    member = f"{key}.npy"
    if member not in archive.namelist():
        raise DataError(f"{path}: has no array {key}. It must hold {', '.join(NPZ_KEYS.values())}.")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"{key} has the unusual format {version}")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype != np.uint8:
        raise DataError(f"{path}: {key} holds {dtype}, not uint8. Fetch the file again.")
    _check_shape(key, path, shape, item_shape)
    with archive.open(member) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):
            raise ValueError(f"{key} is longer than it says")
    return np.ascontiguousarray(array)


# --- both ---------------------------------------------------------------------------------------


def _check_shape(what: str, path: Path, shape: Shape, item_shape: Shape) -> None:
    """Refuse by the header, before anything of that size is allocated."""
    if shape[1:] != item_shape or len(shape) != 1 + len(item_shape):
        wanted = " x ".join(str(size) for size in ("N", *item_shape))
        found = " x ".join(f"{size:,}" for size in shape) or "a single value"
        raise DataError(f"{path}: {what} is {found}, not {wanted}. Name a folder with MNIST.")
    if not 1 <= shape[0] <= MAX_DIGITS:
        raise DataError(
            f"{path}: {what} claims {shape[0]:,} items; 1 to {MAX_DIGITS:,} can be used. "
            "Fetch the file again."
        )


def _folder_dataset(path: Path, arrays: dict[str, np.ndarray], *, source: str) -> Dataset:
    flat: dict[str, Any] = {
        name: array.reshape(len(array), -1) if name.endswith("images") else array
        for name, array in arrays.items()
    }
    try:
        return Dataset(**flat, kind="folder", source=source)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    """Turn what the readers of gzip, zip and npy raise into one message."""
    try:
        yield
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        ValueError,
        SyntaxError,  # a npy header is a Python literal, of which numpy checks the ordinary faults
        tokenize.TokenError,
        RuntimeError,  # an encrypted zip, or one compressed in an unknown way
    ) as error:
        detail = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: cannot be read ({detail}). Fetch the file again.") from error
