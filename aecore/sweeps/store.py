"""A sweep on disk: what it trains, and a small file for each result.

One folder a sweep. Each file is written whole, by the process that has locked `alive`:

    sweep.json            what to train
    points/KEY.json       the result of a point
    models/KEY.safetensors    its checkpoint, where that is kept
    status.json           what is going on
    table.csv             all results
    alive                 locked by the process that runs the sweep
    stop                  exists as soon as a stop is requested
    log.txt               what a process without a terminal wrote to stderr
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from aecore.checkpoints.catalog import SUFFIX
from aecore.config import Serializable
from aecore.data.cache import cache_dir
from aecore.errors import ConfigError, TrainingError
from aecore.sweeps.grid import SweepSpec
from aecore.sweeps.result import Result, to_csv
from aecore.system import atomic_file
from aecore.system.environment import path_from
from aecore.system.process_lock import is_locked

SPEC, STATUS, TABLE, LOG = "sweep.json", "status.json", "table.csv", "log.txt"
POINTS, MODELS = "points", "models"
ALIVE, STOP = "alive", "stop"
MAX_JSON = 1 << 22
State = Literal["starting", "running", "done", "stopped", "failed", "interrupted"]
_KEY = re.compile(r"[0-9a-f]{20}\.json")


@dataclass(frozen=True, kw_only=True)
class SweepStatus(Serializable):
    """What the process of a sweep last reported."""

    state: State = "starting"
    fingerprint: str = ""
    """Of the data set; empty before it is loaded."""
    source: str = ""
    running: tuple[str, ...] = ()
    """Keys of the points in training."""
    workers: int = 0
    seconds_left: float | None = None
    message: str = ""
    """Why it failed or waits."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "running", tuple(self.running))
        if self.state not in get_args(State) or not isinstance(self.message, str):
            raise ConfigError("the status holds values that no sweep has")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A sweep at one moment."""

    id: str
    """Its name among the known sweeps."""
    path: Path
    spec: SweepSpec
    status: SweepStatus
    state: State
    """That of the status, or `interrupted` where no process works on it any more."""

    @property
    def ended(self) -> bool:
        """Return whether no process works on it."""
        return self.state not in ("starting", "running")

    @property
    def is_stopping(self) -> bool:
        """Return whether it was asked to stop, and has not ended."""
        return not self.ended and (self.path / STOP).exists()


def sweeps_dir() -> Path:
    """Return the folder of known sweeps: `AECORE_SWEEPS`, else `sweeps` in the cache folder."""
    return path_from("AECORE_SWEEPS", cache_dir() / "sweeps")


def make_known(path: Path) -> None:
    """List a sweep's folder among the known ones, as a link where it lies elsewhere.

    Nothing happens where that folder cannot be written: the sweep is not on the page then.
    """
    path = path.resolve()
    if path.parent == sweeps_dir().resolve():
        return
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:6]
    link = sweeps_dir() / f"{path.name or 'sweep'}-{mark}"
    with suppress(OSError):
        sweeps_dir().mkdir(parents=True, exist_ok=True)
        link.symlink_to(path, target_is_directory=True)


def known() -> list[Sweep]:
    """Return the known sweeps that can be read, the newest first."""
    with suppress(OSError):
        found = sorted(sweeps_dir().iterdir(), key=_age, reverse=True)
        return [sweep for path in found if (sweep := _read(path)) is not None]
    return []


def _age(path: Path) -> float:
    with suppress(OSError):
        return (path / SPEC).stat().st_mtime
    return 0.0


def _read(path: Path) -> Sweep | None:
    with suppress(TrainingError):
        return read(path)
    return None


def read(path: Path) -> Sweep:
    """Read a sweep as it is now, but for its results.

    Raises
    ------
    TrainingError
        If there is none, or its description is damaged.
    """
    spec = read_spec(path)
    alive = is_locked(path / ALIVE)
    status = read_status(path)  # after the lock: the end is written before the process ends
    lost = not alive and status.state in ("starting", "running")
    return Sweep(
        id=path.name,
        path=path,
        spec=spec,
        status=status,
        state="interrupted" if lost else status.state,
    )


def read_spec(path: Path) -> SweepSpec:
    """Read what a sweep trains.

    Raises
    ------
    TrainingError
        If the file is missing or damaged.
    """
    try:
        return SweepSpec.from_dict(atomic_file.read_json(path / SPEC, most=MAX_JSON))
    except (OSError, ValueError, TypeError) as error:
        raise TrainingError(f"{path} holds no sweep that can be read: {_reason(error)}.") from None


def read_status(path: Path) -> SweepStatus:
    """Read what is going on; a status that is missing or damaged reads as interrupted."""
    try:
        return SweepStatus.from_dict(atomic_file.read_json(path / STATUS, most=MAX_JSON))
    except (OSError, ValueError, TypeError):
        return SweepStatus(state="interrupted")


def read_result(path: Path, key: str) -> Result | None:
    """Read the result of a point; None where there is none, or its file is damaged."""
    try:
        values = atomic_file.read_json(path / POINTS / f"{key}.json", most=MAX_JSON)
        result = Result.from_dict(values)
    except (OSError, ValueError, TypeError):
        return None
    return result if result.key == key else None


def results_of(sweep: Sweep) -> list[Result]:
    """Return the results of a sweep's points so far, in the order of its grid."""
    keys = (point.key(sweep.status.fingerprint) for point in sweep.spec.points())
    return [result for key in keys if (result := read_result(sweep.path, key)) is not None]


