"""Settings in environment variables: paths and switches."""

from __future__ import annotations

import os
from pathlib import Path


def path_text(value: str | None) -> str:
    """Return a path that a person typed with `~` expanded; empty where there is none."""
    return os.path.expanduser((value or "").strip())


def path_from(variable: str, default: str | Path) -> Path:
    """Return the path in an environment variable, or else `default`, with `~` expanded."""
    return Path(path_text(os.environ.get(variable)) or path_text(str(default)))


def is_on(variable: str) -> bool:
    """Return whether something may be done: not if the variable is off, 0, no or false."""
    return os.environ.get(variable, "on").strip().lower() not in ("off", "0", "no", "false")
