"""A training run on disk: what it is asked to do, how far it is, and what it has made.

One folder a run. Each file has one writer, is replaced as a whole, and is never unpickled:

    spec.json                what to train; written when it is submitted or resumed
    status.json              how far it is; written by the process that holds `alive`
    history.jsonl            a line an epoch
    state.safetensors        all that is needed to continue
    scene.safetensors, frames/*.safetensors    see `aecore.jobs.snapshots`
    checkpoint.safetensors   the trained model
    kept.json                names under which it was saved
    stop                     exists as soon as a stop is requested
    alive                    locked by the process that trains or waits
    log.txt                  what that process wrote to stderr
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from aecore.data.cache import cache_dir
from aecore.errors import TrainingError
from aecore.jobs.spec import ENDED, RunSpec, Status
from aecore.system import atomic_file
from aecore.system.child_process import last_line
from aecore.system.environment import path_from
from aecore.system.process_lock import is_locked
from aecore.training.history import EpochRecord

SPEC, STATUS, HISTORY, KEPT = "spec.json", "status.json", "history.jsonl", "kept.json"
STATE_FILE, CHECKPOINT = "state.safetensors", "checkpoint.safetensors"
SCENE, FRAMES = "scene.safetensors", "frames"
STOP, ALIVE, LOG = "stop", "alive", "log.txt"
MAX_JSON = 1 << 20
_LOG_BYTES = 4096  # of its end
_STATUS_BYTES = 4096  # always, so that a status fits where an earlier one was
_ID = re.compile(r"\d{8}-\d{6}-\d{6}-[0-9a-f]{4}")
_Record = TypeVar("_Record", RunSpec, Status)


@dataclass(frozen=True, kw_only=True)
class Run(Status):
    """A run at one moment: its last status, and what else its folder holds."""

    id: str
    """Sorts by the time of submission."""
    path: Path
    spec: RunSpec
    place: int = 0
    """In the queue: 1 is the next to start; 0 where it does not wait."""
    seconds_left: float | None
    """Of training, estimated from the epochs so far."""
    seconds_per_epoch: float | None
    has_checkpoint: bool
    kept_as: tuple[str, ...]
    """Names under which it was saved."""

    @property
    def checkpoint_path(self) -> Path:
        """Return the file of the trained model, if `has_checkpoint`."""
        return self.path / CHECKPOINT

    @property
    def ended(self) -> bool:
        """Return whether no process works on it or waits to."""
        return self.state in ENDED

    @property
    def resumable(self) -> bool:
        """Return whether it can train to its plan, or at least write its checkpoint."""
        return self.ended and self.state != "done"


def runs_dir() -> Path:
    """Return the folder of runs: `AECORE_RUNS`, else `runs` in the cache folder."""
    return path_from("AECORE_RUNS", cache_dir() / "runs")


def path_of(run: Run | Path | str) -> Path:
    """Return the folder of a run, given the run, its path or its id.

    Raises
    ------
    TrainingError
        If there is none.
    """
    if isinstance(run, Run):
        path = run.path
    elif isinstance(run, Path):
        path = run
    else:
        path = runs_dir() / run if _ID.fullmatch(run) else Path(os.devnull)
    if not (path / SPEC).is_file():
        raise TrainingError(f"There is no training run {path.name!r} any more.")
    return path


def list_ids() -> list[str]:
    """Return the ids of all runs, also of damaged ones, oldest first."""
    try:
        names = os.listdir(runs_dir())
    except OSError:
        return []
    return sorted(name for name in names if _ID.fullmatch(name))


def read(run: Run | Path | str) -> Run:
    """Read a run as it is now, but for its place in the queue.

    Raises
    ------
    TrainingError
        If there is none, or its files are damaged.
    """
    path = path_of(run)
    spec = read_spec(path)
    alive = is_locked(path / ALIVE)
    status = read_status(path)  # after the lock: the end is written before the process ends
    state = status.state if alive or status.state in ENDED else "interrupted"
    each = status.seconds / status.epoch if status.epoch else None
    left = None if each is None else max(0.0, (1.0 - status.progress) * spec.train.epochs) * each
    current = {"state": state, "phase": status.phase if state == "running" else ""}
    if state == "interrupted" and not status.message:
        current["message"] = _last_words(path)
    return Run(
        **vars(status) | current,
        id=path.name,
        path=path,
        spec=spec,
        seconds_left=left,
        seconds_per_epoch=each,
        has_checkpoint=(path / CHECKPOINT).is_file(),
        kept_as=_read_kept(path),
    )


def read_spec(path: Path) -> RunSpec:
    """Read what a run is asked to do.

    Raises
    ------
    TrainingError
        If the file is missing or damaged.
    """
    return _read(path, SPEC, RunSpec)


def read_status(path: Path) -> Status:
    """Read how far a run is.

    Raises
    ------
    TrainingError
        If the file is missing or damaged.
    """
    return _read(path, STATUS, Status)


def _read(path: Path, name: str, kind: type[_Record]) -> _Record:
    try:
        return kind.from_dict(atomic_file.read_json(path / name, most=MAX_JSON))
    except (OSError, ValueError, TypeError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise TrainingError(
            f"The run {path.name} cannot be read: {name}: {detail}. Delete it."
        ) from None


def write_spec(path: Path, spec: RunSpec) -> None:
    """Replace what a run is asked to do."""
    atomic_file.write_json(path / SPEC, spec.to_dict(), durable=True)


def write_status(path: Path, status: Status) -> None:
    """Replace the status of a run, also where the disk is full.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = json.dumps(status.to_dict(), allow_nan=False).encode().ljust(_STATUS_BYTES)
    try:
        atomic_file.write(path / STATUS, content)
    except OSError:
        # There may be no room for a second file, but there is for the same one.
        with (path / STATUS).open("r+b") as file:
            file.write(content)
            file.truncate()


