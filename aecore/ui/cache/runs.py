"""Training runs, each file of which is read once for all sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from aecore.jobs import queue, snapshots
from aecore.jobs import store as run_store
from aecore.jobs.queue import Listing
from aecore.jobs.snapshots import Scene
from aecore.jobs.store import Run
from aecore.training.history import EpochRecord
from aecore.ui.cache.shared import Recent, shared
from aecore.viewer import snapshot_arrays

_MAX_AGE = 0.3
"""Seconds after which the list of runs is read again."""
Drawn = tuple[dict[str, Any], dict[str, np.ndarray]]


def listing() -> Listing:
    """Return all runs as they were a moment ago at most."""
    return _listing(run_store.runs_dir())


def _read(folder: Path) -> Listing:
    return queue.list_runs()


_listing = Recent(_read, _MAX_AGE)


def running() -> Run | None:
    """Return the run that is being trained, if any."""
    return next((run for run in listing().runs if run.state == "running"), None)


def refresh() -> None:
    """Read the list of runs again, after something was done to a run."""
    _listing.clear()


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
