"""How memory is handed out and collected."""

from __future__ import annotations

import ctypes
import functools
import gc
import platform
import threading
import time

_OBJECTS, _YOUNG, _NEVER = 10_000, 20, 1_000_000
_COLLECTED_EVERY = 60.0  # seconds
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # of mallopt(3)
_SPARE, _LARGE, _ARENAS = 64 << 20, 8 << 20, 2


@functools.cache
def return_memory() -> None:
    """Let glibc give back to the system what is freed; do nothing elsewhere.

    A server draws each run of a page in a thread of its own, and glibc gives up to eight threads a
    core an arena each, which keep what their largest page has needed: after all pages, 140 of 810
    MB. Two arenas do. Arrays from 8 MB on have memory of their own, which goes back at once, where
    by itself glibc would come to keep it up to 32 MB: 20 to 130 of 1,600 MB after 200 visits.
    Clearing new memory takes time, and stops all threads that ask for some: from 1 MB on, one
    answer in twenty took over 7 s beside those visits, not 0.6 to 2.6.
    """
    if library := _glibc():
        library.mallopt(_M_ARENA_MAX, _ARENAS)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _SPARE)


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


@functools.cache
def collect_rarely() -> None:
    """Let Python look for reference cycles once in 10,000 new objects, for old ones once a minute
    of use.

    For a server, whose visits keep many objects: with 200 of them a look at all stops every thread
    for 0.1 to 0.4 s, and by itself Python takes one every few seconds. A visit that has ended is
    such cycles: without any look, 200 of them leave some 100 MB.
    """
    gc.set_threshold(_OBJECTS, _YOUNG, _NEVER)
    threading.Thread(target=_collect_old, name="collector", daemon=True).start()


def _collect_old() -> None:
    while True:
        time.sleep(_COLLECTED_EVERY)
        collect_if_used()


def collect_if_used() -> None:
    """Look for reference cycles among all objects, if many are new since the last look.

    What is free then goes back to the system, between what is in use too, which glibc would keep.
    """
    if any(gc.get_count()[1:]):
        gc.collect()
        if library := _glibc():
            library.malloc_trim(0)
