"""NumPy's files: one `.npz`, or `.npy` files side by side; nothing in them is unpickled."""

from __future__ import annotations

import math
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from aecore.data.known_names import DIGIT_SETS
from aecore.data.large_arrays import MAPPED_ABOVE, chunks
from aecore.data.limits import Shape, check_count, max_bytes
from aecore.data.progress import Report
from aecore.data.readers.files import SUBFOLDERS, array_name, explaining, folder_name, start_of
from aecore.data.readers.raw import Found, Part, RawData
from aecore.data.readers.values import gray_levels, picture_shape, plain_labels
from aecore.errors import DataError

MNIST_NPZ = "mnist.npz"
_NAMES = {"class_names", "classes", "label_names", "target_names", "categories", "names"}
_MAX_NAME_BYTES = 1_000


def find(path: Path) -> Found | None:
    """Look for arrays in a file or a folder, or where torchvision would put MNIST's."""
    if path.is_file():
        return _found(path) if path.suffix.lower() in (".npz", ".npy") else None
    for inside in (path / name for name in SUBFOLDERS):
        if (inside / MNIST_NPZ).is_file():
            return _found(inside / MNIST_NPZ)
    archives, arrays = ([*_files(path, suffix)] for suffix in (".npz", ".npy"))
    if len(archives) > 1:
        names = ", ".join(each.name for each in archives[:4])
        raise DataError(f"{path}: holds several archives ({names}). Name one of the files.")
    if archives:
        return _found(archives[0])
    if len(arrays) == 1:
        return _found(arrays[0])
    known = {array_name(each.stem): each for each in arrays if array_name(each.stem)}
    return _found(path, known) if any(name.endswith("images") for name in known) else None


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    return (
        each
        for each in sorted(folder.glob("*"))
        if each.suffix.lower() == suffix and each.is_file()
    )


def _found(path: Path, files: Mapping[str, Path] | None = None) -> Found:
    read = partial(_read_folder, path, files) if files else partial(_read_file, path)
    return Found(read=read, files=tuple(files.values()) if files else (path,))


def _read_folder(folder: Path, files: Mapping[str, Path], report: Report) -> RawData:
    arrays = {
        name: _Array(f"{path}: {path.name}", partial(open, path, "rb"))
        for name, path in files.items()
    }
    with explaining(folder):
        return _to_raw(folder, arrays, f".npy files in {folder}", folder_name(folder))


def _read_file(path: Path, report: Report) -> RawData:
    source = f"{path.name} in {path.parent}"
    with explaining(path):
        start_of(path)
        if path.suffix.lower() == ".npy":
            arrays = {"train_images": _Array(f"{path}: {path.name}", partial(open, path, "rb"))}
            return _to_raw(path, arrays, source, path.stem)
        with zipfile.ZipFile(path) as archive:
            found = {
                (name := member.removesuffix(".npy")): _Array(
                    f"{path}: {name}", partial(archive.open, member)
                )
                for member in archive.namelist()
            }
            return _to_raw(path, found, source, path.stem)


@dataclass(frozen=True)
class _Array:
    """One array that is not read yet."""

    where: str
    """Its file and name."""
    open: Callable[[], Any]
    """Gives the file, at its beginning."""


def _to_raw(path: Path, found: Mapping[str, _Array], source: str, name: str) -> RawData:
    names = next((array for key, array in found.items() if key.lower() in _NAMES), None)
    arrays = {array_name(key): array for key, array in found.items() if array is not names}
    if list(arrays) == [""]:
        arrays = {"train_images": next(iter(found.values()))}
    for split in ("test", "train"):
        if f"{split}_images" not in arrays and f"{split}_labels" in arrays:
            raise DataError(
                f"{path}: holds {split} labels, but no {split} images. Save them as x_{split}."
            )
        other = "train" if split == "test" else "test"
        if {f"{split}_images", f"{other}_labels"} <= set(
            arrays
        ) and f"{split}_labels" not in arrays:
            raise DataError(f"{path}: has no array y_{split} beside y_{other}. Add it.")
    _require_same_shape([arrays[key] for key in ("train_images", "test_images") if key in arrays])
    parts = []
    for split in ("train", "test"):
        if images := arrays.get(f"{split}_images"):
            labels = arrays.get(f"{split}_labels")
            parts.append(_read_part(split, images, labels, are_digits=name.lower() in DIGIT_SETS))
    if not parts:
        raise DataError(
            f"{path}: no picture found in its arrays ({', '.join(found) or 'none'}). Name them "
            "x_train, y_train, x_test and y_test, or images and labels."
        )
    return RawData(
        train=parts[0],
        test=parts[1] if len(parts) > 1 else None,
        source=source,
        name=name,
        classes=tuple(_read_labels(names, are_digits=False).tolist()) if names else (),
    )


