"""A training run on disk: what it was told to do, how far it is, and what it has made.

One folder a run. Each file has one writer, is replaced as a whole, and is never unpickled:

    spec.json                what to train; written when it is submitted or resumed
    status.json              how far it is; by whoever holds `alive`
    history.jsonl            a line an epoch
    state.safetensors        all that is needed to go on
    scene.safetensors, frames/*.safetensors    the map forming; see `aecore.jobs.snapshots`
    checkpoint.safetensors   the trained model
    kept.json                names under which it was kept
    stop                     there as soon as someone wants it to stop
    alive                    held (`aecore.system.process_lock`) by the process that trains or waits
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aecore.data.dataset import cache_dir
from aecore.errors import TrainingError
from aecore.jobs.spec import ENDED, RunSpec, State, Status
from aecore.system import atomic_file
from aecore.system.process_lock import is_locked
from aecore.training.history import EpochRecord

SPEC, STATUS, HISTORY, STOP, ALIVE, KEPT = (
    "spec.json",
    "status.json",
    "history.jsonl",
    "stop",
    "alive",
    "kept.json",
)
STATE_FILE, SCENE, FRAMES, CHECKPOINT = (
    "state.safetensors",
    "scene.safetensors",
    "frames",
    "checkpoint.safetensors",
)
MAX_JSON = 1 << 20
_STATUS_BYTES = 4096  # always, so that a status fits where an earlier one was
_ID = re.compile(r"\d{8}-\d{6}-\d{6}-[0-9a-f]{4}")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A picture of a run at one moment; read it again for the next."""

    id: str
    """Sorts by the time of submission."""
    path: Path
    spec: RunSpec
    state: State
    queued: float
    """When it was submitted or resumed last, in seconds since 1970."""
    place: int = 0
    """In the queue: 1 is the next to start; 0 where it does not wait."""
    phase: str
    epoch: int
    progress: float
    seconds_left: float | None
    """Of training, from the epochs so far."""
    seconds_per_epoch: float | None
    pca_test_mse: float | None
    source: str
    digits: int = 0
    """How many are trained on; 0 before they were read."""
    device: str
    message: str
    notes: tuple[str, ...]
    has_checkpoint: bool
    kept_as: tuple[str, ...]
    """Names under which it was kept."""

    @property
    def checkpoint_path(self) -> Path:
        """Where the trained model is, if `has_checkpoint`."""
        return self.path / CHECKPOINT

    @property
    def ended(self) -> bool:
        """Whether no process works on it or waits to."""
        return self.state in ENDED

    @property
    def resumable(self) -> bool:
        """Whether it can go on to its plan, or at least write its checkpoint."""
        return self.ended and self.state != "done"


def runs_dir() -> Path:
    """The folder of runs: `AECORE_RUNS`, else `runs` in the cache folder."""
    named = os.environ.get("AECORE_RUNS")
    return Path(os.path.expanduser(named)) if named else cache_dir() / "runs"


def path_of(run: Run | Path | str) -> Path:
    """The folder of a run, from itself, its path or its id.

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


def ids() -> list[str]:
    """Ids of all runs, also of damaged ones, oldest first."""
    try:
        names = os.listdir(runs_dir())
    except OSError:
        return []
    return sorted(name for name in names if _ID.fullmatch(name))


def read(run: Run | Path | str) -> Run:
    """A run as it is now, but for its place in the queue.

    Raises
    ------
    TrainingError
        If there is none, or its files are damaged.
    """
    path = path_of(run)
    spec = read_spec(path)
    alive = is_locked(path / ALIVE)
    status = read_status(path)  # after looking whether it lives: the end is told before the death
    state = status.state if alive or status.state in ENDED else "interrupted"
    each = status.seconds / status.epoch if status.epoch else None
    left = None if each is None else max(0.0, (1.0 - status.progress) * spec.train.epochs) * each
    return Run(
        id=path.name,
        path=path,
        spec=spec,
        state=state,
        queued=status.queued,
        phase=status.phase if state == "running" else "",
        epoch=status.epoch,
        progress=status.progress,
        seconds_left=left,
        seconds_per_epoch=each,
        pca_test_mse=status.pca_test_mse,
        source=status.source,
        digits=status.digits,
        device=status.device,
        message=status.message,
        notes=status.notes,
        has_checkpoint=(path / CHECKPOINT).is_file(),
        kept_as=_read_kept(path),
    )


def read_spec(path: Path) -> RunSpec:
    """What a run was told to do.

    Raises
    ------
    TrainingError
        If the file is missing or damaged.
    """
    try:
        return RunSpec.from_dict(atomic_file.read_json(path / SPEC, most=MAX_JSON))
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(path, SPEC, error) from None


def read_status(path: Path) -> Status:
    """How far a run is.

    Raises
    ------
    TrainingError
        If the file is missing or damaged.
    """
    try:
        return Status.from_dict(atomic_file.read_json(path / STATUS, most=MAX_JSON))
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(path, STATUS, error) from None


def write_spec(path: Path, spec: RunSpec) -> None:
    """Replace what a run is told to do."""
    atomic_file.write_json(path / SPEC, spec.to_dict(), durable=True)


def write_status(path: Path, status: Status) -> None:
    """Replace what a run tells, also where the disk is full.

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


def history(run: Run | Path | str) -> tuple[EpochRecord, ...]:
    """The epochs so far; a line that is damaged or only half written ends it."""
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
    """Replace the names under which a run was kept."""
    atomic_file.write_json(path / KEPT, list(names))


def sweep(path: Path) -> None:
    """Remove what killed writers left behind; only while nobody else holds the run."""
    for folder in (path, *filter(Path.is_dir, path.glob("*"))):
        atomic_file.remove_leftovers(folder)


def size(path: Path) -> int:
    """Bytes of all files of a run."""
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            with suppress(OSError):
                total += os.stat(os.path.join(folder, name)).st_size
    return total


def _damaged(path: Path, name: str, error: Exception) -> TrainingError:
    detail = error.strerror if isinstance(error, OSError) else str(error)
    return TrainingError(f"The run {path.name} cannot be read: {name}: {detail}. Delete it.")
