"""The test digits in use, PCA's errors on them, and the download that may replace them.

All sessions share what is here. It is read-only, and keyed by where the digits come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakSet

import numpy as np
import streamlit as st

from aecore.checkpoints.card import Card
from aecore.data import sources
from aecore.data.cache import CACHE_FILE, cache_dir
from aecore.data.dataset import Dataset, DatasetSpec
from aecore.data.download_process import DownloadProcess
from aecore.data.grouping import group_classes
from aecore.data.upload import keep, load_upload
from aecore.errors import AecoreError, DataError
from aecore.imaging.levels import to_unit
from aecore.jobs import queue
from aecore.models import pca
from aecore.system.environment import is_public, require_private
from aecore.ui import waiting
from aecore.ui.cache.shared import measured, shared


@dataclass(frozen=True, eq=False)
class TestSet:
    """The N test digits in use, whatever their source."""

    __test__ = False  # no class of tests, for pytest

    images: np.ndarray
    """(N, P) float32 in 0..1."""
    labels: np.ndarray
    """(N,) uint8: numbers of `names`."""
    names: tuple[str, ...]
    """Of the labels, at most ten; see `aecore.data.grouping`."""
    source: str
    note: str
    """What looks wrong with them; see `aecore.data.dataset`."""
    fingerprint: str
    is_bundled: bool
    preparation: tuple[str, ...]
    """What was done to the pictures; see `aecore.data.dataset`."""
    spec: DatasetSpec
    """What the pictures are, and what they are called."""
    n_train: int
    """Number of training digits in the same data set."""

    def in_words(self) -> str:
        """Return the number of test pictures as a phrase, as in `10,000 test digits`."""
        return f"{len(self.labels):,} test {self.spec.nouns}"

    @property
    def origin(self) -> str:
        """Where they come from, as pages say it: a public server keeps its folders to itself."""
        if queue.training_allowed() or self.is_bundled:
            return self.source
        return f"{self.spec.title}, {self.in_words()}"

    def matches(self, card: Card) -> bool:
        """Return whether these are the digits of the checkpoint's atlas, in the same order."""
        return self.fingerprint == card.fingerprint


def test_set() -> TestSet:
    """Return the test pictures of the visitor's own data, else of the best source at hand.

    It does not wait for a download.
    """
    uploaded: Uploaded | None = st.session_state.get(_UPLOADED)
    return uploaded.test_set if uploaded else _test_set(*_source())


@dataclass(eq=False)
class Uploaded:
    """A data set that belongs to one visit."""

    dataset: Dataset
    test_set: TestSet
    pca_errors: dict[int, float] | None = None

    @property
    def n_bytes(self) -> int:
        """Return how much memory its arrays take."""
        arrays = (*self.dataset.arrays.values(), self.test_set.images)
        return sum(array.nbytes for array in arrays)


_UPLOADED, _FOLDER = "data_uploaded", "data_in_use"
_MAX_UPLOADED = 1_000_000_000
"""Bytes of all visits' data sets on a public server; beyond that, new ones are refused."""
_specs: dict[str, DatasetSpec] = {}
"""What the pictures are, by the name of their data: read once, whatever is still in memory."""
_uploads: WeakSet[Uploaded] = WeakSet()
"""Those of all visits, as long as they are in use."""


def use_upload(files: Mapping[str, bytes]) -> None:
    """Let this visit alone use uploaded files; see `aecore.data.upload`."""
    with waiting.place():
        st.session_state.pop(_UPLOADED, None)  # makes room
        _require_room()
        dataset = load_upload(files)
        uploaded = Uploaded(dataset, _make_test_set(dataset))
        _uploads.add(uploaded)
        st.session_state[_UPLOADED] = uploaded


def _require_room() -> None:
    """Refuse another data set where a public server holds many of other visits.

    Raises
    ------
    DataError
        If there is no room.
    """
    held = sum(each.n_bytes for each in set(_uploads))
    if is_public() and held > _MAX_UPLOADED:
        raise DataError("This server holds as many data sets as it can. Try again later.")


