"""The user's own checkpoints in the models folder: keep, rename, delete, restore, take in.

A file is whole before it gets its name, and a name that is taken is never overwritten, however
many sessions try at once. The shipped checkpoints, those named like a preset, stay as they are.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.catalog import SUFFIX
from aecore.checkpoints.description import changes
from aecore.config import ModelConfig, TrainConfig
from aecore.errors import CheckpointError
from aecore.presets import PRESETS, Preset
from aecore.system import atomic_file

MOST = 100
"""Checkpoints of one's own that the folder takes."""
MAX_UPLOAD_BYTES = 64 * 2**20
BIN = ".deleted-"
"""Prefix of the folders in which deleted checkpoints wait."""
LEFTOVER_SECONDS = 24 * 3600.0
"""After which a temporary folder is taken for one of a session or a process that is dead."""
_LOCK = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """A checkpoint that is out of sight and can be restored."""

    name: str
    path: Path
    """Where the file waits."""


def is_shipped(name: str) -> bool:
    """Whether this names a shipped checkpoint, whatever its capitals: some disks ignore them."""
    return name.casefold() in PRESETS


def own_names() -> list[str]:
    """Names of the user's own checkpoints, sorted."""
    return [name for name in catalog.names() if not is_shipped(name)]


def require_free(name: str, *, besides: str = "") -> None:
    """Check that a checkpoint of one's own can get a name; `besides` gives its own up for it.

    Raises
    ------
    CheckpointError
        If it is no plain word, or taken; capitals make no difference.
    """
    if not catalog.is_name(name):
        raise CheckpointError(
            f"{name[:80]!r} cannot name a model: use letters, digits, '.', '_' and '-', at most "
            f"64, beginning with a letter or a digit, without the ending {SUFFIX}."
        )
    if is_shipped(name):
        raise CheckpointError(
            f"{name!r} is the name of a shipped model, which stays as it is. Choose another name."
        )
    taken = {other.casefold(): other for other in catalog.names() if other != besides}
    if name.casefold() in taken:
        raise CheckpointError(
            f"There is a model called {taken[name.casefold()]!r} already. Choose another name."
        )


def suggest(preset: Preset, model: ModelConfig, train: TrainConfig) -> str:
    """A free name that says in what a model differs from its preset, as in `plane-d3-h256`."""
    tags = [change.tag for change in changes(preset, model, train)]
    stem = "-".join([preset.name, *tags]) if tags else f"my-{preset.name}"
    stem = stem[:56].rstrip("-.")
    taken = {name.casefold() for name in (*catalog.names(), *PRESETS)}
    numbered = (f"{stem}-{number}" for number in range(2, 10_000))
    return next(name for name in (stem, *numbered) if name.casefold() not in taken)


def keep(path: Path, name: str) -> Path:
    """Put a copy of a run's checkpoint on the shelf; its file there.

    Raises
    ------
    CheckpointError
        If the name cannot be had, the checkpoint is not there or not whole, the shelf is full, or
        the folder cannot be written. Nothing is changed then.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"What was learned cannot be read ({error.strerror}). Train it again."
        ) from error
    return _add(content, name)


def import_upload(content: bytes, name: str) -> Path:
    """Check the bytes of a checkpoint file as loading does, and put it on the shelf.

    Raises
    ------
    CheckpointError
        If it is too large or no whole checkpoint, and as `keep` does.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise CheckpointError(
            f"The file has {len(content) / 2**20:.0f} MB; at most {MAX_UPLOAD_BYTES // 2**20} MB "
            "can be taken in. A smaller model has a smaller file."
        )
    return _add(content, name)


def rename(name: str, new: str) -> Path:
    """Give a checkpoint of one's own another name; its file afterwards.

    Raises
    ------
    CheckpointError
        If it is shipped or not there, the name cannot be had, or the folder cannot be written.
    """
    path = _own(name)
    target = path.with_name(f"{new}{SUFFIX}")
    with _LOCK, _explaining("renamed"):
        require_free(new, besides=name)
        if new == name:
            return path
        if new.casefold() == name.casefold():
            return path.rename(target)  # on a disk that ignores capitals both are one file
        atomic_file.move_to_free(path, target)
    return target


def delete(name: str) -> Deleted:
    """Take a checkpoint of one's own out of sight, to be restored or discarded.

    Raises
    ------
    CheckpointError
        If it is shipped or not there, or the folder cannot be written.
    """
    path = _own(name)
    with _explaining("deleted"):
        waiting = Path(tempfile.mkdtemp(dir=path.parent, prefix=BIN)) / path.name
        path.replace(waiting)
    return Deleted(name=name, path=waiting)


def restore(deleted: Deleted) -> Path:
    """Put a deleted checkpoint back in its place.

    Raises
    ------
    CheckpointError
        If its name has been given to another one or the file is gone.
    """
    target = catalog.models_dir() / f"{deleted.name}{SUFFIX}"
    with _LOCK, _explaining("restored"):
        require_free(deleted.name)
        atomic_file.move_to_free(deleted.path, target)
    with suppress(OSError):
        deleted.path.parent.rmdir()
    return target


def discard(deleted: Deleted) -> None:
    """Remove a deleted checkpoint for good; does nothing if it is gone."""
    shutil.rmtree(deleted.path.parent, ignore_errors=True)


def sweep() -> None:
    """Remove what sessions and processes that are dead have left in the folder."""
    folder = catalog.models_dir()
    atomic_file.remove_leftovers(folder, BIN, seconds=LEFTOVER_SECONDS)


def _own(name: str) -> Path:
    """The file of a checkpoint that may be changed."""
    if not catalog.is_name(name):
        raise CheckpointError(f"There is no model called {name[:80]!r}.")
    if is_shipped(name):
        raise CheckpointError(f"{name!r} is a shipped model: it stays as it is.")
    return catalog.find(name)


def _add(content: bytes, name: str) -> Path:
    """Write, check, and only then give the name."""
    require_free(name)
    folder = catalog.models_dir()
    target = folder / f"{name}{SUFFIX}"
    with _explaining("kept"):
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file.staged(target, content) as temporary:
            checkpoint_file.load(temporary)
            with _LOCK:
                require_free(name)
                if len(own_names()) >= MOST:
                    raise CheckpointError(
                        f"There are {MOST} models of your own, and no more fit. Delete some first."
                    )
                atomic_file.move_to_free(temporary, target)
    return target


@contextmanager
def _explaining(what: str) -> Iterator[None]:
    """Turn what a disk may answer into one message that says what to do."""
    try:
        yield
    except FileExistsError as error:
        raise CheckpointError(
            f"Not {what}: the name was given away just now. Choose another one."
        ) from error
    except FileNotFoundError as error:
        raise CheckpointError(f"Not {what}: the file has gone in the meantime.") from error
    except OSError as error:
        cause = (
            "the disk is full. Make room and try again"
            if error.errno in atomic_file.DISK_FULL
            else f"the models folder cannot be written ({error.strerror}). Make it writable, or "
            "name another one in AECORE_MODELS"
        )
        raise CheckpointError(f"Not {what}: {cause}. Nothing was changed.") from error
