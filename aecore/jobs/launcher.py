"""Starting the process that works on a run."""

from __future__ import annotations

import argparse
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from aecore.errors import TrainingError
from aecore.jobs.store import LOG
from aecore.system.child_process import describe_end, environment, module_command
from aecore.system.process_lock import ProcessLock
from aecore.system.threads import cores


def start(path: Path, alive: ProcessLock, *, module: str = "aecore.jobs.worker") -> None:
    """Start the process of the run, or of another job, in folder `path`; it takes over the lock.

    What it writes goes to a new log, whose last line tells why it ended too early.

    Raises
    ------
    TrainingError
        If it cannot start.
    """
    held = alive.descriptor()
    command = module_command(module, str(path), "--held", str(held))
    # Training threads wait for each other by spinning, long enough to waste whole time slices when
    # a page has one of the cores: beside a process that took one of two cores an epoch of `plane`
    # did not end within 50 s, and took 3.5 s so; with both cores free no difference was seen.
    threads = {
        "GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", "2000"),
        "OMP_NUM_THREADS": str(cores()),  # the server may keep itself to one
    }
    try:
        with (path / LOG).open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(held,),
                start_new_session=True,  # Ctrl-C in the server's terminal is not for it
                env=environment() | threads,
            )
    except OSError as error:
        _log(path, f"it cannot start: {error}")
        raise TrainingError(f"The training process cannot start: {error}.") from None
    threading.Thread(
        target=_wait, args=(path, process), name=f"end of {path.name}", daemon=True
    ).start()


def read_arguments(
    module: str, description: str, arguments: list[str] | None
) -> argparse.Namespace:
    """Read what `start` gives the process of a module: its `folder`, and `held` of the lock."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held", type=int, help="descriptor of the inherited file `alive`")
    return parser.parse_args(arguments)


def _wait(path: Path, process: subprocess.Popen) -> None:
    """Wait for the end of a process, or it would stay behind as a zombie; log a sudden one."""
    status = process.wait()
    if status not in (0, 1):  # after 1 the log holds a traceback, or the status a message
        _log(path, describe_end(status, ""))


def _log(path: Path, line: str) -> None:
    with suppress(OSError), (path / LOG).open("a", encoding="utf-8") as log:
        log.write(f"{line}\n")
