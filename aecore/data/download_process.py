"""A download of MNIST in a process of its own, watched from this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import asdict
from functools import partial
from typing import IO, Any, Literal, TextIO, cast

from aecore.data.openml import download, remove_leftovers
from aecore.data.progress import DownloadProgress
from aecore.errors import DataError
from aecore.system.child_process import describe_end, environment, module_command

State = Literal["ready", "running", "done", "failed", "stopped"]


class DownloadProcess:
    """A download in a process of its own, to be watched from any thread.

    When it is `done`, `load_cache` has the data set. The process ends with this one: it notices
    that nobody holds the other end of its standard input any more.

    Parameters
    ----------
    command : sequence of str, optional
        What to run in place of this module; it must write the same lines.
    """

    def __init__(self, *, command: Sequence[str] | None = None) -> None:
        self._command = list(command or module_command("aecore.data.download_process"))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.progress = DownloadProgress(phase="connecting")
        """The latest that the process has reported."""
        self.error: str | None = None
        """Why the download failed, in one line; None in every other state."""
        self.state: State = "ready"
        """The last three are final."""

    def start(self) -> None:
        """Start the process, unless it was started before."""
        with self._lock:
            if self.state != "ready":
                return
            try:
                errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    env=environment(),
                )
            except OSError as error:
                self._fail(f"The download cannot start: {error}.")
                return
            self.state = "running"
            self._reader = threading.Thread(
                target=self._follow, args=(self._process, errors), name="download", daemon=True
            )
            self._reader.start()

    def wait(self, timeout: float | None = None) -> State:
        """Wait for the end, for `timeout` seconds at most, and return the state."""
        if self._reader is not None:
            self._reader.join(timeout)
        return self.state

    def stop(self) -> None:
        """End the process at once and remove what it has fetched; does nothing after the end."""
        with self._lock:
            process = self._process if self.state == "running" else None
            if self.state in ("ready", "running"):
                self.state = "stopped"
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            remove_leftovers()

    def _follow(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        """Read the process's lines until it ends; runs in the reader thread."""
        last: dict[str, Any] = {}
        stdout = cast(TextIO, process.stdout)
        with cast(TextIO, process.stdin), stdout, errors:
            for line in stdout:
                with suppress(ValueError):  # the last line of a killed process may be cut off
                    last = json.loads(line)
                if "phase" in last:
                    self.progress = DownloadProgress(**last)
            code = process.wait()
            errors.seek(0)
            said = errors.read()
        print(said, file=sys.stderr, end="")
        with self._lock:
            if self.state == "running" and code == 0:
                self.state = "done"
            elif self.state == "running":
                unknown = f"The download ended unexpectedly: {describe_end(code, said)}"
                self._fail(last.get("error", unknown))

    def _fail(self, error: str) -> None:
        self.error, self.state = error, "failed"


def main() -> int:
    """Download MNIST, reporting in one JSON object a line on stdout; return the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end ends this
    threading.Thread(target=_end_with_parent, daemon=True).start()
    report = partial(_write_line, sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            download(progress=lambda progress: report(asdict(progress)))
    except DataError as error:
        report({"error": str(error)})
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
    sys.exit(main())
