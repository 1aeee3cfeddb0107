"""Training runs, each file of which is read once for all sessions."""

from __future__ import annotations

import functools
import threading
from time import monotonic
from typing import Any

import numpy as np

from aecore.jobs import queue, snapshots
from aecore.jobs import store as run_store
from aecore.jobs.queue import Listing
from aecore.jobs.snapshots import Scene
from aecore.jobs.store import Run
from aecore.training.history import EpochRecord
from aecore.ui.cache.shared import shared
from aecore.viewer import snapshot_arrays

_MAX_AGE = 0.3
"""Seconds after which the list of runs is read again."""
_READING = threading.Lock()
Drawn = tuple[dict[str, Any], dict[str, np.ndarray]]


def listing() -> Listing:
    """Return all runs as they were a moment ago at most."""
    with _READING:  # whoever asks meanwhile waits for what is read
        return _listing(str(run_store.runs_dir()), int(monotonic() / _MAX_AGE))


# Of Streamlit's caches, what ends its time while it is looked up is an error.
@functools.lru_cache(maxsize=4)
def _listing(folder: str, moment: int) -> Listing:
    return queue.list_runs()


def running() -> Run | None:
    """Return the run that is being trained, if any."""
    return next((run for run in listing().runs if run.state == "running"), None)


def refresh() -> None:
    """Read the list of runs again, after something was done to a run."""
    with _READING:
        _listing.cache_clear()


def key_of(run: Run) -> str:
    """Return a name of a run since it was last submitted or resumed."""
    return f"{run.id}@{run.queued}"


def history(run: Run) -> tuple[EpochRecord, ...]:
    """Return the epochs so far."""
    return _history(run, run.epoch, run.state)


@shared(kept=32)
def _history(run: Run, epoch: int, state: str) -> tuple[EpochRecord, ...]:
    return run_store.read_history(run.path)


@shared(kept=32)
def scene(run: Run) -> Scene | None:
    """Return what all frames share, once there is a frame; None if it is damaged."""
    return snapshots.read_scene(run.path)


@shared(kept=400)
def frame(run: Run, epoch: int) -> Drawn | None:
    """Return a frame as `aecore.viewer.snapshot_arrays` draws it; None if it is gone."""
    snapshot, background = snapshots.read(run.path, epoch), scene(run)
    if snapshot is None or background is None:
        return None
    by_label = run.spec.model.latent_dim == 1
    return snapshot_arrays.frame_arrays(snapshot, background, by_label=by_label)
