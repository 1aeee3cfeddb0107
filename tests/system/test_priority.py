"""A process that gives way to others: by itself, and as the leader of a session."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from aecore.system.background import Background
from aecore.system.priority import NICENESS

GIVE_WAY = """
import os
from pathlib import Path
from aecore.system.priority import give_way

give_way()
group = Path("/proc/self/autogroup")
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "")
"""


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no niceness")
@pytest.mark.parametrize("leads", [False, True])
def test_only_the_leader_of_a_session_makes_all_of_it_give_way(leads):
    before = os.nice(0)
    command = [sys.executable, "-c", GIVE_WAY]

    ended = subprocess.run(
        command, start_new_session=leads, capture_output=True, text=True, check=True
    )

    niceness, *group = ended.stdout.split()
    assert int(niceness) == min(before + NICENESS, 19)
    if Path("/proc/self/autogroup").exists():
        assert group == [str(NICENESS if leads else group_of_this_process())]


def group_of_this_process() -> int:
    return int(Path("/proc/self/autogroup").read_text(encoding="ascii").split()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="niceness is the whole process's")
def test_what_goes_on_behind_gives_way_and_the_thread_that_asks_does_not():
    found = []

    def measure():
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        yield

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    Background().ask("key", measure, wait=60)

    assert found == [min(before + NICENESS, 19)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
