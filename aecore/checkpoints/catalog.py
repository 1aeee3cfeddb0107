"""The checkpoints of the models folder by name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aecore.errors import CheckpointError
from aecore.system.environment import path_from
from aecore.system.file_content import printable
from aecore.system.installation import HOME

SUFFIX = ".safetensors"
_SHIPPED = HOME / "models"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Listing:
    """What the models folder holds."""

    files: Mapping[str, Path]
    """The files that `find` finds, by name, sorted."""
    problems: Mapping[str, str]
    """Why others are left out, in a sentence, by the name of the file."""


def models_dir() -> Path:
    """Return the models folder: `AECORE_MODELS`, else `models/` beside the package."""
    return path_from("AECORE_MODELS", _SHIPPED)


def is_name(text: str) -> bool:
    """Return whether a checkpoint can be called so: a plain word, without folder or suffix."""
    return _NAME.fullmatch(text) is not None and not text.endswith(SUFFIX)


def find(model: str | Path) -> Path:
    """Find the file of a checkpoint, given its name in the models folder or its path.

    Raises
    ------
    CheckpointError
        If there is none, or it is left out of the listing.
    """
    text = str(model)
    path = models_dir() / f"{text}{SUFFIX}" if is_name(text) else Path(os.path.expanduser(text))
    if _is_file(path):
        return path
    listed = listing()
    if problem := listed.problems.get(f"{text}{SUFFIX}"):
        raise CheckpointError(problem)
    known = ", ".join(listed.files) or "none yet"
    raise CheckpointError(
        f"There is no model {printable(text[:100])!r}. In {models_dir().absolute().name}/: {known}."
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long for any file, or with a zero byte
        return False


def names() -> list[str]:
    """Return the names of the checkpoints in the models folder, sorted."""
    return list(listing().files)


def listing() -> Listing:
    """List the models folder: the files that can be found by name, and why others cannot."""
    folder = models_dir()
    try:
        inside = sorted(map(os.path.splitext, os.listdir(folder)))
    except OSError as error:
        problem = f"The models folder {folder} cannot be read: {error.strerror}."
        return Listing({}, {str(folder): printable(problem)})
    files: dict[str, Path] = {}
    problems: dict[str, str] = {}
    for name, suffix in inside:
        if name[0] == "." or suffix.lower() != SUFFIX:
            continue
        path = folder / f"{name}{suffix}"
        if why := _problem(name, suffix, path):
            problems[path.name] = f"{printable(path.name)} cannot be used: {why}."
        else:
            files[name] = path
    return Listing(files, problems)


def _problem(name: str, suffix: str, path: Path) -> str | None:
    """Return why a file of the models folder is left out, and what to do."""
    if suffix != SUFFIX:
        return f"its ending is {suffix}. Rename it to end in {SUFFIX}"
    if not is_name(name):
        return (
            "its name is not a plain word. Rename it: letters from A to Z, digits, '.', '_' and "
            "'-', at most 64, beginning with a letter or a digit"
        )
    if os.path.islink(path) and not os.path.exists(path):
        return "it is a link to a file that does not exist. Restore that file or remove the link"
    return None if _is_file(path) else "it is not a file. Move it out of the models folder"
