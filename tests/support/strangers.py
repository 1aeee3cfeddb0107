"""Files in a folder that must not be imported, whatever they are called."""

from __future__ import annotations

from pathlib import Path

NAMES = ("random.py", "torch.py", "json.py", "sitecustomize.py", "numpy/__init__.py")
_CODE = """
import os
open(os.path.join({folder!r}, "executed-" + __name__), "w").close()
raise ImportError("a stranger's file was imported")
"""


def fill(folder: Path) -> None:
    """Put modules there that leave a mark when they are executed, and fail."""
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(_CODE.format(folder=str(folder)))


def executed(folder: Path) -> list[str]:
    """The marks of those that were executed."""
    return sorted(path.name for path in folder.glob("executed-*"))
