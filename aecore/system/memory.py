"""How memory is handed out and collected."""

from __future__ import annotations

import ctypes
import functools
import gc
import platform

_OBJECTS, _YOUNG, _OLD = 10_000, 20, 50
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
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, _ARENAS)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _SPARE)


def collect_rarely() -> None:
    """Let Python look for reference cycles once in 10,000 new objects, for old ones once in 10^7.

    For a server, whose visits keep many objects: with 200 of them a look at all stops every thread
    for 0.1 to 0.4 s, and Python takes one every few seconds.
    """
    gc.set_threshold(_OBJECTS, _YOUNG, _OLD)
