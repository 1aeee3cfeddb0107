"""The user's own checkpoints in the models folder: save, rename, delete, restore, import.

A file is whole before it gets its name, and a name that is taken is never overwritten, however
many sessions try at once. The built-in checkpoints, those named like a preset, are read-only, and
on a public server all are: there, every change is refused with an `AecoreError`.
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
from aecore.system.environment import is_public, require_private

MAX_MODELS = 100
"""How many checkpoints of one's own the folder takes."""
MAX_UPLOAD_BYTES = 64 * 2**20
TRASH = ".deleted-"
"""Prefix of the folders in which deleted checkpoints wait."""
LEFTOVER_SECONDS = 24 * 3600.0
"""Age at which a temporary folder counts as left by a session or process that has ended."""
_LOCK = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """A deleted checkpoint that can still be restored."""

    name: str
    path: Path
    """Where the file waits."""


def is_shipped(name: str) -> bool:
    """Return whether this names a built-in checkpoint; case is ignored, as some disks do."""
    return name.casefold() in PRESETS


def own_names() -> list[str]:
    """Return the names of the user's own checkpoints, sorted."""
    return [name for name in catalog.names() if not is_shipped(name)]


def require_free(name: str, *, besides: str = "") -> None:
    """Check that a checkpoint of one's own can get a name; that of `besides` becomes free.

    Raises
    ------
    CheckpointError
        If it is no plain word, or taken; case is ignored.
    """
    if not catalog.is_name(name):
        raise CheckpointError(
            f"{name[:80]!r} cannot name a model: use letters, digits, '.', '_' and '-', at most "
            f"64, beginning with a letter or a digit, without the ending {SUFFIX}."
        )
    if is_shipped(name):
        raise CheckpointError(
            f"{name!r} is the name of a built-in model, which is read-only. Choose another name."
        )
    taken = {other.casefold(): other for other in catalog.names() if other != besides}
    if name.casefold() in taken:
        raise CheckpointError(
            f"There is a model called {taken[name.casefold()]!r} already. Choose another name."
        )


def suggest(preset: Preset, model: ModelConfig, train: TrainConfig) -> str:
    """Return a free name that tells how a model differs from its preset, as in `plane-d3-h256`."""
    tags = [change.tag for change in changes(preset, model, train)]
    stem = "-".join([preset.name, *tags]) if tags else f"my-{preset.name}"
    stem = stem[:56].rstrip("-.")
    taken = {name.casefold() for name in (*catalog.names(), *PRESETS)}
    numbered = (f"{stem}-{number}" for number in range(2, 10_000))
    return next(name for name in (stem, *numbered) if name.casefold() not in taken)


def save_copy(path: Path, name: str) -> Path:
    """Save a copy of a run's checkpoint in the models folder and return its file.

    Raises
    ------
    CheckpointError
        If the name cannot be used, the checkpoint is missing or damaged, there are too many
        models, or the folder cannot be written. Nothing is changed then.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"What was learned cannot be read ({error.strerror}). Train it again."
        ) from error
    return _add(content, name)


def import_upload(content: bytes, name: str) -> Path:
    """Validate the bytes of a checkpoint file, save it in the models folder and return its file.

    Raises
    ------
    CheckpointError
        If it is too large or no whole checkpoint, and as `save_copy` does.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise CheckpointError(
            f"The file has {len(content) / 2**20:.0f} MB; at most {MAX_UPLOAD_BYTES // 2**20} MB "
            "can be imported. A smaller model has a smaller file."
        )
    return _add(content, name)


def rename(name: str, new: str) -> Path:
    """Rename a checkpoint of one's own and return its file.

    Raises
    ------
    CheckpointError
        If it is built-in or missing, the name cannot be used, or the folder cannot be written.
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
    """Move a checkpoint of one's own to the trash, to be restored or discarded.

    Raises
    ------
    CheckpointError
        If it is built-in or missing, or the folder cannot be written.
    """
    path = _own(name)
    with _explaining("deleted"):
        waiting = Path(tempfile.mkdtemp(dir=path.parent, prefix=TRASH)) / path.name
        path.replace(waiting)
    return Deleted(name=name, path=waiting)


def restore(deleted: Deleted) -> Path:
    """Put a deleted checkpoint back.

    Raises
    ------
    CheckpointError
        If its name is taken by now, or the file is gone.
    """
    require_private()
    target = catalog.models_dir() / f"{deleted.name}{SUFFIX}"
    with _LOCK, _explaining("restored"):
        require_free(deleted.name)
        atomic_file.move_to_free(deleted.path, target)
    with suppress(OSError):
        deleted.path.parent.rmdir()
    return target


def discard(deleted: Deleted) -> None:
    """Remove a deleted checkpoint for good; do nothing if it is gone."""
    require_private()
    shutil.rmtree(deleted.path.parent, ignore_errors=True)


def remove_leftovers() -> None:
    """Remove what ended sessions and processes have left in the models folder."""
    if is_public():
        return
    folder = catalog.models_dir()
    atomic_file.remove_leftovers(folder, TRASH, seconds=LEFTOVER_SECONDS)


def _own(name: str) -> Path:
    """Find the file of a checkpoint that may be changed."""
    require_private()
    if not catalog.is_name(name):
        raise CheckpointError(f"There is no model called {name[:80]!r}.")
    if is_shipped(name):
        raise CheckpointError(f"{name!r} is a built-in model, which is read-only.")
    return catalog.find(name)


def _add(content: bytes, name: str) -> Path:
    """Write and validate a file before it gets its name."""
    require_private()
    require_free(name)
    folder = catalog.models_dir()
    target = folder / f"{name}{SUFFIX}"
    with _explaining("saved"):
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file.staged(target, content) as temporary:
            checkpoint_file.load(temporary)
            with _LOCK:
                require_free(name)
                if len(own_names()) >= MAX_MODELS:
                    raise CheckpointError(
                        f"You have {MAX_MODELS} models of your own, the limit. Delete some first."
                    )
                atomic_file.move_to_free(temporary, target)
    return target


@contextmanager
def _explaining(what: str) -> Iterator[None]:
    """Explain why the models folder cannot be changed, and what to do."""
    try:
        yield
    except FileExistsError as error:
        raise CheckpointError(
            f"Not {what}: the name was taken just now. Choose another one."
        ) from error
    except FileNotFoundError as error:
        raise CheckpointError(f"Not {what}: the file is gone.") from error
    except OSError as error:
        cause = (
            "the disk is full. Make room and try again"
            if error.errno in atomic_file.DISK_FULL
            else f"the models folder cannot be written ({error.strerror}). Make it writable, or "
            "name another one in AECORE_MODELS"
        )
        raise CheckpointError(f"Not {what}: {cause}. Nothing was changed.") from error
