"""MNIST's files in a folder: four IDX files, or one `mnist.npz`."""

from __future__ import annotations

import gzip
import math
import os
import re
import tokenize
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from aecore.config import SHAPE
from aecore.data.dataset import ARRAY_NAMES, MAX_DIGITS, Dataset
from aecore.data.oddities import find_oddities
from aecore.errors import DataError
from aecore.system.environment import path_text
from aecore.system.file_content import START, stand_in

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
_IDX_NAME = re.compile(
    r"(?P<set>.*?)(?P<split>train|t10k|test)[-_.](?P<part>images|labels)"
    r"[-_.]idx[13][-_.]ubyte(\.gz)?",
    re.IGNORECASE,
)
"""Also with dots, as some unpackers write it, and with the prefix of one of EMNIST's sets."""
_SUBFOLDERS = ("", "MNIST/raw", "raw", "EMNIST/raw")
"""Those of torchvision too."""
_SETS = ("", "emnist-digits-", "emnist-mnist-")
"""Prefixes of the sets that are preferred where a folder holds several."""


def load_folder(path: str | Path) -> Dataset:
    """Load the four IDX files, gzipped or not, or else the `mnist.npz` of a folder.

    The files may also be in `MNIST/raw`, where torchvision puts them. Pictures that look wrong are
    loaded, with a `note`.

    Raises
    ------
    DataError
        If the folder or a file is missing or cannot be read, or a file holds something else.
    """
    folder = Path(path_text(str(path)))
    with _explaining(folder):
        if not folder.is_dir():
            why = "it is a file" if folder.exists() else "it does not exist"
            raise DataError(f"{folder}: not a folder, {why}. Name the folder that holds MNIST.")
        dataset = _load(folder)
    return replace(dataset, note=find_oddities(dataset))


def _load(folder: Path) -> Dataset:
    os.listdir(folder)  # one that cannot be read would look empty
    for inside in (folder / name for name in _SUBFOLDERS):
        if files := _idx_files(inside):
            return _load_idx(inside, files)
        if (inside / NPZ_FILE).is_file():
            return _load_npz(inside / NPZ_FILE)
    raise DataError(
        f"{folder}: holds neither {IDX_FILES['train_images']}.gz and its three companions "
        f"nor {NPZ_FILE}. Name the folder that holds MNIST."
    )


# --- IDX files ----------------------------------------------------------------------------------


def _idx_files(folder: Path) -> dict[str, Path]:
    """Return the IDX files of a folder by the name of the array; those of one set, if several."""
    sets: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(folder.glob("*")):  # the unpacked file comes before its .gz
        match = _IDX_NAME.fullmatch(path.name)
        if match and path.is_file():
            split = "train" if match["split"].lower() == "train" else "test"
            files = sets[match["set"].lower()]
            files.setdefault(f"{split}_{match['part'].lower()}", path)
    chosen = [name for name in _SETS if name in sets] or list(sets)
    if len(chosen) > 1 and chosen[0] not in _SETS:
        raise DataError(
            f"{folder}: holds several sets ({', '.join(sorted(chosen))}). Name a folder with the "
            "four files of one."
        )
    return sets[chosen[0]] if chosen else {}


def _load_idx(folder: Path, files: dict[str, Path]) -> Dataset:
    arrays = {}
    for name, stem in IDX_FILES.items():
        if name not in files:
            raise DataError(
                f"{folder}: {stem}, with or without .gz, is missing beside the others. Add it."
            )
        arrays[name] = _read_idx(files[name], _ITEM_SHAPES[name])
    return _folder_dataset(folder, arrays, source=f"IDX files in {folder}")


def _read_idx(path: Path, item_shape: Shape) -> np.ndarray:
    """Return the items of one file: uint8 of shape (N, *item_shape)."""
    magic = bytes([0, 0, 8, 1 + len(item_shape)])  # bytes, in so many dimensions
    header_size = 4 * (1 + magic[-1])
    with _explaining(path), _open_idx(path) as file:
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
    packed = _start(path)[:2] == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]


def _start(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises
    ------
    DataError
        If it is known to hold something in place of data.
    """
    with path.open("rb") as file:
        start = file.read(START)
    if found := stand_in(start):
        what, advice = found
        raise DataError(f"{path}: this is {what}, not data. {advice}.")
    return start


# --- mnist.npz ----------------------------------------------------------------------------------


def _load_npz(path: Path) -> Dataset:
    with _explaining(path):
        _start(path)
        archive = zipfile.ZipFile(path)
    with _explaining(path), archive:
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
    if dtype.kind not in "buif" or dtype.itemsize > 8:
        raise DataError(
            f"{path}: {key} holds {dtype}, not uint8 or other numbers. Save its values as uint8."
        )
    _check_shape(key, path, *_plain_shape(shape, item_shape))
    with archive.open(member) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):
            raise ValueError(f"{key} is longer than it says")
    if not item_shape and array.ndim == 2:
        array = _from_one_hot(path, key, array)
    shape, _ = _plain_shape(array.shape, item_shape)
    return np.ascontiguousarray(_to_bytes(path, key, array, gray=bool(item_shape)).reshape(shape))


def _plain_shape(shape: Shape, item_shape: Shape) -> tuple[Shape, Shape]:
    """Return an array's shape without a last axis of 1, and what its items' shape must be."""
    if len(shape) == 2 + len(item_shape) and shape[-1] == 1:
        return shape[:-1], item_shape
    if not item_shape and len(shape) == 2 and 2 <= shape[1] <= 10:
        return shape, shape[1:]  # one-hot labels
    return shape, item_shape


def _from_one_hot(path: Path, key: str, array: np.ndarray) -> np.ndarray:
    if array.shape[1] == 1:
        return array[:, 0]
    ones = array == 1
    if not ((ones | (array == 0)).all() and (ones.sum(axis=1) == 1).all()):
        raise DataError(
            f"{path}: {key} has several columns that are no one-hot labels. Save one number, "
            "0 to 9, for each picture."
        )
    return ones.argmax(axis=1)


def _to_bytes(path: Path, key: str, array: np.ndarray, *, gray: bool) -> np.ndarray:
    """Convert numbers to uint8 where nothing but rounding is lost; gray values may be 0..1."""
    if array.dtype == np.uint8:
        return array
    if gray and array.dtype == bool:
        return array.astype(np.uint8) * 255
    low, high = array.min(), array.max()
    fits = low >= 0 and high <= 255  # not where there is a NaN
    if gray and array.dtype.kind == "f" and fits:
        return np.rint(array * 255 if high <= 1 else array).astype(np.uint8)
    if fits and (array == np.rint(array)).all():
        return array.astype(np.uint8)
    wanted = "gray values of 0 to 1 or of 0 to 255" if gray else "whole numbers of 0 to 9"
    raise DataError(
        f"{path}: {key} holds {array.dtype} from {low:g} to {high:g}, not {wanted}. Convert it."
    )


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
def _explaining(path: Path) -> Iterator[None]:
    """Turn what the system and the readers of gzip, zip and npy raise into one message."""
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
        if isinstance(error, OSError) and error.errno is not None:  # gzip's own have none
            raise DataError(
                f"{path}: cannot be read ({error.strerror}). Check the folder and its permissions, "
                "or name another one with --data or AECORE_DATA."
            ) from error
        detail = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: cannot be read ({detail}). Fetch the file again.") from error
