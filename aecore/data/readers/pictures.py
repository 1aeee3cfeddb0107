"""A folder of pictures: one sub-folder a class, with or without `train` and `test`, or all flat."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aecore.config import MAX_SIDE
from aecore.data.large_arrays import new_array
from aecore.data.limits import Shape, check_pictures, size_words
from aecore.data.progress import READING_STEP, ReadingProgress, Report
from aecore.data.readers.files import explaining, folder_name
from aecore.data.readers.raw import Found, Part, RawData
from aecore.errors import DataError, PictureError
from aecore.imaging.levels import to_levels

if TYPE_CHECKING:  # imported where it is used
    from PIL.Image import Image as Picture

RESIZED_SIDE = 64
"""Side of pictures that have to be resized, unless most of them are smaller."""
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
_TRAIN, _TEST = ("train", "training"), ("test", "testing")


@dataclass(frozen=True)
class _File:
    path: Path
    split: str
    label: str
    """Name of its folder; empty where all are in one."""


def find(folder: Path) -> Found | None:
    """Look for pictures in a folder and in its sub-folders."""
    if not folder.is_dir():
        return None
    root = _root(folder)
    files = _list(root)
    if not files:
        return None
    read = partial(_read, folder, folder_name(root), files)
    return Found(read=read, files=tuple(file.path for file in files), is_slow=True)


def _root(folder: Path) -> Path:
    """Return the folder itself, or the only one in it, as archives are often packed."""
    while not _pictures_in(folder) and len(inside := _folders_in(folder)) == 1:
        if not _folders_in(inside[0]) and not _pictures_in(inside[0]):
            break
        folder = inside[0]
    return folder


def _folders_in(folder: Path) -> list[Path]:
    return sorted(
        each for each in folder.iterdir() if each.is_dir() and not each.name.startswith((".", "__"))
    )


def _pictures_in(folder: Path) -> list[Path]:
    return sorted(
        each
        for each in folder.iterdir()
        if each.suffix.lower() in _SUFFIXES and not each.name.startswith(".") and each.is_file()
    )


def _list(root: Path) -> list[_File]:
    splits = {each: each.name.lower() for each in _folders_in(root)}
    if any(name in _TRAIN for name in splits.values()):
        return [
            file
            for path, name in splits.items()
            if name in _TRAIN + _TEST
            for file in _list_split(path, "train" if name in _TRAIN else "test")
        ]
    return _list_split(root, "train")


def _list_split(folder: Path, split: str) -> list[_File]:
    labeled = [
        _File(path, split, inside.name)
        for inside in _folders_in(folder)
        for path in _pictures_in(inside)
    ]
    return labeled or [_File(path, split, "") for path in _pictures_in(folder)]


def _read(folder: Path, name: str, files: Sequence[_File], report: Report) -> RawData:
    with explaining(folder):
        sizes = _sizes(files)
        side = _common_side(sizes)
        gray = not any(is_color for _, is_color in sizes.values())
        shape: Shape = (*side, 3)[: 2 if gray else 3]
        check_pictures(str(folder), len(files), shape)
        images, damaged = _decode(files, shape, report)
    files = [file for i, file in enumerate(files) if i not in damaged]
    images = images[np.setdiff1d(np.arange(len(images)), [*damaged])] if damaged else images
    train, *test = _parts(files, images)
    return RawData(
        train=train,
        test=test[0] if test else None,
        source=f"pictures in {folder}",
        name=name,
        preparation=_preparation(sizes, side, gray=gray),
        note=_damage_note(damaged),
    )


def _sizes(files: Sequence[_File]) -> dict[Path, tuple[tuple[int, int], bool]]:
    """Return height and width of each picture by its header, and whether it is in color."""
    from PIL import Image, UnidentifiedImageError

    sizes = {}
    for file in files:
        try:
            with Image.open(file.path) as picture:
                gray = picture.mode in ("1", "L", "LA", "I", "F") or picture.mode[:4] == "I;16"
                width, height = picture.size
                upright = (width, height) if _is_turned(picture) else (height, width)
                sizes[file.path] = (upright, not gray)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
            continue  # damaged, as decoding it will say
        except Image.DecompressionBombError:
            continue
    if not sizes:
        raise DataError(
            f"{files[0].path}: no picture found that can be read, of {len(files):,} files. "
            "Save them as PNG or JPEG."
        )
    return sizes


def _is_turned(picture: Picture) -> bool:
    """Return whether its EXIF data say that it lies on its side."""
    from PIL import ExifTags, Image

    exif = Image.Exif()
    exif.load(picture.info.get("exif", b""))  # of a TIFF, the size is that of the upright picture
    return exif.get(ExifTags.Base.Orientation) in range(5, 9)  # it may be anything


def _common_side(sizes: dict[Path, tuple[tuple[int, int], bool]]) -> tuple[int, int]:
    """Return the height and width that all pictures get: their own, where they agree."""
    found = {size for size, _ in sizes.values()}
    if len(found) == 1 and max(own := found.pop()) <= MAX_SIDE:
        return own
    shorter = statistics.median_low(min(size) for size, _ in sizes.values())
    return (min(shorter, RESIZED_SIDE),) * 2


def _preparation(
    sizes: dict[Path, tuple[tuple[int, int], bool]], side: tuple[int, int], *, gray: bool
) -> tuple[str, ...]:
    """Say what was done to make all pictures alike."""
    done = []
    counts = Counter(size for size, _ in sizes.values())
    if set(counts) != {side}:
        common = size_words(counts.most_common(1)[0][0])
        others = f" and {len(counts) - 1} other sizes" if len(counts) > 1 else ""
        done.append(
            f"cropped to the centered square and resized from {common}{others} to "
            f"{size_words(side)} pixels"
        )
    n_gray = sum(not is_color for _, is_color in sizes.values())
    if n_gray and not gray:
        done.append(f"{n_gray:,} gray pictures converted to RGB")
    return tuple(done)


def _decode(
    files: Sequence[_File], shape: Shape, report: Report
) -> tuple[np.ndarray, dict[int, str]]:
    """Return pictures (N, *shape) uint8, and why some cannot be read, by their number."""
    images = new_array((len(files), *shape))
    damaged = {}
    for number, file in enumerate(files):
        if number % READING_STEP == 0:
            report(ReadingProgress(done=number, total=len(files)))
        try:
            images[number] = open_resized(file.path.read_bytes(), file.path.name, shape)
        except PictureError as error:
            damaged[number] = str(error)
    if len(damaged) == len(files):
        raise DataError(f"No picture can be read; the first one: {damaged[0]}")
    return images, damaged


def open_resized(data: bytes, name: str, shape: Shape) -> np.ndarray:
    """Return a picture file as a data set of a shape holds its pictures.

    Parameters
    ----------
    data : bytes
        A whole file.
    name : str
        What messages call it.
    shape : (H, W) or (H, W, 3)

    Returns
    -------
    ndarray of that shape, uint8
        Of another size: the largest centered part of the same proportions, resized. Of another
        kind: in gray, or in RGB with three equal channels.

    Raises
    ------
    PictureError
        If the file cannot be read.
    """
    from aecore.digits.image_file import open_picture

    return resized(open_picture(data, name=name), shape)


def resized(picture: np.ndarray, shape: Shape) -> np.ndarray:
    """Return a picture (H, W) or (H, W, 3), in 0..1, as `open_resized` does."""
    from PIL import Image

    levels = to_levels(picture)
    image = Image.fromarray(levels).convert("RGB" if len(shape) == 3 else "L")
    if levels.shape[:2] != shape[:2]:
        image = image.resize(
            (shape[1], shape[0]), Image.Resampling.LANCZOS, box=_box(image.size, shape)
        )
    return np.asarray(image)


def _box(size: tuple[int, int], shape: Shape) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the largest centered part of a shape's proportions."""
    width, height = size
    scale = min(width / shape[1], height / shape[0])
    # At least 0: the product may round to more than the side it comes from.
    left, top = (max(side, 0) / 2 for side in (width - scale * shape[1], height - scale * shape[0]))
    return left, top, width - left, height - top


def _parts(files: Sequence[_File], images: np.ndarray) -> list[Part]:
    parts = []
    for split in ("train", "test"):
        rows = [i for i, file in enumerate(files) if file.split == split]  # in one block
        if rows:
            labels = np.array([files[row].label for row in rows])
            parts.append(
                Part(
                    images=images[rows[0] : rows[-1] + 1],
                    labels=labels if labels.all() else None,
                    split=split,
                )
            )
    return parts


def _damage_note(damaged: dict[int, str]) -> str:
    if not damaged:
        return ""
    first = next(iter(damaged.values()))
    return f"{len(damaged):,} pictures cannot be read and are left out; the first one: {first}"
