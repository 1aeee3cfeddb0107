"""Training runs as jobs of the machine: submitted, watched, stopped and resumed by anyone.

Every run has a process of its own (`aecore.jobs.worker`), which outlives the one that started it.
All that is known of runs is in their folders, so several servers and tabs see the same.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from aecore.config import TrainConfig
from aecore.data import sources
from aecore.errors import ConfigError, TrainingError
from aecore.jobs import limits
from aecore.jobs import store as run_store
from aecore.jobs.launcher import start as _start
from aecore.jobs.spec import ENDED, RunSpec, Status
from aecore.jobs.store import ALIVE, STOP, Run
from aecore.system import atomic_file
from aecore.system.environment import is_on, is_public, require_private
from aecore.system.process_lock import ProcessLock
from aecore.system.threads import cores

MAX_RUNS = 20
"""Ended runs that are kept on disk."""
MAX_BYTES = 1 << 30
"""What they may take."""
MAX_QUEUE = 20
"""Runs that may wait."""
_NEW, _GONE = ".new-", ".gone-"
_STALE_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class DamagedRun:
    """A folder among the runs that cannot be read."""

    id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """All runs at one moment."""

    runs: tuple[Run, ...]
    """The running one first, then the waiting in their order, then the ended, newest first."""
    damaged: tuple[DamagedRun, ...]


def training_allowed() -> bool:
    """Return whether runs may be started here: not if it is off, nor on a public server."""
    return is_on("AECORE_TRAINING") and not is_public()


def require_allowed() -> None:
    """Check that runs may be started here; raise an AecoreError that says why not."""
    require_private()
    if not training_allowed():
        raise TrainingError("Training is switched off on this server (AECORE_TRAINING=off).")


def submit(spec: RunSpec) -> Run:
    """Start a run, or queue it behind those that were submitted before.

    Raises
    ------
    ConfigError
        If a setting is beyond the limits of the app.
    TrainingError
        If training is switched off, the queue is full, or the run's folder or its process cannot
        be made.
    """
    require_allowed()
    limits.check(spec.model, spec.train)
    waiting = sum(not run.ended for run in list_runs().runs)
    if waiting > MAX_QUEUE:
        raise TrainingError(f"{waiting} runs are waiting already. Stop one, or come back later.")
    spec = replace(
        spec,
        data=sources.absolute_name(spec.data) or None,
        threads=spec.threads or cores(),
    )
    with _writing():
        _remove_oldest()
        path, alive = _make_folder(spec)
    with alive:
        _start(path, alive)
    return find(path.name)


def resume(run: Run | Path | str, *, epochs: int | None = None) -> Run:
    """Continue a run that has ended, to its plan or to a longer one.

    Parameters
    ----------
    run : Run, Path or str
    epochs : int, optional
        The new plan, counted from the very beginning.

    Raises
    ------
    ConfigError
        If the new plan is no longer one, or beyond the limits of the app.
    TrainingError
        As for `submit`, or if the run has not ended or has nothing left to do.
    """
    require_allowed()
    path = run_store.path_of(run)
    with _writing(), ProcessLock(path / ALIVE) as alive:
        if not alive.acquire():
            raise TrainingError("This run is still training or waiting.")
        spec, status = run_store.read_spec(path), run_store.read_status(path)
        if epochs is not None:
            spec = replace(spec, train=extend(spec.train, epochs))
            limits.check(spec.model, spec.train)
        elif status.state == "done":
            raise TrainingError(
                f"This run is complete after {status.epoch} epochs. To train on, add epochs."
            )
        run_store.remove_leftovers(path)
        (path / STOP).unlink(missing_ok=True)
        run_store.write_spec(path, spec)
        progress = status.epoch / spec.train.epochs
        status = replace(status, state="queued", queued=time.time(), progress=progress)
        run_store.write_status(path, replace(status, phase="", message=""))
        _start(path, alive)
    return find(path.name)


def extend(train: TrainConfig, epochs: int) -> TrainConfig:
    """Return the configuration of a run with more epochs than planned.

    With a constant learning rate that is the longer run. A linear schedule has fallen to 0 where
    the plan ended; it restarts there, and falls again over the added epochs.

    Raises
    ------
    ConfigError
        If `epochs` is no more than the plan.
    """
    if epochs <= train.epochs:
        raise ConfigError(f"{train.epochs} epochs are planned already; choose more than that.")
    restarts = train.restarts if train.schedule == "constant" else (*train.restarts, train.epochs)
    return replace(train, epochs=epochs, restarts=restarts)


def stop(run: Run | Path | str) -> None:
    """Ask a run to stop, or take it out of the queue; do nothing to one that has ended.

    Raises
    ------
    TrainingError
        If there is no such run, or its folder cannot be written.
    AecoreError
        On a public server; as for all that changes runs.
    """
    require_private()
    path = run_store.path_of(run)
    with _writing():
        if not run_store.read(path).ended:
            (path / STOP).touch()


def list_runs() -> Listing:
    """Return all runs, and the folders among them that cannot be read."""
    runs, damaged = [], []
    for name in run_store.list_ids():
        path = run_store.runs_dir() / name
        try:
            run = run_store.read(path)
            runs.append(_record_interruption(run) if run.state == "interrupted" else run)
        except TrainingError as error:
            if path.exists():  # else somebody has just removed it
                damaged.append(DamagedRun(id=name, reason=str(error)))
    running = [run for run in runs if run.state == "running"]
    waiting = [run for run in runs if run.state == "queued"]
    waiting.sort(key=lambda run: (run.queued, run.id))
    placed = [replace(run, place=place) for place, run in enumerate(waiting, start=1)]
    ended = [run for run in reversed(runs) if run.ended]
    return Listing(runs=(*running, *placed, *ended), damaged=tuple(damaged))


def find(run_id: str) -> Run:
    """Return one run, with its place in the queue.

    Raises
    ------
    TrainingError
        If there is none.
    """
    listed = (run for run in list_runs().runs if run.id == run_id)
    return next(listed, None) or run_store.read(run_id)


def delete(run: Run | Path | str) -> None:
    """Remove a run that has ended, or a damaged one, with all that it made.

    Raises
    ------
    TrainingError
        If it is training or waiting, or cannot be removed.
    """
    require_private()
    name = run if isinstance(run, str) else run_store.path_of(run).name
    path = run_store.runs_dir() / name
    if name not in run_store.list_ids():
        raise TrainingError(f"There is no training run {name!r} any more.")
    with _writing(), ProcessLock(path / ALIVE) as alive:
        if not alive.acquire():
            raise TrainingError("This run is still training or waiting. Stop it first.")
        gone = path.with_name(f"{_GONE}{path.name}")
        path.rename(gone)  # out of the list at once, then from the disk
        shutil.rmtree(gone, ignore_errors=True)


def mark_kept(run: Run | Path | str, name: str) -> None:
    """Record that the run's checkpoint was saved under a name."""
    require_private()
    path = run_store.path_of(run)
    kept = run_store.read(path).kept_as
    with _writing():
        run_store.write_kept(path, (*(other for other in kept if other != name), name))


