"""The imports of a server's first visitors: by one of them, while the others wait.

Plotly and others look for pandas among the modules without importing it, and fail where another
thread has begun to import it and has not ended: so nobody draws while somebody imports.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from aecore.ui.pages import find_pages

_SLOW = ("pandas", "aecore.models.inference")
"""What pages import while they are drawn: Streamlit asks for the first, the other for PyTorch."""
_ALONE = threading.Lock()
_warm = threading.Event()


@contextmanager
def first_alone() -> Iterator[None]:
    """Let the server's first page be drawn alone, and import what later pages need after it.

    The first page is not delayed by that; who comes meanwhile waits until all is there.
    """
    with _ALONE if not _warm.is_set() else nullcontext():
        is_first = not _warm.is_set()
        if is_first:
            try:
                yield
            finally:
                _import_all()
                _warm.set()
    if not is_first:
        yield


def _import_all() -> None:
    for name in _SLOW:
        importlib.import_module(name)
    for page in find_pages():
        page.renderer()
