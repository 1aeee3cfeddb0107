"""Training runs as jobs of the machine: submitted, watched, stopped and resumed by anyone.

Every run has a process of its own (`aecore.jobs.worker`), which outlives the one that started it. All
that is known of runs is in their folders, so several servers and tabs see the same.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aecore.config import TrainConfig
from aecore.errors import ConfigError, TrainingError
from aecore.jobs import limits
from aecore.jobs import store as run_store
from aecore.jobs.launcher import start as _start
from aecore.jobs.store import ALIVE, STOP, Run, RunSpec, Status
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
    """The running one first, then those that wait in their order, then the others, newest first."""
    damaged: tuple[DamagedRun, ...]


def training_allowed() -> bool:
    """Whether runs may be started here; `AECORE_TRAINING=off` says no."""
    return os.environ.get("AECORE_TRAINING", "on").lower() not in ("off", "0", "no", "false")


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
    _require_allowed()
    limits.check(spec.model, spec.train)
    waiting = sum(not run.ended for run in listing().runs)
    if waiting > MAX_QUEUE:
        raise TrainingError(f"{waiting} runs wait already. Stop one, or come back later.")
    spec = dataclasses.replace(
        spec,
        data=spec.data or os.environ.get("AECORE_DATA") or None,
        threads=spec.threads or cores(),
    )
    try:
        _drop_old()
        path, alive = _new_folder(spec)
    except OSError as error:
        raise _unwritable(error) from None
    with alive:
        _start(path, alive)
    return listed(path.name)


def resume(run: Run | Path | str, *, epochs: int | None = None) -> Run:
    """Let a run that has ended go on, to its plan or to a longer one.

    Parameters
    ----------
    run : Run, Path or str
    epochs : int, optional
        The new plan, in epochs from the very beginning.

    Raises
    ------
    ConfigError
        If the new plan is no longer one, or beyond the limits of the app.
    TrainingError
        As for `submit`, or if the run is still at work or has nothing left to do.
    """
    _require_allowed()
    path = run_store.path_of(run)
    try:
        with ProcessLock(path / ALIVE) as alive:
            if not alive.acquire():
                raise TrainingError("This run is still at work.")
            spec, status = run_store.read_spec(path), run_store.read_status(path)
            if epochs is not None:
                spec = dataclasses.replace(spec, train=extended(spec.train, epochs))
                limits.check(spec.model, spec.train)
            elif status.state == "done":
                raise TrainingError(
                    f"This run has done its {status.epoch} epochs. To go on, give it more."
                )
            run_store.sweep(path)
            (path / STOP).unlink(missing_ok=True)
            run_store.write_spec(path, spec)
            queued = dataclasses.replace(
                status, state="queued", queued=time.time(), phase="", message=""
            )
            run_store.write_status(path, _with_progress(queued, spec))
            _start(path, alive)
    except OSError as error:
        raise _unwritable(error) from None
    return listed(path.name)


def extended(train: TrainConfig, epochs: int) -> TrainConfig:
    """The configuration of a run that is given more epochs than planned.

    With a constant step size that is the longer run. A linear schedule has come down to 0 where
    the plan ended; it begins anew there, and comes down again over the epochs added.

    Raises
    ------
    ConfigError
        If `epochs` is no more than the plan.
    """
    if epochs <= train.epochs:
        raise ConfigError(f"{train.epochs} epochs are planned already; choose more than that.")
    restarts = train.restarts if train.schedule == "constant" else (*train.restarts, train.epochs)
    return dataclasses.replace(train, epochs=epochs, restarts=restarts)


def stop(run: Run | Path | str) -> None:
    """Ask a run to stop, or take it out of the queue; nothing happens to one that has ended.

    Raises
    ------
    TrainingError
        If there is no such run, or its folder cannot be written.
    """
    path = run_store.path_of(run)
    try:
        if not run_store.read(path).ended:
            (path / STOP).touch()
    except OSError as error:
        raise _unwritable(error) from None


def listing() -> Listing:
    """All runs, and the folders among them that cannot be read."""
    runs, damaged = [], []
    for name in run_store.ids():
        path = run_store.runs_dir() / name
        try:
            run = run_store.read(path)
            runs.append(_settled(run) if run.state == "interrupted" else run)
        except TrainingError as error:
            if path.exists():  # else somebody has just removed it
                damaged.append(DamagedRun(id=name, reason=str(error)))
    running = [run for run in runs if run.state == "running"]
    waiting = sorted((run for run in runs if run.state == "queued"), key=turn)
    placed = [dataclasses.replace(run, place=place) for place, run in enumerate(waiting, start=1)]
    ended = [run for run in reversed(runs) if run.ended]
    return Listing(runs=(*running, *placed, *ended), damaged=tuple(damaged))


def turn(run: Run) -> tuple[float, str]:
    """What the queue is sorted by."""
    return run.queued, run.id


def listed(run_id: str) -> Run:
    """One run of the listing, with its place in the queue.

    Raises
    ------
    TrainingError
        If there is none.
    """
    found = next((run for run in listing().runs if run.id == run_id), None)
    return found if found is not None else run_store.read(run_id)


def current() -> Run | None:
    """The run that is at work."""
    return next((run for run in listing().runs if run.state == "running"), None)


def delete(run: Run | Path | str) -> None:
    """Remove a run that has ended, or a damaged one, with all that it made.

    Raises
    ------
    TrainingError
        If it is at work or waits, or cannot be removed.
    """
    name = run if isinstance(run, str) else run_store.path_of(run).name
    path = run_store.runs_dir() / name
    if name not in run_store.ids():
        raise TrainingError(f"There is no training run {name!r} any more.")
    try:
        with ProcessLock(path / ALIVE) as alive:
            if not alive.acquire():
                raise TrainingError("This run is still at work. Stop it first.")
            _remove(path)
    except OSError as error:
        raise _unwritable(error) from None


def mark_kept(run: Run | Path | str, name: str) -> None:
    """Note that the run's checkpoint was kept under a name."""
    path = run_store.path_of(run)
    kept = run_store.read(path).kept_as
    try:
        run_store.write_kept(path, (*(other for other in kept if other != name), name))
    except OSError as error:
        raise _unwritable(error) from None


