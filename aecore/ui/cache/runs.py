"""Training runs as all sessions see them: each file is read once, however many look on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from aecore.jobs import queue, snapshots
from aecore.jobs import store as run_store
from aecore.jobs.queue import Listing
from aecore.jobs.snapshots import Scene
from aecore.jobs.store import Run
from aecore.training.history import EpochRecord
from aecore.viewer import snapshot_arrays

_LOOK_SECONDS = 0.3
"""How old what is shown of the runs may be."""
Drawn = tuple[dict[str, Any], dict[str, np.ndarray]]


def listing() -> Listing:
    """All runs, as they were a moment ago at most."""
    return _listing(str(run_store.runs_dir()))


@st.cache_resource(ttl=_LOOK_SECONDS, max_entries=4, show_spinner=False)
def _listing(folder: str) -> Listing:
    return queue.list_runs()


def running() -> Run | None:
    """The run that is being trained."""
    return next((run for run in listing().runs if run.state == "running"), None)


def changed() -> None:
    """Something was just done to a run: look anew."""
    _listing.clear()


def key_of(run: Run) -> str:
    """Names a run since it was last submitted or resumed: until then, what is there only grows."""
    return f"{run.id}@{run.queued}"


def history(run: Run) -> tuple[EpochRecord, ...]:
    """The epochs so far."""
    return _history(str(run.path), key_of(run), run.epoch, run.state)


@st.cache_resource(max_entries=32, show_spinner=False)
def _history(folder: str, key: str, epoch: int, state: str) -> tuple[EpochRecord, ...]:
    return run_store.read_history(Path(folder))


def scene(run: Run) -> Scene | None:
    """What all frames share; to be asked for once there is one. None if it is damaged."""
    return _scene(str(run.path), key_of(run))


@st.cache_resource(max_entries=32, show_spinner=False)
def _scene(folder: str, key: str) -> Scene | None:
    return snapshots.read_scene(Path(folder))


def frame(run: Run, epoch: int) -> Drawn | None:
    """One frame as `aecore.viewer.snapshot_arrays` draws it; None if it is gone."""
    return _frame(str(run.path), key_of(run), epoch, run.spec.model.latent_dim == 1)


@st.cache_resource(max_entries=400, show_spinner=False)
def _frame(folder: str, key: str, epoch: int, by_label: bool) -> Drawn | None:
    found, shared = snapshots.read(Path(folder), epoch), _scene(folder, key)
    if found is None or shared is None:
        return None
    return snapshot_arrays.frame_arrays(found, shared, by_label=by_label)
