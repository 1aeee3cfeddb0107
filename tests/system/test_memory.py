"""Arenas are shared, large arrays have memory of their own, and cycles are collected."""

import gc
import platform
import subprocess
import sys
import weakref

import pytest

from aecore.system.memory import collect_if_used

COUNT = """
import ctypes, os, re, sys, threading
from aecore.system import memory

libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc.restype = ctypes.c_void_p

def report():
    reader, writer = os.pipe()
    file = ctypes.c_void_p(libc.fdopen(writer, b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    with os.fdopen(reader) as lines:
        return lines.read()

if sys.argv[1] == "limited":
    memory.return_memory()
libc.free(ctypes.c_void_p(libc.malloc(30_000_000)))  # glibc then expects to reuse as much
kept = libc.malloc(10_000_000)
together = threading.Barrier(8)

def allocate():
    together.wait()
    libc.malloc(100)
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
total = report()
print(total.count("<heap nr="), re.search('type="mmap" count="([0-9]+)"', total)[1])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_threads_share_two_arenas_and_large_arrays_lie_outside():
    (limited, own), (usual, shared) = (
        map(int, subprocess.run([sys.executable, "-c", COUNT, which], **RUN).stdout.split())
        for which in ("limited", "usual")
    )

    assert limited <= 2 < usual
    assert shared < own


SCATTERED = """
import ctypes, gc, re
from pathlib import Path
from aecore.system import memory

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p

def megabytes():
    return int(re.search("VmRSS:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]) // 1000

blocks = [libc.malloc(64 << 10) for _ in range(2_000)]
for block in blocks:
    ctypes.memset(ctypes.c_void_p(block), 1, 64 << 10)
for block in blocks[::2]:
    libc.free(ctypes.c_void_p(block))
new = [[] for _ in range(3 * gc.get_threshold()[0])]
before = megabytes()
memory.collect_if_used()
print(before - megabytes())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_what_is_free_between_what_is_in_use_goes_back_to_the_system():
    given_back = int(subprocess.run([sys.executable, "-c", SCATTERED], **RUN).stdout)

    assert given_back > 40  # of 64 MB


RUN = {"check": True, "capture_output": True, "text": True, "timeout": 60}


class Visit:
    """Garbage as soon as nobody knows it, but for itself."""

    def __init__(self):
        self.own = self


def test_what_ended_visits_leave_is_collected_once_the_server_has_been_used():
    gc.disable()
    try:
        gc.collect()
        ended = weakref.ref(Visit())
        collect_if_used()
        assert ended() is not None  # hardly anything is new: nobody was here

        gc.enable()
        new = [[] for _ in range(3 * gc.get_threshold()[0])]  # Python looks at these alone
        gc.disable()
        later = weakref.ref(Visit())
        collect_if_used()
        assert (ended(), later()) == (None, None)
        assert new
    finally:
        gc.enable()
