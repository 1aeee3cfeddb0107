"""A process that gives way to others: by itself, and as the leader of a session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aecore.system.priority import NICENESS

AUTOGROUP = Path("/proc/self/autogroup")

GIVE_WAY = """
import os
from aecore.system.priority import give_way
from tests.system.test_priority import niceness_of_the_session

give_way()
print(os.nice(0), *niceness_of_the_session())
"""


def niceness_of_the_session() -> list[str]:
    """One number, or none where Linux has no such groups or has put this process in none."""
    return AUTOGROUP.read_text(encoding="ascii").split()[-1:] if AUTOGROUP.exists() else []


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
    if leads:  # a new session has a group of its own
        assert group == ([str(NICENESS)] if AUTOGROUP.exists() else [])
    else:
        assert group == niceness_of_the_session()
