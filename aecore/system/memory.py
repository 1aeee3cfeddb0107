"""How the C library hands memory out."""

from __future__ import annotations

import ctypes
import functools
import platform

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
