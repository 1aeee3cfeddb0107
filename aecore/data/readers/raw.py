"""Pictures as a reader found them, before labels are numbered and a test split is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aecore.data.progress import Report
from aecore.errors import DataError


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Pictures for training or for testing.

    Raises
    ------
    DataError
        If there is not one label for each picture.
    """

    images: np.ndarray
    """(N, H, W) or (N, H, W, 3) uint8."""
    labels: np.ndarray | None
    """(N,) whole numbers or names of classes; None where there are none."""
    split: str = "train"
    """`train` or `test`."""

    def __post_init__(self) -> None:
        if self.labels is not None and len(self.labels) != len(self.images):
            raise DataError(
                f"{len(self.images):,} {self.split} images, but {len(self.labels):,} "
                f"{self.split} labels."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class RawData:
    """What a reader found."""

    train: Part
    test: Part | None
    source: str
    """Origin of the pictures, in one line for people."""
    name: str
    """Of the data set, as its folder or file says."""
    classes: tuple[str, ...] = ()
    """Names of the classes by label, where the files say them."""
    preparation: tuple[str, ...] = ()
    """What was done to the pictures, a phrase each."""
    note: str = ""
    """What looks wrong, in one line; empty where nothing does."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Files that a reader knows how to read."""

    read: Callable[[Report], RawData]
    files: tuple[Path, ...]
    is_slow: bool = False
    """Whether what was read is kept in the cache."""
