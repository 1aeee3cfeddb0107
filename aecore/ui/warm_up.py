"""What a server's first visitors need: imported by one of them, while the others wait.

A public server prepares it, and the data, before there are any. Plotly and others look for pandas
among the modules without importing it, and fail where another thread has begun to import it and has
not ended: so nobody draws while somebody imports.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aecore.errors import AecoreError
from aecore.system.threads import limit_to_one_thread
from aecore.ui.cache import datasets
from aecore.ui.pages import find_pages

_SLOW = ("pandas",)
"""What Streamlit imports while pages are drawn."""
_ALONE = threading.Lock()
_warm = threading.Event()


@contextmanager
def first_alone(*, draws_first: bool) -> Iterator[None]:
    """Let the server's first page import what later pages need, while all others wait.

    With `draws_first` it is drawn before, and alone, so that the first map is not delayed by that;
    a page that measures for long should not hold the others up.
    """
    is_drawn = False
    if not _warm.is_set():
        with _ALONE:
            if not _warm.is_set():
                try:
                    if draws_first:
                        is_drawn = True
                        yield
                finally:
                    _import_all()
                    _warm.set()
    if not is_drawn:
        yield


def prepare() -> None:
    """Import what pages need, and read and measure the data, before there are visitors."""
    limit_to_one_thread()  # what is imported reads the limit
    _import_all()
    with suppress(AecoreError):  # pages say what is wrong with the data
        datasets.prepare()
    _warm.set()


def _import_all() -> None:
    for name in _SLOW:
        importlib.import_module(name)
    for page in find_pages():
        page.renderer()