def checkpoint_path(path: Path, key: str) -> Path:
    """Return the place of a point's checkpoint."""
    return path / MODELS / f"{key}{SUFFIX}"


def kept(path: Path) -> set[str]:
    """Return the keys of the points whose checkpoint is kept."""
    return {file.stem for file in (path / MODELS).glob(f"*{SUFFIX}")}


def prepare(path: Path, spec: SweepSpec) -> None:
    """Make the folder of a sweep, or give an earlier one a new description.

    Raises
    ------
    TrainingError
        If the folder holds something else, or cannot be written.
    """
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
        strange = [name for name in os.listdir(path) if not name.startswith(".")]
        if strange and not (path / SPEC).exists() and not set(strange) <= {ALIVE, LOG}:
            raise TrainingError(
                f"{path} is no sweep's folder: it holds {sorted(strange)[0]!r}. Choose a new or an "
                "empty one with --out."
            )
        for folder in (path, path / POINTS, path / MODELS):
            folder.mkdir(exist_ok=True)
            atomic_file.remove_leftovers(folder)
        (path / STOP).unlink(missing_ok=True)
        atomic_file.write_json(path / SPEC, spec.to_dict(), durable=True)


def write_status(path: Path, status: SweepStatus) -> None:
    """Replace the status."""
    atomic_file.write_json(path / STATUS, status.to_dict())


def write_result(path: Path, result: Result) -> None:
    """Write the result of a point: whole, or not at all."""
    atomic_file.write_json(path / POINTS / f"{result.key}.json", result.to_dict())


def write_table(path: Path, results: Iterable[Result]) -> None:
    """Replace the table."""
    atomic_file.write(path / TABLE, to_csv(results).encode())


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Explain why a sweep's folder cannot be written.

    Raises
    ------
    TrainingError
        In place of an `OSError` within.
    """
    try:
        yield
    except OSError as error:
        is_full = error.errno in atomic_file.DISK_FULL
        reason = "the disk is full" if is_full else _reason(error)
        todo = "Make room" if is_full else "Make it a folder that can be written"
        if error.errno == errno.ENOTDIR:
            reason = "it is not a folder"
        raise TrainingError(
            f"{path} cannot be written: {reason}. {todo}; the same command does what is missing."
        ) from None


def _reason(error: Any) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
