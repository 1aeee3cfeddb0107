"""Registry of the data sets, and the choice of the one in use."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aecore.data.cache import load_cache
from aecore.data.dataset import BUNDLED, MNIST, Dataset, DatasetSpec
from aecore.data.mnist_files import load_folder
from aecore.data.openml import DownloadProgress, download
from aecore.errors import DataError

N_BUNDLED_TRAIN = 1_297

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A data set and where it is from."""

    spec: DatasetSpec
    load: Callable[..., Dataset | None]
    """Called with `allow_download` and `progress`, see `load`. Returns None where the data set is
    not at hand; raises a DataError where getting it failed."""


SOURCES: dict[str, Source] = {}
"""By name. Where none is named, the first one at hand is in use."""


def register(spec: DatasetSpec, load: Callable[..., Dataset | None]) -> None:
    """Make a data set known, in place of an earlier one of the same name."""
    SOURCES[spec.name] = Source(spec=spec, load=load)


def downloads_allowed() -> bool:
    """Return whether MNIST may be fetched; `AECORE_DOWNLOAD=off` says no."""
    return os.environ.get("AECORE_DOWNLOAD", "on").lower() not in ("off", "0", "no", "false")


def load(
    name: str | Path | None = None,
    *,
    allow_download: bool = True,
    progress: Callable[[DownloadProgress], None] | None = None,
) -> Dataset:
    """Load the named data set, or else the first one at hand.

    Parameters
    ----------
    name : path or str, optional
        The folder of MNIST's files, or the name of a registered data set; empty or None means
        `AECORE_DATA`. If either is named, no other source is considered.
    allow_download : bool
        Whether to fetch MNIST if it is not cached. A failure is logged and becomes the result's
        `note`, and the bundled digits are used.
    progress : callable, optional
        See `download`.

    Raises
    ------
    DataError
        If what is named cannot be used, or nothing is at hand.
    """
    named = str(name or os.environ.get("AECORE_DATA") or "")
    options = {"allow_download": allow_download, "progress": progress}
    if named and (named not in SOURCES or os.path.exists(named)):
        return load_folder(named)
    if named:
        dataset = SOURCES[named].load(**options)
        if dataset is None:
            raise DataError(f"{SOURCES[named].spec.title} is not here, and it is not fetched.")
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


def _load_mnist(
    *, allow_download: bool, progress: Callable[[DownloadProgress], None] | None
) -> Dataset | None:
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
            f"No digits at hand: {error}. Install scikit-learn, or name a folder that holds MNIST "
            "with --data or AECORE_DATA."
        ) from error
    from aecore.digits.normalization import frame

    small = load_digits()
    framed = np.stack([frame(ink) for ink in small.images / 16])  # (1797, 28, 28), in 0..1
    images = np.rint(framed * 255).astype(np.uint8).reshape(-1, BUNDLED.n_pixels)
    labels = small.target.astype(np.uint8)
    return Dataset(
        train_images=images[:N_BUNDLED_TRAIN],
        train_labels=labels[:N_BUNDLED_TRAIN],
        test_images=images[N_BUNDLED_TRAIN:],
        test_labels=labels[N_BUNDLED_TRAIN:],
        kind=BUNDLED.name,
        source="scikit-learn's 1,797 bundled digits (MNIST not at hand)",
        spec=BUNDLED,
    )


register(MNIST, _load_mnist)
register(BUNDLED, load_bundled)
