"""The process that trains one run, `python -m aecore.jobs.worker FOLDER`; the queue starts it.

It waits until no other run is training, trains, writes all into the run's folder, and ends. Ending
the server, the browser or the terminal does not touch it; `stop` in the folder does.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aecore.errors import AecoreError
from aecore.jobs import launcher, queue
from aecore.jobs import store as run_store
from aecore.jobs.store import ALIVE, LOG, STOP
from aecore.system.priority import give_way
from aecore.system.process_lock import ProcessLock

WAIT_SECONDS = 0.3
_POLL_SECONDS = 0.1


def main(arguments: list[str] | None = None) -> int:
    """Work on one run and return the exit status."""
    options = launcher.read_arguments("aecore.jobs.worker", "Train one run.", arguments)
    path = options.folder
    with ProcessLock(path / ALIVE, options.held) as alive:
        if not alive.acquire():
            print(f"{path.name}: another process works on it", file=sys.stderr)
            return 1
        _update_status(path, state="queued")
        with ProcessLock(path.parent / "machine") as machine:
            return _work(path) if _wait_for_turn(path, machine) else 0


def _wait_for_turn(path: Path, machine: ProcessLock) -> bool:
    """Wait until the machine is free and no earlier run waits; return False on a stop request."""
    while not (path / STOP).exists():
        waiting = [run for run in queue.list_runs().runs if run.state == "queued"]
        if (not waiting or waiting[0].id == path.name) and machine.acquire():
            return True
        if not path.is_dir():
            return False
        time.sleep(WAIT_SECONDS)
    _update_status(path, state="stopped", message="Taken out of the queue.")
    return False


def _work(path: Path) -> int:
    """Train, or write down why not; return the exit status."""
    _update_status(path, state="running", phase="starting")
    give_way()  # the pages go first
    try:
        with _interruptible(path / STOP):
            from aecore.jobs.trainer import Trainer  # torch takes a second

            trainer = Trainer(path)
            trainer.prepare()
        trainer.run()
    except _StopRequest:
        _update_status(path, state="stopped", phase="", message="Stopped while it was starting.")
    except (AecoreError, OSError) as error:
        from aecore.jobs.recorder import explain

        _update_status(path, state="failed", phase="", message=explain(error))
        return 1
    except Exception as error:
        traceback.print_exc()
        text = f"An unexpected {type(error).__name__}: {error}"[:300]
        message = f"{text}. More in {path / LOG}."
        _update_status(path, state="failed", phase="", message=message)
        return 1
    return 0


class _StopRequest(BaseException):
    """A request to stop while nothing has been learned yet."""


@contextmanager
def _interruptible(stop: Path) -> Iterator[None]:
    """Raise `_StopRequest` within as soon as the file `stop` exists; training polls by itself."""

    def poll(*_: object) -> None:
        if stop.exists():
            raise _StopRequest

    signal.signal(signal.SIGALRM, poll)
    signal.setitimer(signal.ITIMER_REAL, _POLL_SECONDS, _POLL_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _update_status(path: Path, **changes: Any) -> None:
    try:
        run_store.write_status(path, replace(run_store.read_status(path), **changes))
    except (OSError, AecoreError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
