"""Messages of a public server, which keeps its folders to itself; commands name them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from aecore.checkpoints import catalog
from aecore.data.cache import cache_dir
from aecore.jobs import queue, store
from aecore.system.environment import path_from
from aecore.system.installation import HOME

_PATH = re.compile(r"(?<![\w:/.~-])~?(?:/[^\s/:,;'\"“”()]+)+/?")


def without_folders(text: str) -> str:
    """Return a text for the visitors of this server: of each path on a public one, its last part.

    A server is public if nothing can be trained on it.
    """
    if queue.training_allowed():
        return text
    for folder in _folders():
        text = text.replace(f"{folder.parent}{os.sep}", "")  # its name may hold spaces
    return _PATH.sub(lambda match: Path(match[0]).name, text)


def _folders() -> list[Path]:
    """Return the folders of the server that messages name, those deepest in the disk first."""
    named = (
        HOME,
        catalog.models_dir(),
        cache_dir(),
        store.runs_dir(),
        path_from("AECORE_DATA", HOME),
    )
    inside = {folder for folder in named if len(folder.parts) > 2}
    return sorted(inside, key=lambda folder: -len(folder.parts))
