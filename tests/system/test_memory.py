"""Threads share arenas of memory."""

import platform
import subprocess
import sys

import pytest

COUNT = """
import ctypes, os, sys, threading
from aecore.system import memory

libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc.restype = ctypes.c_void_p

def arenas():
    reader, writer = os.pipe()
    file = ctypes.c_void_p(libc.fdopen(writer, b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    with os.fdopen(reader) as lines:
        return lines.read().count("<heap nr=")

if sys.argv[1] == "limited":
    memory.limit_arenas()
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
print(arenas())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_threads_share_two_arenas():
    limited, usual = (
        int(subprocess.run([sys.executable, "-c", COUNT, which], **RUN).stdout)
        for which in ("limited", "usual")
    )

    assert limited <= 2 < usual


RUN = {"check": True, "capture_output": True, "text": True, "timeout": 60}
