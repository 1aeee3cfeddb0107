"""Data sets that come as uploaded files, and keeping one on this machine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from aecore.data import limits
from aecore.data.cache import cache_dir
from aecore.data.conversion import MAX_NAME
from aecore.data.dataset import Dataset
from aecore.data.folder import load_folder
from aecore.data.limits import MAX_BYTES, MAX_PICTURES, PUBLIC_UPLOAD_MB
from aecore.data.readers.files import explaining
from aecore.errors import DataError
from aecore.system.environment import is_public, require_private

MAX_UPLOAD_MB = 200
PUBLIC_BYTES = 100_000_000
"""Of the pictures in an upload to a public server, unpacked."""


def max_upload_mb() -> int:
    """Return the size in MB that the files of an upload may have together."""
    return PUBLIC_UPLOAD_MB if is_public() else MAX_UPLOAD_MB


def load_upload(files: Mapping[str, bytes]) -> Dataset:
    """Read uploaded files as a data set; nothing of them stays on the disk.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by name: what a folder may hold, or one zip archive of it.

    Raises
    ------
    DataError
        If they are too large or cannot be used.
    """
    if sum(map(len, files.values())) > max_upload_mb() * 10**6:
        advice = "Use fewer pictures" if is_public() else "Name a folder of this machine"
        raise DataError(f"The files are larger than {max_upload_mb()} MB together. {advice}.")
    with limits.lowered(PUBLIC_BYTES if is_public() else MAX_BYTES):
        return _load(files)


def _load(files: Mapping[str, bytes]) -> Dataset:
    name = _file_name(next(iter(files), "")).partition(".")[0] or "upload"
    with TemporaryDirectory(prefix="aecore-upload-") as temporary:
        folder = Path(temporary, name)
        folder.mkdir()
        try:
            for file, content in files.items():
                path = folder / _file_name(file)
                path.write_bytes(content)
                if path.suffix.lower() == ".zip":
                    _unpack(path)
            dataset = load_folder(folder, kept=False)
        except DataError as error:
            raise DataError(_without(temporary, str(error))) from None
    note = _without(temporary, dataset.note)
    return replace(dataset, source=f"uploaded {', '.join(list(files)[:3])}", note=note)


def _file_name(name: str) -> str:
    """Return a name that any disk takes: the end of a file's, which tells the format."""
    text = name.encode("utf-8", "replace").decode().replace("\0", "")
    return Path(text).name.lstrip(".")[-MAX_NAME:] or "upload"


def _unpack(path: Path) -> None:
    """Unpack an archive beside itself, and remove it."""
    with explaining(path), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        size = sum(member.file_size for member in members)
        if size > limits.max_bytes() or len(members) > 2 * MAX_PICTURES:
            raise DataError(
                f"{path.name}: {len(members):,} files of {size / 1e9:.1f} GB are too much; at most "
                f"{limits.max_bytes() / 1e9:g} GB can be used."
            )
        archive.extractall(path.parent)
    path.unlink()


def _without(folder: str, text: str) -> str:
    """Leave the temporary folder out of a message."""
    return text.replace(f"{folder}/", "").replace(folder, "the upload")


def keep(dataset: Dataset) -> Path:
    """Write a data set to the user's cache folder and return the file, for `--data`.

    Raises
    ------
    DataError
        If it cannot be written.
    AecoreError
        On a public server.
    """
    require_private()
    stem = re.sub(r"[^\w.-]+", "-", dataset.spec.name).strip("-.") or "pictures"
    path = cache_dir() / "kept" / dataset.fingerprint / f"{stem}.npz"
    arrays = {
        name: array.reshape(-1, *dataset.spec.shape) if name.endswith("images") else array
        for name, array in dataset.arrays.items()
        if dataset.spec.classes or name.endswith("images")
    }
    if dataset.spec.classes:
        arrays["class_names"] = np.array(dataset.spec.classes)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as temporary:
            made = Path(temporary, path.name)
            np.savez_compressed(made, **arrays)  # type: ignore[arg-type]
            made.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}. Free some space.") from error
    return path
