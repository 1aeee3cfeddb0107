"""Locks that end with their process."""

import subprocess
import sys

from aecore.system.process_lock import ProcessLock, is_locked

HOLD = """
import sys
from pathlib import Path
from aecore.system.process_lock import ProcessLock

print(ProcessLock(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


def test_a_lock_is_free_held_and_free_again(tmp_path):
    path = tmp_path / "alive"
    before = is_locked(path)
    with ProcessLock(path) as lock, ProcessLock(path) as other:
        assert lock.acquire()
        assert lock.acquire()
        assert not other.acquire()
        held = is_locked(path)

    assert (before, held, is_locked(path)) == (False, True, False)


def test_a_lock_ends_with_its_process(tmp_path):
    path = tmp_path / "alive"
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "True\n"
        held = is_locked(path)
        child.kill()
        child.wait(10)

        assert (held, is_locked(path)) == (True, False)
