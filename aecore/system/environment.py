"""Settings in environment variables: paths and switches."""

from __future__ import annotations

import os
from pathlib import Path

from aecore.errors import AecoreError


def path_text(value: str | None) -> str:
    """Return a path that a person typed with `~` expanded; empty where there is none."""
    return os.path.expanduser((value or "").strip())


def path_from(variable: str, default: str | Path) -> Path:
    """Return the path in an environment variable, or else `default`, with `~` expanded."""
    return Path(path_text(os.environ.get(variable)) or path_text(str(default)))


def is_on(variable: str, *, default: str = "on") -> bool:
    """Return whether a variable is on: not if it is off, 0, no or false."""
    value = os.environ.get(variable, "").strip() or default
    return value.lower() not in ("off", "0", "no", "false")


def is_public() -> bool:
    """Return whether `AECORE_PUBLIC` is on: strangers visit, and nothing here may change."""
    return is_on("AECORE_PUBLIC", default="off")


def require_private() -> None:
    """Check, before anything on this machine is changed, that its visitors may do so.

    Raises
    ------
    AecoreError
        On a public server.
    """
    if is_public():
        raise AecoreError(
            "This is a public server: it trains no models, and it keeps and changes nothing. Run "
            "the app on your own machine for that."
        )
