"""What a server's first visitors need: imported by one of them, while the others wait.

A public server prepares it, and the data, before there are any. Plotly and others look for pandas
among the modules without importing it, and fail where another thread has begun to import it and has
not ended: so nobody draws while somebody imports. What pages show first of each model is computed
behind the first pages, first what the page opened last shows: whoever picks a model does not wait
for it.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from aecore.errors import AecoreError
from aecore.system.threads import limit_to_one_thread
from aecore.ui import waiting
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.cache.shared import without_spinners
from aecore.ui.pages import find_pages

if TYPE_CHECKING:
    from aecore.ui.pages import Preparation

_PAUSE = 3.0
"""Seconds after the first page, whose charts a browser draws meanwhile."""
_REST = 0.2
"""Seconds before each step, for browsers on the same machine."""
_LONGEST_STOP = 0.5  # seconds that a step waits for pages
_ALONE = threading.Lock()
_warm = threading.Event()
_opened_last = ""  # name of a page


def note_opened(page: str) -> None:
    """Prepare before all else what a page, given by its name, shows first."""
    global _opened_last
    _opened_last = page


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
    with suppress(AecoreError), without_spinners():  # pages say what is wrong with the data
        datasets.prepare()
    _warm.set()


@functools.cache
def prepare_models() -> None:
    """Compute what pages show first of the data and of each model, soon after the first page."""
    threading.Thread(target=_prepare_models, name="models", daemon=True).start()


def _prepare_models() -> None:
    _warm.wait()
    time.sleep(_PAUSE)
    steps = {page.name: prepare for page in find_pages() if (prepare := page.preparation())}
    with suppress(AecoreError), without_spinners():
        with waiting.place(quietly=True):
            datasets.prepare()
        digits = datasets.usual()
        if digits.spec.shows_digits:  # else pages speak of other pictures
            left = list(itertools.product(checkpoint_cache.cards(), steps))
            while left:
                name, page = next((each for each in left if each[1] == _opened_last), left[0])
                left.remove((name, page))
                _prepare(name, steps[page], digits)


def _prepare(name: str, prepare: Preparation, digits: datasets.TestSet) -> None:
    time.sleep(_REST)
    waiting.PAGES.let_others_go(most=_LONGEST_STOP)
    with suppress(AecoreError), waiting.place(quietly=True):  # pages say what is wrong with it
        checkpoint = checkpoint_cache.load(name)
        if checkpoint.card.model.input_shape == digits.spec.shape:
            prepare(checkpoint, digits)


def _import_all() -> None:
    importlib.import_module("pandas")  # as Streamlit does while pages are drawn
    for page in find_pages():
        page.renderer()
