"""MNIST as one verified file in the user's cache folder."""

from __future__ import annotations

import logging
from pathlib import Path

from aecore.config import N_PIXELS
from aecore.data.dataset import ARRAY_NAMES, Dataset
from aecore.errors import DataError
from aecore.system import atomic_file
from aecore.system.environment import path_from

CACHE_FILE = "mnist.safetensors"
CACHE_FORMAT = "aecore digits 1"
MAX_DIGITS = 200_000
MAX_CACHE_BYTES = MAX_DIGITS * (N_PIXELS + 1) + 100_000

logger = logging.getLogger(__name__)


def cache_dir() -> Path:
    """Return the cache folder: `AECORE_CACHE`, else `aecore` in the user's cache folder."""
    return path_from("AECORE_CACHE", path_from("XDG_CACHE_HOME", "~/.cache") / "aecore")


def save_cache(dataset: Dataset) -> None:
    """Write a data set to one file in `cache_dir`: whole, or not at all.

    Raises
    ------
    OSError
        If the folder cannot be written or its disk is full; an earlier file stays as it was.
    """
    from safetensors.numpy import save

    metadata = {
        "format": CACHE_FORMAT,
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    atomic_file.write(folder / CACHE_FILE, save(dataset.arrays, metadata), durable=True)


def load_cache() -> Dataset | None:
    """Read and verify the data set of an earlier download; None if there is none.

    A damaged file counts as none, after a warning in the log: the next download replaces it.
    """
    path = cache_dir() / CACHE_FILE
    try:
        return _read_cache(path) if path.exists() else None
    except (DataError, OSError) as error:
        logger.warning("The cached digits are not used: %s", error)
        return None


def _read_cache(path: Path) -> Dataset:
    from safetensors import SafetensorError, safe_open

    if path.stat().st_size > MAX_CACHE_BYTES:
        raise DataError(f"{path}: larger than {MAX_DIGITS:,} digits can be. Delete the file.")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in ARRAY_NAMES}
    except SafetensorError as error:
        raise DataError(f"{path}: damaged ({error}). Delete the file.") from error
    if (file_format := metadata.get("format")) != CACHE_FORMAT:
        raise DataError(
            f"{path}: its format is {file_format!r}, not {CACHE_FORMAT!r}. Delete the file."
        )
    dataset = Dataset(**arrays, kind="cache", source=f"{metadata.get('source')} (cached)")
    if dataset.fingerprint != metadata.get("fingerprint"):
        raise DataError(f"{path}: its digits are not those that were saved. Delete the file.")
    return dataset
