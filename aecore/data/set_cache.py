"""Own data sets that take long to read, kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from aecore.data.cache import cache_dir
from aecore.data.dataset import ARRAY_NAMES, Dataset, DatasetSpec
from aecore.data.large_arrays import MAPPED_ABOVE
from aecore.data.readers.files import explaining
from aecore.errors import DataError

FORMAT = "aecore pictures 1"
KEPT = 6
"""Data sets; the ones used longest ago are removed first."""
_ABOUT = "about.json"

logger = logging.getLogger(__name__)


def stamp(files: Iterable[Path]) -> str:
    """Return a name for the state of some files: their paths, sizes and times of change."""
    digest = hashlib.sha256(FORMAT.encode())
    for path in files:
        state = path.stat()
        digest.update(f"{path.resolve()}\0{state.st_size}\0{state.st_mtime_ns}\0".encode(
            errors="surrogateescape"))  # fmt: skip
    return digest.hexdigest()[:32]


def load(name: str) -> Dataset | None:
    """Return the data set kept under a name; None if there is none, or it is damaged."""
    folder = _folder() / name
    try:
        about = json.loads((folder / _ABOUT).read_text())
        arrays: dict[str, Any] = {key: _read(folder / f"{key}.npy") for key in ARRAY_NAMES}
        if about.pop("format") != FORMAT:
            return None
        spec = about.pop("spec")
        spec |= {"shape": tuple(spec["shape"]), "classes": tuple(spec["classes"])}
        about["preparation"] = tuple(about["preparation"])
        os.utime(folder)
        return Dataset(**arrays, **about, spec=DatasetSpec(**spec))
    except FileNotFoundError:
        return None
    except (DataError, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        logger.warning("The cached pictures in %s are not used: %s", folder, error)
        return None


def _read(path: Path) -> np.ndarray:
    """Return an array, of a file that is as long as it says: else mapping it fails."""
    with explaining(path):
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        return mapped if path.stat().st_size > MAPPED_ABOVE else np.array(mapped)


def save(name: str, dataset: Dataset) -> None:
    """Keep a data set under a name, whole or not at all; where that fails, only a warning."""
    about: dict[str, Any] = {
        key: getattr(dataset, key) for key in ("kind", "source", "note", "preparation")
    }
    about |= {"format": FORMAT, "fingerprint": dataset.fingerprint, "spec": asdict(dataset.spec)}
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=_folder()) as temporary:
            made = Path(temporary, name)
            made.mkdir()
            for key, array in dataset.arrays.items():
                np.save(made / f"{key}.npy", array)
            (made / _ABOUT).write_text(json.dumps(about))
            shutil.rmtree(_folder() / name, ignore_errors=True)
            made.rename(_folder() / name)
        _remove_oldest()
    except OSError as error:
        logger.warning("The pictures cannot be cached in %s: %s", _folder(), error)


def _folder() -> Path:
    return cache_dir() / "pictures"


def _remove_oldest() -> None:
    kept = [each for each in _folder().iterdir() if not each.name.startswith(".")]
    for folder in sorted(kept, key=lambda each: each.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
