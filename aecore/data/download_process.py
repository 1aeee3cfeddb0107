"""A download of MNIST in a process of its own, watched from this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal, TextIO

from aecore.data.openml import DownloadProgress, download, remove_leftovers
from aecore.errors import DataError

State = Literal["ready", "running", "done", "failed", "stopped"]


class DownloadJob:
    """A download in a process of its own, to be watched from any thread.

    When it is `done`, `load_cache` has the digits. The process ends with this one: it notices
    that nobody holds the other end of its standard input any more.

    Parameters
    ----------
    command : sequence of str, optional
        What to run in place of this module; it must write the same lines.
    """

    def __init__(self, *, command: Sequence[str] | None = None) -> None:
        self._command = list(command or (sys.executable, "-m", "aecore.data.download_process"))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._progress = DownloadProgress(phase="connecting")
        self._state: State = "ready"
        self._error: str | None = None

    @property
    def progress(self) -> DownloadProgress:
        """The latest that the process has told."""
        with self._lock:
            return self._progress

    @property
    def state(self) -> State:
        """Where the job is; the last three are final."""
        with self._lock:
            return self._state

    @property
    def error(self) -> str | None:
        """Why the job failed, in one line; None in every other state."""
        with self._lock:
            return self._error

    def start(self) -> None:
        """Start the process; a job that was started before is left alone."""
        with self._lock:
            if self._state != "ready":
                return
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=os.environ | {"PYTHONPATH": _search_path()},
                )
            except OSError as error:
                self._state, self._error = "failed", f"The download cannot start: {error}."
                return
            self._state = "running"
            self._reader = threading.Thread(target=self._follow, name="download", daemon=True)
            self._reader.start()

    def wait(self, timeout: float | None = None) -> State:
        """Wait for the end, for `timeout` seconds at most, and tell the state."""
        if self._reader is not None:
            self._reader.join(timeout)
        return self.state

    def stop(self) -> None:
        """End the process at once and remove what it had fetched; does nothing after the end."""
        with self._lock:
            if self._state == "ready":
                self._state = "stopped"
            if self._state != "running":
                return
            self._state = "stopped"
            self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        remove_leftovers()

    def _follow(self) -> None:
        """Take the process's lines until it ends; runs in the reader thread."""
        last: dict[str, Any] = {}
        for line in self._process.stdout:
            with suppress(ValueError):  # the last line of a killed process may be cut off
                last = json.loads(line)
            if "phase" in last:
                with self._lock:
                    self._progress = DownloadProgress(**last)
        code = self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        with self._lock:
            if self._state == "running":
                self._state = "done" if code == 0 else "failed"
                if code:
                    self._error = last.get(
                        "error", f"The download ended unexpectedly (exit code {code}); see the log."
                    )


def _search_path() -> str:
    """Lets the process import this package wherever the app was started."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))


def work() -> int:
    """Download, and tell so in one JSON object a line on standard output; the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end ends this
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tell = partial(_write_line, sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            download(progress=lambda progress: tell(asdict(progress)))
    except DataError as error:
        tell({"error": str(error)})
        return 1
    return 0


def _write_line(stream: TextIO, message: dict[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


def _end_with_parent() -> None:
    # os.read, as a thread inside sys.stdin's lock would abort the interpreter's own end.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(work())