def use_folder(name: str) -> None:
    """Let this visit use a folder, file or named data set of this machine.

    Raises
    ------
    DataError
        If it cannot be used.
    AecoreError
        On a public server.
    """
    require_private()
    folder = sources.absolute_name(name)
    _test_set(folder, cache_dir() / CACHE_FILE)
    st.session_state.pop(_UPLOADED, None)
    st.session_state[_FOLDER] = folder


def keep_upload() -> Path:
    """Keep this visit's upload on this machine, use it from there, and return its file."""
    path = keep(st.session_state[_UPLOADED].dataset)
    use_folder(str(path))
    return path


def choose_usual() -> None:
    """Use the data of the server again."""
    st.session_state.pop(_UPLOADED, None)
    st.session_state.pop(_FOLDER, None)


def is_uploaded() -> bool:
    """Return whether this visit uses an upload, on which nothing can be trained."""
    return _UPLOADED in st.session_state


def is_chosen() -> bool:
    """Return whether this visit uses other data than the server's."""
    return is_uploaded() or _FOLDER in st.session_state


def folder_in_use() -> str | None:
    """Return what names the data that this visit has chosen; None for the server's."""
    return st.session_state.get(_FOLDER)


def known_spec() -> DatasetSpec | None:
    """Return what the pictures in use are, without reading them; None until they have been read."""
    uploaded: Uploaded | None = st.session_state.get(_UPLOADED)
    return uploaded.test_set.spec if uploaded else _specs.get(_source()[0])


def shows_digits() -> bool:
    """Return whether the data in use are digits like MNIST's, or cannot be read."""
    try:
        return test_set().spec.shows_digits
    except AecoreError:
        return True


@shared(kept=2, spinner="Loading the data…")
def _test_set(folder: str, cache: Path) -> TestSet:
    dataset = sources.load(folder, allow_download=False)
    _specs[folder] = dataset.spec
    return _make_test_set(dataset)


def _make_test_set(dataset: Dataset) -> TestSet:
    n_train = len(dataset.train_images)
    dataset = dataset.measured()
    labels, names = group_classes(dataset.test_labels, dataset.spec.classes)
    return TestSet(
        images=to_unit(dataset.test_images),
        labels=labels.copy(),
        names=names,
        source=dataset.source,
        note=dataset.note,
        preparation=dataset.preparation,
        spec=dataset.spec,
        fingerprint=dataset.fingerprint,
        is_bundled=dataset.kind == "bundled",
        n_train=n_train,
    )


def pca_errors() -> dict[int, float]:
    """Return PCA's test MSE by D, from 1 to 784, on the digits of the best source at hand."""
    uploaded: Uploaded | None = st.session_state.get(_UPLOADED)
    if uploaded is None:
        return _pca_errors(*_source())
    if uploaded.pca_errors is None:
        with waiting.place():
            uploaded.pca_errors = _by_dimension(uploaded.dataset)
    return uploaded.pca_errors


@measured(kept=2, spinner="Evaluating PCA for every D…")
def _pca_errors(folder: str, cache: Path) -> dict[int, float]:
    return _by_dimension(sources.load(folder, allow_download=False))


def _by_dimension(dataset: Dataset) -> dict[int, float]:
    return dict(enumerate(pca.pca_errors(dataset).tolist()[1:], 1))


def usual() -> TestSet:
    """Return the test pictures of visitors who have chosen no other data."""
    return _test_set(*_source_of(None))


def prepare() -> None:
    """Read the server's data, and measure what pages show of them."""
    usual()
    _pca_errors(*_source_of(None))


def _source() -> tuple[str, Path]:
    """Return the data folder's name, and the cache, which a download changes."""
    return _source_of(folder_in_use())


def _source_of(folder: str | None) -> tuple[str, Path]:
    return sources.absolute_name(folder), cache_dir() / CACHE_FILE


class Downloads:
    """The one download of this server; a failed one can be started again."""

    def __init__(self) -> None:
        self.job = DownloadProcess()

    def restart(self) -> None:
        """Start the download again after a failure or a stop."""
        if self.job.state != "running":
            self.job = DownloadProcess()
            self.job.start()


@shared(kept=1)
def downloads() -> Downloads:
    """Return the download that all tabs watch."""
    return Downloads()
