"""What all sessions share: checkpoints, models, the test digits and the download.

Everything here is read-only after it is made and is keyed by a checkpoint's digest or by
where the digits come from; what belongs to one visitor lives in `st.session_state`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from aecore.analysis import metrics
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.card import Card
from aecore.checkpoints.comparison import Entry
from aecore.checkpoints.file import Checkpoint
from aecore.data import sources
from aecore.data.dataset import CACHE_FILE, cache_dir
from aecore.data.download_process import DownloadJob
from aecore.errors import CheckpointError
from aecore.imaging.levels import to_unit
from aecore.latent.neighbors import NeighborIndex
from aecore.latent.projection import Projection
from aecore.latent.sliders import Sliders
from aecore.models.spectrum import pca_errors as measure_pca
from aecore.presets import PRESETS

_MODELS_KEPT = 16


@dataclass(frozen=True, eq=False)
class TestDigits:
    """The test digits in use, whatever their source."""

    images: np.ndarray
    """(N, 784) float32 in 0..1."""
    labels: np.ndarray
    """(N,) uint8."""
    source: str
    fingerprint: str
    is_bundled: bool
    n_train: int
    """How many digits there are to train on beside these."""

    def belong_to(self, card: Card) -> bool:
        """Whether these are the digits of the checkpoint's atlas, in the same order."""
        return self.fingerprint == card.fingerprint


def cards() -> dict[str, Card]:
    """The card of every usable checkpoint by name, in the presets' order, others last."""
    order = list(PRESETS)
    known = {
        name: order.index(name) if name in order else len(order) for name in checkpoint_file.names()
    }
    stats = [(name, checkpoint_file.find(name).stat()) for name in sorted(known, key=known.get)]
    return dict(_cards(tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)))


@st.cache_resource(max_entries=8, show_spinner=False)
def _cards(files: tuple[tuple[str, int, int], ...]) -> dict[str, Card]:
    """All at once: a look into this cache takes as long as one into that of a single card."""
    found = {}
    for name, modified_ns, size in files:
        try:
            found[name] = _card(name, modified_ns, size)
        except CheckpointError:
            continue  # the picker offers what can be used; `models` on the command line complains
    return found


@st.cache_resource(max_entries=200, show_spinner=False)
def _card(name: str, modified_ns: int, size: int) -> Card:
    return checkpoint_file.read_card(checkpoint_file.find(name))


def entries() -> list[Entry]:
    """Every usable checkpoint as a row of a table, in the order of `cards`."""
    return [
        Entry(name=name, card=card, size=checkpoint_file.find(name).stat().st_size)
        for name, card in cards().items()
    ]


def load_checkpoint(name: str) -> Checkpoint:
    """The checkpoint called `name`, read again only when its file has changed.

    Raises
    ------
    CheckpointError
        If there is none or it is damaged.
    """
    stat = checkpoint_file.find(name).stat()
    return _checkpoint(name, stat.st_mtime_ns, stat.st_size)


@st.cache_resource(max_entries=_MODELS_KEPT, show_spinner=False)
def _checkpoint(name: str, modified_ns: int, size: int) -> Checkpoint:
    return checkpoint_file.load(name)


def card_of(path: Path) -> Card:
    """The card of a checkpoint anywhere on disk, read again only when its file has changed.

    Raises
    ------
    CheckpointError
        If there is none or it is damaged.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror}.") from error
    return _card_of(str(path), stat.st_mtime_ns, stat.st_size)


@st.cache_resource(max_entries=40, show_spinner=False)
def _card_of(path: str, modified_ns: int, size: int) -> Card:
    return checkpoint_file.read_card(Path(path))


def load_model(checkpoint: Checkpoint):
    """The checkpoint's autoencoder, in eval mode."""
    return _model(checkpoint.digest, checkpoint)


@st.cache_resource(max_entries=_MODELS_KEPT, show_spinner=False)
def _model(digest: str, _checkpoint: Checkpoint):
    from aecore.models.inference import (
        build_model,  # torch takes over a second: after the first screen
    )

    return build_model(_checkpoint.card.model, _checkpoint.weights)


def neighbor_index(checkpoint: Checkpoint) -> NeighborIndex:
    """Return the nearest-neighbor index of the checkpoint's atlas."""
    return _neighbor_index(checkpoint.digest, checkpoint)