def _require_same_shape(images: list[_Array]) -> None:
    headers = []
    for array in images:
        shape, dtype, _ = _read_header(array)
        _require_numbers(array.where, dtype)
        headers.append((shape, array))
    items = [picture_shape(array.where, shape) for shape, array in headers]
    if len(items) == 2 and items[0] != items[1]:
        found, wanted = (" x ".join(f"{size:,}" for size in shape) for shape, _ in headers)
        raise DataError(
            f"{headers[0][1].where} is {found}, not N x {wanted.partition(' x ')[2]} as the test "
            "images. Save both in one size."
        )


def _read_part(split: str, images: _Array, labels: _Array | None, *, are_digits: bool) -> Part:
    shape, _, _ = _read_header(images)
    item = picture_shape(images.where, shape)
    return Part(
        images=gray_levels(images.where, shape[0], item, partial(_chunks, images)),
        labels=None if labels is None else _read_labels(labels, are_digits=are_digits),
        split=split,
    )


def _require_numbers(where: str, dtype: np.dtype) -> None:
    if dtype.kind not in "buif" or dtype.itemsize > 8:
        raise DataError(
            f"{where} holds {dtype}, not uint8 or other numbers. Save its values as uint8."
        )


def _read_labels(array: _Array, *, are_digits: bool) -> np.ndarray:
    """Return labels (N,) as whole numbers or names."""
    shape, dtype, _ = _read_header(array)
    check_count(array.where, shape[0] if shape else 0)
    if dtype.kind not in "US" or dtype.itemsize > _MAX_NAME_BYTES:
        _require_numbers(array.where, dtype)
    if math.prod(shape) * dtype.itemsize > max_bytes():
        raise DataError(f"{array.where} is too large for labels. Save one for each picture.")
    labels = np.concatenate([*_chunks(array)])
    if dtype.kind == "U" and (_code_points(labels) > sys.maxunicode).any():
        raise DataError(f"{array.where} holds text with no valid characters. Save it again.")
    return plain_labels(array.where, labels, are_digits=are_digits)


def _code_points(texts: np.ndarray) -> np.ndarray:
    """Return the characters of an array of texts as numbers, in one dimension."""
    native = np.dtype(np.uint32).newbyteorder(texts.dtype.byteorder)
    return np.frombuffer(np.ascontiguousarray(texts).tobytes(), native)


def _read_header(array: _Array) -> tuple[Shape, np.dtype, bool]:
    """Return shape, type and whether the values are in Fortran's order."""
    with closing(array.open()) as file:
        return _header(array.where, file)


def _header(where: str, file: IO[bytes]) -> tuple[Shape, np.dtype, bool]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"{where} has the unusual format {version}")
    return shape, dtype, fortran


def _chunks(array: _Array) -> Iterator[np.ndarray]:
    """Yield the values from the beginning: NumPy's own reader would need them all in memory."""
    with closing(array.open()) as file:
        shape, dtype, fortran = _header(array.where, file)
        item_bytes = dtype.itemsize * math.prod(shape[1:])
        if fortran and shape[0] * item_bytes > MAPPED_ABOVE:
            raise DataError(f"{array.where} is in Fortran's order. Save it in C's order.")
        steps = [slice(0, shape[0])] if fortran else chunks(shape[0], item_bytes)
        for rows in steps:
            part = (rows.stop - rows.start, *shape[1:])
            body = file.read(part[0] * item_bytes)
            if len(body) < part[0] * item_bytes:
                raise ValueError(f"{array.where} ends early")
            yield np.frombuffer(body, dtype).reshape(part, order="F" if fortran else "C")
        if file.read(1):
            raise ValueError(f"{array.where} is longer than it says")
