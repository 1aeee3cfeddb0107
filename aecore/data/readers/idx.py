"""IDX files, as MNIST and its relatives come: gzipped or not, under any of the common names."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np

from aecore.data.large_arrays import CHUNK_BYTES, new_array
from aecore.data.limits import Shape, check_count
from aecore.data.progress import Report
from aecore.data.readers.files import SUBFOLDERS, explaining, folder_name, start_of
from aecore.data.readers.raw import Found, Part, RawData
from aecore.data.readers.values import picture_shape, to_pictures
from aecore.errors import DataError

IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

_NAME = re.compile(
    r"(?P<set>.*?)((?P<split>train|t10k|test)[-_.])?(?P<part>images|labels)"
    r"[-_.]idx[134][-_.]ubyte(\.gz)?",
    re.IGNORECASE,
)
"""Also with dots, as some unpackers write it, and with the prefix of one of EMNIST's sets."""
_SETS = ("", "emnist-digits-", "emnist-mnist-")
"""Prefixes of the sets that are preferred where a folder holds several."""


def find(folder: Path) -> Found | None:
    """Look for IDX files in a folder, or where torchvision puts them."""
    for inside in (folder / name for name in SUBFOLDERS):
        prefix, files = _files(inside)
        if files:
            name = prefix.strip("-_.") or folder_name(inside)
            return Found(read=partial(_read, inside, name, files), files=tuple(files.values()))
    return None


def _files(folder: Path) -> tuple[str, dict[str, Path]]:
    """Return the prefix and the files of a folder by the name of the array; one set's, if many."""
    sets: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(folder.glob("*")):  # the unpacked file comes before its .gz
        match = _NAME.fullmatch(path.name)
        if match and path.is_file():
            split = "test" if (match["split"] or "train").lower() != "train" else "train"
            files = sets[match["set"].lower()]
            files.setdefault(f"{split}_{match['part'].lower()}", path)
    chosen = [name for name in _SETS if name in sets] or list(sets)
    if len(chosen) > 1 and chosen[0] not in _SETS:
        raise DataError(
            f"{folder}: holds several sets ({', '.join(sorted(chosen))}). Name a folder with the "
            "four files of one."
        )
    return (chosen[0], sets[chosen[0]]) if chosen else ("", {})


def _read(folder: Path, name: str, files: dict[str, Path], report: Report) -> RawData:
    _require_companions(folder, files)
    parts = {
        split: Part(
            images=_read_items(files[f"{split}_images"]),
            labels=_read_items(files[f"{split}_labels"], labels=True)
            if f"{split}_labels" in files
            else None,
            split=split,
        )
        for split in ("train", "test")
        if f"{split}_images" in files
    }
    train, *rest = parts.values()  # the only files may be named as those for testing are
    if rest and train.images.shape[1:] != rest[0].images.shape[1:]:
        shapes = (part.images.shape for part in (train, rest[0]))
        found, wanted = (" x ".join(f"{size:,}" for size in shape) for shape in shapes)
        raise DataError(
            f"{files['train_images']} is {found}, not N x {wanted.partition(' x ')[2]} as "
            f"{files['test_images'].name}. Fetch both from the same place."
        )
    return RawData(
        train=train, test=rest[0] if rest else None, source=f"IDX files in {folder}", name=name
    )


def _require_companions(folder: Path, files: dict[str, Path]) -> None:
    """Refuse labels without pictures, and labels for one split alone."""
    for split, other in (("train", "test"), ("test", "train")):
        labels, images = f"{split}_labels", f"{split}_images"
        missing = images if labels in files else labels if f"{other}_labels" in files else ""
        if missing and missing not in files and (missing == images or images in files):
            raise DataError(
                f"{folder}: {IDX_FILES[missing]}, with or without .gz, is missing beside the "
                "others. Add it."
            )


def _read_items(path: Path, *, labels: bool = False) -> np.ndarray:
    """Return the items of one file: pictures (N, H, W) or (N, H, W, 3), or labels (N,), uint8."""
    with explaining(path), _open(path) as file:
        shape = _read_header(path, file, labels=labels)
        check_count(f"{path}: {path.name}", shape[0])
        item = () if labels else picture_shape(f"{path}: {path.name}", shape)
        items = new_array(shape)
        done = sum(_fill(file, items))
        if done < items.nbytes or file.read(1):  # the byte too many also makes gzip check its sum
            found = f"{done:,}" if done < items.nbytes else "more"
            raise DataError(
                f"{path}: {shape[0]:,} items take {items.nbytes:,} bytes, found {found}. "
                "Fetch the file again."
            )
    return to_pictures(items, item)


def _fill(file: IO[bytes], items: np.ndarray) -> Iterator[int]:
    """Read bytes into an array; yield how many came at a time."""
    view = items.reshape(-1).data
    start = 0
    while start < len(view):
        read = file.readinto(view[start : start + CHUNK_BYTES])  # type: ignore[attr-defined]
        if not read:
            return
        start += read
        yield read


def _read_header(path: Path, file: IO[bytes], *, labels: bool) -> Shape:
    """Return the shape of the items that follow."""
    start = file.read(4)
    dimensions = (1,) if labels else (3, 4)
    if (
        len(start) < 4 or start[:3] != b"\0\0\x08" or start[3] not in dimensions
    ):  # bytes, in so many dimensions
        raise DataError(
            f"{path}: begins with {start.hex() or 'nothing'}, not {2048 + dimensions[0]:08x}, so "
            "it is not the IDX file its name says. Fetch the file again."
        )
    sizes = file.read(4 * start[3])
    if len(sizes) < 4 * start[3]:
        raise DataError(f"{path}: ends within its header. Fetch the file again.")
    shape = np.frombuffer(sizes, ">u4").tolist()
    return tuple(shape)


def _open(path: Path) -> IO[bytes]:
    """Open a file and unpack gzip, whatever its name: browsers unpack files and keep their .gz."""
    packed = start_of(path)[:2] == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]