@st.cache_resource(max_entries=_MODELS_KEPT, show_spinner=False)
def _neighbor_index(digest: str, _checkpoint: Checkpoint) -> NeighborIndex:
    return _checkpoint.neighbor_index()


def sliders(checkpoint: Checkpoint) -> Sliders:
    """Return sliders over the checkpoint's codes."""
    return _sliders(checkpoint.digest, checkpoint)


@st.cache_resource(max_entries=_MODELS_KEPT, show_spinner=False)
def _sliders(digest: str, _checkpoint: Checkpoint) -> Sliders:
    return Sliders.fit(_checkpoint.codes)


def projection(checkpoint: Checkpoint, view: str) -> Projection:
    """One way to draw the checkpoint's codes."""
    return _projection(checkpoint.digest, view, checkpoint)


@st.cache_resource(max_entries=3 * _MODELS_KEPT, show_spinner=False)
def _projection(digest: str, view: str, _checkpoint: Checkpoint) -> Projection:
    return Projection.fit(_checkpoint.codes, view)


def points(checkpoint: Checkpoint, view: str) -> np.ndarray:
    """Where the checkpoint's codes lie on this map, (N, 2) or (N, 3), read-only."""
    return _points(checkpoint.digest, view, checkpoint)


@st.cache_resource(max_entries=3 * _MODELS_KEPT, show_spinner=False)
def _points(digest: str, view: str, _checkpoint: Checkpoint) -> np.ndarray:
    where = projection(_checkpoint, view).points(_checkpoint.codes, _checkpoint.labels)
    where.flags.writeable = False
    return where


def test_errors(checkpoint: Checkpoint, digits: TestDigits) -> dict[str, np.ndarray]:
    """MSE of every test digit, (N,), with clean input: by the model and by `PCA` of its size."""
    return _errors(checkpoint.digest, digits.fingerprint, checkpoint, digits)


@st.cache_resource(max_entries=_MODELS_KEPT, show_spinner="Measuring every test digit…")
def _errors(
    digest: str, fingerprint: str, _checkpoint: Checkpoint, _digits: TestDigits
) -> dict[str, np.ndarray]:
    return {
        "model": _model_errors(_checkpoint, _digits),
        "PCA": metrics.mse(_digits.images, _checkpoint.pca.reconstruct(_digits.images)),
    }


def _model_errors(checkpoint: Checkpoint, digits: TestDigits) -> np.ndarray:
    from aecore.models.inference import reconstruct

    if digits.belong_to(checkpoint.card):
        return checkpoint.errors.astype(np.float64)  # measured when the model was made
    return metrics.mse(digits.images, reconstruct(load_model(checkpoint), digits.images))


def test_digits() -> TestDigits:
    """The test digits of the best source at hand; never waits for a download."""
    return _test_digits(os.environ.get("AECORE_DATA", ""), *_cache_stamp())


@st.cache_resource(max_entries=2, show_spinner="Reading the digits…")
def _test_digits(folder: str, modified_ns: int, size: int) -> TestDigits:
    dataset = sources.load(allow_download=False)
    return TestDigits(
        images=to_unit(dataset.test_images),
        labels=dataset.test_labels.copy(),
        source=dataset.source,
        fingerprint=dataset.fingerprint,
        is_bundled=dataset.kind == "bundled",
        n_train=len(dataset.train_images),
    )


def pca_errors() -> dict[int, float]:
    """PCA's test error by D, from 1 to 784, on the digits of the best source at hand."""
    return _pca_errors(os.environ.get("AECORE_DATA", ""), *_cache_stamp())


@st.cache_resource(max_entries=2, show_spinner="Measuring PCA at every D…")
def _pca_errors(folder: str, modified_ns: int, size: int) -> dict[int, float]:
    errors = measure_pca(sources.load(allow_download=False))
    return dict(enumerate(errors.tolist()[1:], 1))


def _cache_stamp() -> tuple[int, int]:
    """Changes when a download has put MNIST into the cache."""
    try:
        stat = (cache_dir() / CACHE_FILE).stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


class Downloads:
    """The one download of this server; a failed one can be started again."""

    def __init__(self) -> None:
        self.job = DownloadJob()

    def restart(self) -> None:
        """Try again after a failure or a stop."""
        if self.job.state != "running":
            self.job = DownloadJob()
            self.job.start()


@st.cache_resource(show_spinner=False)
def downloads() -> Downloads:
    """Shared by all sessions, so that two tabs watch the same download."""
    return Downloads()
