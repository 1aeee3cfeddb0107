"""Registry of the data sets, and the choice of the one in use."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from aecore.data.cache import load_cache
from aecore.data.dataset import BUNDLED, MNIST, Dataset, DatasetSpec
from aecore.data.folder import load_folder
from aecore.data.openml import download
from aecore.data.openml_sets import SETS, download_set
from aecore.data.progress import Report, silent
from aecore.errors import DataError
from aecore.imaging.levels import to_levels
from aecore.system.environment import is_on, path_text

N_BUNDLED_TRAIN = 1_297

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A data set and where it is from."""

    spec: DatasetSpec
    load: Callable[..., Dataset | None]
    """Called with `allow_download` and `progress`, see `load`. Returns None where the data set is
    not here; raises a DataError where getting it failed."""


SOURCES: dict[str, Source] = {}
"""By name. Where none is named, the first one found is in use."""


def register(spec: DatasetSpec, load: Callable[..., Dataset | None]) -> None:
    """Make a data set known, in place of an earlier one of the same name."""
    SOURCES[spec.name] = Source(spec=spec, load=load)


def downloads_allowed() -> bool:
    """Return whether data sets may be fetched; `AECORE_DOWNLOAD=off` says no."""
    return is_on("AECORE_DOWNLOAD")


def absolute_name(name: str | Path | None = None) -> str:
    """Return what names the data set, so that it means the same from any folder; else nothing.

    Parameters
    ----------
    name : path or str, optional
        As for `load`.
    """
    named = _named(name)
    return os.path.abspath(named) if _is_folder(named) else named


def _named(name: str | Path | None) -> str:
    return path_text(str(name or "")) or path_text(os.environ.get("AECORE_DATA"))


def is_name(text: str) -> bool:
    """Return whether a text names a data set, that of a source or one of OpenML's."""
    return text in SOURCES or text in SETS


def _is_folder(named: str) -> bool:
    return bool(named) and (not is_name(named) or os.path.exists(named))


def load(
    name: str | Path | None = None,
    *,
    allow_download: bool = True,
    progress: Report = silent,
) -> Dataset:
    """Load the named data set, or else the first one found.

    Parameters
    ----------
    name : path or str, optional
        A folder or a file, see `load_folder`, or the name of a registered data set or of one of
        OpenML's in `aecore.data.openml_sets`; empty or None
        means `AECORE_DATA`. If either is named, no other source is considered.
    allow_download : bool
        Whether to fetch what is not cached. A failure is logged and becomes the result's
        `note`, and the bundled digits are used.
    progress : callable, optional
        Called with a `Progress` whenever something has moved on.

    Raises
    ------
    DataError
        If what is named cannot be used, or nothing is found.
    """
    named = _named(name)
    options: dict[str, Any] = {"allow_download": allow_download, "progress": progress}
    if _is_folder(named):
        in_folder = load_folder(named, progress=progress)
        if in_folder.note:
            logger.warning("%s: %s", in_folder.source, in_folder.note)
        return in_folder
    if named:
        dataset, title = _load_named(named, options)
        if dataset is None:
            raise DataError(
                f"{title} is not here, and it is not fetched. To fetch it once: "
                f"python -m aecore data --data {named}"
            )
        return dataset
    note = ""
    for source in SOURCES.values():
        try:
            dataset = source.load(**options)
        except DataError as error:
            logger.warning("%s", error)
            note = str(error)
        else:
            if dataset is not None:
                return replace(dataset, note=note)
    raise DataError(note)


def _load_named(name: str, options: dict[str, Any]) -> tuple[Dataset | None, str]:
    if name in SOURCES:
        return SOURCES[name].load(**options), SOURCES[name].spec.title
    return download_set(name, **options), SETS[name].title


def _load_mnist(*, allow_download: bool, progress: Report) -> Dataset | None:
    return load_cache() or (download(progress=progress) if allow_download else None)


def load_bundled(**_: object) -> Dataset:
    """Load scikit-learn's 1,797 digits of 8x8 pixels, normalized as MNIST's are.

    The first 1,297 are for training, the last 500 for testing.

    Raises
    ------
    DataError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            f"There are no digits: {error}. Install scikit-learn, or name a folder that holds "
            "MNIST with --data or AECORE_DATA."
        ) from error
    from aecore.digits.normalization import frame

    small = load_digits()
    framed = np.stack([frame(ink) for ink in small.images / 16])  # (1797, 28, 28), in 0..1
    images = to_levels(framed).reshape(-1, BUNDLED.n_pixels)
    labels = small.target.astype(np.uint8)
    return Dataset(
        train_images=images[:N_BUNDLED_TRAIN],
        train_labels=labels[:N_BUNDLED_TRAIN],
        test_images=images[N_BUNDLED_TRAIN:],
        test_labels=labels[N_BUNDLED_TRAIN:],
        kind=BUNDLED.name,
        source="scikit-learn's 1,797 bundled digits (MNIST was not found)",
        spec=BUNDLED,
    )


register(MNIST, _load_mnist)
register(BUNDLED, load_bundled)
