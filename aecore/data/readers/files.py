"""What readers of files share: their faults in one line, and their names."""

from __future__ import annotations

import re
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aecore.errors import DataError
from aecore.system.file_content import START, stand_in

SUBFOLDERS = ("", "MNIST/raw", "raw", "EMNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "QMNIST/raw")
"""Where files may lie within a folder; those of torchvision too."""
_IMAGES = {"x", "image", "images", "data", "pixels", "features", "inputs", "arr"}
_LABELS = {"y", "label", "labels", "target", "targets", "class"}
_SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test", "t10k": "test"}
_UNUSED = {"val", "valid", "validation"}


def array_name(name: str) -> str:
    """Return which array a name stands for, as in `train_images` for `x_train` or `trainX`.

    Names without a split are for training; empty for other names.
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    words = set(re.split(r"[\W_]+", spaced.lower()))
    splits = {_SPLITS[word] for word in words & set(_SPLITS)} or {"train"}
    parts = [part for part, known in (("labels", _LABELS), ("images", _IMAGES)) if words & known]
    if words & _UNUSED or len(splits) > 1 or not parts:
        return ""
    return f"{splits.pop()}_{parts[0]}"


def folder_name(path: Path) -> str:
    """Return what a data set is called after its folder: torchvision's `raw` is in it."""
    named = path.resolve()
    return named.parent.name if named.name.lower() == "raw" else named.name


def start_of(path: Path) -> bytes:
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


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what the system and the readers of gzip, zip and npy raise into one message."""
    try:
        yield
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        ValueError,
        IndexError,  # of a member of a zip without a name
        OverflowError,  # a negative size
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
