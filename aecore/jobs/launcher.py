"""Starting the process that works on a run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from aecore.errors import TrainingError
from aecore.system.installation import python_path
from aecore.system.process_lock import ProcessLock
from aecore.system.threads import cores


def start(path: Path, alive: ProcessLock) -> None:
    """Start the process of the run in folder `path`; it takes over the lock.

    Raises
    ------
    TrainingError
        If it cannot start.
    """
    descriptor = alive.descriptor()
    command = [sys.executable, "-m", "aecore.jobs.worker", str(path), "--held", str(descriptor)]
    try:
        with (path / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(descriptor,),
                start_new_session=True,  # Ctrl-C in the server's terminal is not for it
                env=_environment(),
            )
    except OSError as error:
        raise TrainingError(f"The training process cannot start: {error}.") from None
    # Someone has to wait for its end, or it would stay behind as a zombie.
    threading.Thread(target=process.wait, name=f"end of {path.name}", daemon=True).start()


def _environment() -> dict[str, str]:
    """Let the process import this package wherever the app was started, and share the cores."""
    # Training threads wait for each other by spinning, long enough to waste whole time slices when
    # a page has one of the cores: beside a process that took one of two cores an epoch of `plane`
    # did not end within 50 s, and took 3.5 s so; with both cores free no difference was seen.
    threads = {
        "GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", "2000"),
        "OMP_NUM_THREADS": str(cores()),  # the server may keep itself to one
    }
    return os.environ | threads | {"PYTHONPATH": python_path()}