def follow_rename(name: str, new: str) -> None:
    """Record the new name of a saved checkpoint in the runs that it was saved from."""
    require_private()
    for run in list_runs().runs:
        if name in run.kept_as:
            kept = dict.fromkeys(new if each == name else each for each in run.kept_as)
            with _writing():
                run_store.write_kept(run.path, tuple(kept))


def _make_folder(spec: RunSpec) -> tuple[Path, ProcessLock]:
    """Make the folder of a new run, complete when it appears, and its file `alive`, locked."""
    runs = run_store.runs_dir()
    runs.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    name = f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"
    draft = runs / f"{_NEW}{name}"
    draft.mkdir()
    alive = ProcessLock(draft / ALIVE)
    try:
        alive.acquire()
        run_store.write_spec(draft, spec)
        run_store.write_status(draft, Status(queued=now.timestamp()))
        draft.rename(runs / name)
    except OSError:
        alive.release()
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return runs / name, alive


def _record_interruption(run: Run) -> Run:
    """Write down, once, that a run was interrupted, and remove what its process half wrote."""
    if run_store.read_status(run.path).state in ENDED:
        return run
    with suppress(OSError), ProcessLock(run.path / ALIVE) as alive:
        if alive.acquire():
            status = run_store.read_status(run.path)
            if status.state not in ENDED:
                run_store.remove_leftovers(run.path)
                ended = replace(status, state="interrupted", phase="")
                run_store.write_status(run.path, ended)
            return run
    return run_store.read(run.path)  # somebody has just resumed it


def _remove_oldest() -> None:
    """Remove the oldest ended runs beyond the bounds, and what was left half made or removed."""
    ended = [run for run in list_runs().runs if run.ended]
    ended.sort(key=lambda run: (bool(run.kept_as), run.id), reverse=True)
    total = 0
    for count, run in enumerate(ended, start=1):
        total += run_store.total_bytes(run.path)
        if count >= MAX_RUNS or total > MAX_BYTES:
            with suppress(TrainingError):
                delete(run)
    atomic_file.remove_leftovers(run_store.runs_dir(), _NEW, _GONE, seconds=_STALE_SECONDS)


@contextmanager
def _writing() -> Iterator[None]:
    """Explain why the folder of runs cannot be written."""
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"The runs in {run_store.runs_dir()} cannot be written: {error.strerror or error}. "
            "Make room or repair the folder, or name another with AECORE_RUNS."
        ) from None
