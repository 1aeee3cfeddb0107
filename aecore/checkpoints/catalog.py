"""The checkpoints of the models folder by name."""

from __future__ import annotations

import os
import re
from pathlib import Path

from aecore.errors import CheckpointError
from aecore.system.installation import HOME

SUFFIX = ".safetensors"
_SHIPPED = HOME / "models"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def models_dir() -> Path:
    """Return the models folder: `AECORE_MODELS`, else `models/` beside the package."""
    named = os.environ.get("AECORE_MODELS")
    return Path(named) if named else _SHIPPED


def is_name(text: str) -> bool:
    """Return whether a checkpoint can be called so: a plain word, without folder or suffix."""
    return _NAME.fullmatch(text) is not None and not text.endswith(SUFFIX)


def find(model: str | Path) -> Path:
    """Find the file of a checkpoint, given its name in the models folder or its path.

    Raises
    ------
    CheckpointError
        If there is none.
    """
    text = str(model)
    path = Path(text)
    if is_name(text):
        path = models_dir() / f"{text}{SUFFIX}"
    if not _is_file(path):
        known = ", ".join(names()) or "none yet"
        raise CheckpointError(
            f"There is no model {text[:100]!r}. In {models_dir().name}/: {known}."
        )
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for any file
        return False


def names() -> list[str]:
    """Return the names of the checkpoints in the models folder, sorted."""
    return sorted(path.stem for path in models_dir().glob(f"*{SUFFIX}") if path.stem[:1] != ".")