def _require_allowed() -> None:
    if not training_allowed():
        raise TrainingError("Training is switched off on this server (AECORE_TRAINING=off).")


def _new_folder(spec: RunSpec) -> tuple[Path, ProcessLock]:
    """The folder of a new run, there all at once, and its file `alive`, held."""
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


def _settled(run: Run) -> Run:
    """Write down that a run was interrupted, and tidy up after its process; once."""
    if run_store.read_status(run.path).state in run_store.ENDED:
        return run
    with suppress(OSError), ProcessLock(run.path / ALIVE) as alive:
        if alive.acquire():
            status = run_store.read_status(run.path)
            if status.state not in run_store.ENDED:
                run_store.sweep(run.path)
                run_store.write_status(
                    run.path, dataclasses.replace(status, state="interrupted", phase="")
                )
            return run
    return run_store.read(run.path)  # somebody has just resumed it


def _with_progress(status: Status, spec: RunSpec) -> Status:
    return dataclasses.replace(status, progress=status.epoch / spec.train.epochs)


def _drop_old() -> None:
    """Remove the oldest ended runs beyond the bounds, and what was left half made or removed."""
    ended = [run for run in listing().runs if run.ended]
    ended.sort(key=lambda run: (bool(run.kept_as), run.id), reverse=True)
    total = 0
    for count, run in enumerate(ended, start=1):
        total += run_store.size(run.path)
        if count >= MAX_RUNS or total > MAX_BYTES:
            with suppress(TrainingError):
                delete(run)
    runs = run_store.runs_dir()
    if runs.is_dir():
        for left in (*runs.glob(f"{_NEW}*"), *runs.glob(f"{_GONE}*")):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)


def _remove(path: Path) -> None:
    """Out of the listing at once, then from the disk."""
    gone = path.with_name(f"{_GONE}{path.name}")
    path.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _unwritable(error: OSError) -> TrainingError:
    return TrainingError(
        f"The runs in {run_store.runs_dir()} cannot be written: {error.strerror or error}. "
        "Make room or mend the folder, or name another with AECORE_RUNS."
    )