def write_history(path: Path, history: tuple[EpochRecord, ...]) -> None:
    """Replace the history."""
    lines = "".join(_line(record) for record in history)
    atomic_file.write(path / HISTORY, lines.encode())


def append_history(path: Path, record: EpochRecord) -> None:
    """Add an epoch to the history."""
    with (path / HISTORY).open("a", encoding="utf-8") as file:
        file.write(_line(record))


def _line(record: EpochRecord) -> str:
    return json.dumps(record.to_dict(), allow_nan=False) + "\n"


def read_history(run: Run | Path | str) -> tuple[EpochRecord, ...]:
    """Read the epochs so far, up to a line that is damaged or only half written."""
    records: list[EpochRecord] = []
    try:
        with (path_of(run) / HISTORY).open(encoding="utf-8", errors="replace") as file:
            for line in file:
                record = EpochRecord.from_dict(json.loads(line))
                if record.epoch != len(records) + 1:
                    break
                records.append(record)
    except (OSError, ValueError, RecursionError):
        pass
    return tuple(records)


def _read_kept(path: Path) -> tuple[str, ...]:
    try:
        names = atomic_file.read_json(path / KEPT, most=MAX_JSON)
    except (OSError, ValueError):
        return ()
    return tuple(name for name in names if isinstance(name, str)) if type(names) is list else ()


def write_kept(path: Path, names: tuple[str, ...]) -> None:
    """Replace the names under which a run was saved."""
    atomic_file.write_json(path / KEPT, list(names))


def _last_words(path: Path) -> str:
    """Return the last line that a run's process logged, as a sentence; empty if there is none."""
    try:
        with (path / LOG).open("rb") as file:
            file.seek(max(0, os.stat(file.fileno()).st_size - _LOG_BYTES))
            line = last_line(file.read().decode(errors="replace"))
    except OSError:
        return ""
    return f"The training process ended unexpectedly: {line}" if line else ""


def remove_leftovers(path: Path) -> None:
    """Remove what killed writers left behind; only while nobody else holds the run."""
    for folder in (path, *filter(Path.is_dir, path.glob("*"))):
        atomic_file.remove_leftovers(folder)


def total_bytes(path: Path) -> int:
    """Return the size of all files of a run."""
    total = 0
    for file in path.rglob("*"):
        with suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total
