"""Sweeps as jobs of the machine: started, stopped, resumed and deleted from anywhere."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aecore.data import sources
from aecore.errors import ConfigError, TrainingError
from aecore.jobs import launcher, limits
from aecore.jobs.queue import require_allowed
from aecore.sweeps import store
from aecore.sweeps.grid import Point, SweepSpec
from aecore.sweeps.store import ALIVE, STOP, Sweep, SweepStatus
from aecore.system.environment import require_private
from aecore.system.process_lock import ProcessLock

MAX_POINTS = 200
"""Of a sweep that is started in the app."""
_WORKER = "aecore.sweeps.worker"


def is_installed() -> bool:
    """Return whether what sweeps run on is installed."""
    return importlib.util.find_spec("distributed") is not None


def check(points: Sequence[Point]) -> None:
    """Check the points of a sweep against the limits of the app.

    Raises
    ------
    ConfigError
        If there are too many, or one of them is too large.
    """
    if len(points) > MAX_POINTS:
        raise ConfigError(
            f"The sweep has {len(points):,} points; at most {MAX_POINTS} are started here. On the "
            "command line there is no such limit."
        )
    for point in points:
        limits.check(point.model, point.train)


def submit(spec: SweepSpec) -> Sweep:
    """Start a sweep in a folder of its own, in a process that outlives this one.

    Raises
    ------
    ConfigError
        If it is beyond the limits of the app.
    TrainingError
        If sweeps cannot be started here, another one is running, or the folder cannot be written.
    """
    require_private()
    spec = replace(spec, data=sources.absolute_name(spec.data) or None)
    check(spec.points())
    running = next((sweep.id for sweep in store.known() if not sweep.ended), None)
    if running:
        raise TrainingError(f"The sweep {running} is running. Stop it first, or wait for its end.")
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{spec.preset}-{secrets.token_hex(2)}"
    path = store.sweeps_dir() / name
    _start(path, spec)
    return store.read(path)


def resume(sweep: Sweep) -> None:
    """Train what is missing of a sweep that has ended.

    Raises
    ------
    TrainingError
        If a process works on it already, or sweeps cannot be started here.
    """
    _start(sweep.path, sweep.spec)


def _start(path: Path, spec: SweepSpec) -> None:
    require_allowed()
    if not is_installed():
        raise TrainingError("A sweep needs one more package: pip install 'aecore[sweep]'.")
    with store.writing(path):
        path.mkdir(parents=True, exist_ok=True)
        with ProcessLock(path / ALIVE) as alive:
            if not alive.acquire():
                raise TrainingError("A process works on this sweep already.")
            status = store.read_status(path)
            store.prepare(path, spec)
            starting = SweepStatus(fingerprint=status.fingerprint, source=status.source)
            store.write_status(path, starting)
            launcher.start(path, alive, module=_WORKER)


def stop(sweep: Sweep) -> None:
    """Ask a sweep to stop; do nothing to one that has ended."""
    require_private()
    if not sweep.ended:
        with store.writing(sweep.path):
            (sweep.path / STOP).touch()


def delete(sweep: Sweep) -> None:
    """Remove a sweep that has ended from the known ones; a folder elsewhere stays.

    Raises
    ------
    TrainingError
        If it is running, or cannot be removed.
    """
    require_private()
    with store.writing(sweep.path):
        if sweep.path.is_symlink():
            sweep.path.unlink()
            return
        with ProcessLock(sweep.path / ALIVE) as alive:
            if not alive.acquire():
                raise TrainingError("This sweep is running. Stop it first.")
            shutil.rmtree(sweep.path)
