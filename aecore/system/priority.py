"""How much of the processor a process takes while others want it, too."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 10


def give_way() -> None:
    """Let other processes go before this one and the threads it starts from now on.

    Where Linux divides the time among sessions first (autogroup, see sched(7)), niceness counts
    within a session only; so a process that leads one gives its whole session that niceness.
    """
    if not hasattr(os, "nice"):
        return
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # not on this system, or no such division
            Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")
