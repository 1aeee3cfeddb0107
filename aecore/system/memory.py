"""How memory is handed out and collected."""

from __future__ import annotations

import ctypes
import functools
import gc
import platform

_OBJECTS, _YOUNG, _OLD = 10_000, 20, 50
_M_ARENA_MAX = -8  # of mallopt(3)
_ARENAS = 2


@functools.cache
def limit_arenas() -> None:
    """Let all threads of this process share two of glibc's arenas; do nothing elsewhere.

    A server draws each run of a page in a thread of its own, and glibc gives up to eight threads a
    core an arena each, which keep what their largest page has needed: after all pages, 140 of 810
    MB.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def collect_rarely() -> None:
    """Let Python look for reference cycles once in 10,000 new objects, for old ones once in 10^7.

    For a server, whose visits keep many objects: with 200 of them a look at all stops every thread
    for 0.1 to 0.4 s, and Python takes one every few seconds.
    """
    gc.set_threshold(_OBJECTS, _YOUNG, _OLD)
