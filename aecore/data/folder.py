"""A data set in a folder or a file of the user's, in any of the formats that are read."""

from __future__ import annotations

import os
from pathlib import Path

from aecore.data import set_cache
from aecore.data.conversion import to_dataset
from aecore.data.dataset import Dataset
from aecore.data.progress import Report, silent
from aecore.data.readers import arrays, idx, pictures, table
from aecore.data.readers.files import explaining
from aecore.data.readers.raw import Found
from aecore.errors import DataError
from aecore.system.environment import path_text

READERS = (idx.find, arrays.find, table.find, pictures.find)
"""Each looks for its files in a folder; the first that finds some reads them."""
FILE_READERS = (arrays.find, table.find)
"""The same for a file."""


def load_folder(path: str | Path, *, progress: Report = silent, kept: bool = True) -> Dataset:
    """Load the data set of a folder or a file: IDX, NumPy's files, tables or pictures.

    What takes long to read is kept in the cache, unless `kept` is False. Pictures that look wrong
    are loaded, with a `note`.

    Raises
    ------
    DataError
        If the folder or a file is missing or cannot be read, or holds something else.
    """
    path = Path(path_text(str(path)))
    with explaining(path):
        found = _find(path)
        if not (found.is_slow and kept):
            return _read(path, found, progress)
        name = set_cache.stamp(found.files)
        cached = set_cache.load(name)
        if cached is None:
            cached = _read(path, found, progress)
            set_cache.save(name, cached)
        return cached


def _read(path: Path, found: Found, progress: Report) -> Dataset:
    try:
        return to_dataset(found.read(progress))
    except DataError as error:
        where = str(path if len(found.files) > 1 else found.files[0])
        message = str(error)
        raise DataError(message if str(path) in message else f"{where}: {message}") from None


def _find(path: Path) -> Found:
    if path.is_dir():
        os.listdir(path)  # one that cannot be read would look empty
    elif not path.exists():
        raise DataError(
            f"{path}: not a folder, it does not exist. Name the folder that holds the data set."
        )
    for look in READERS if path.is_dir() else FILE_READERS:
        if found := look(path):
            return found
    if path.is_file():
        raise DataError(
            f"{path}: not a folder, it is a file, and neither .npz, .npy, .csv nor .parquet. Name "
            "the folder that holds the data set."
        )
    raise DataError(
        f"{path}: no picture found: it holds neither {idx.IDX_FILES['train_images']}.gz and its "
        f"three companions nor {arrays.MNIST_NPZ}, other .npz, .npy, .csv or .parquet files, or "
        "pictures. Name the folder that holds the data set."
    )
