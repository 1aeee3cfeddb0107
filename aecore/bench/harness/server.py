"""A Streamlit server that runs for as long as it is needed."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aecore.errors import AecoreError
from aecore.system.child_process import describe_end, environment, module_command
from aecore.system.installation import HOME

_START_SECONDS = 60.0


@contextmanager
def serve(
    script: str | Path, settings: Mapping[str, str] | None = None, *, port: int | None = None
) -> Iterator[str]:
    """Run a Streamlit script on a port of this machine, and stop it in the end.

    Parameters
    ----------
    script : str or Path
        `app.py`, or the path of another one.
    settings : mapping, optional
        Environment variables on top of ours.
    port : int, optional
        By default one that is free.

    Yields
    ------
    str
        The address, without a slash at its end.

    Raises
    ------
    AecoreError
        If the server ends or does not answer within a minute.
    """
    with serve_process(script, settings, port=port) as (address, _):
        yield address


@contextmanager
def serve_process(
    script: str | Path,
    settings: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    module: str = "streamlit",
) -> Iterator[tuple[str, int]]:
    """Do what `serve` does, and yield the number of the server's process, too.

    `module` is run in place of Streamlit, and takes its arguments.
    """
    port = port or _free_port()
    command = module_command(module, "run", str(HOME / script))
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
    }
    command += [f"--{name}={value}" for name, value in options.items()]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env=environment() | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            if not _answers(f"{address}/_stcore/health", process):
                log.seek(0)
                output = log.read().decode(errors="replace")
                status = process.poll()
                reason = "no answer" if status is None else describe_end(status, output)
                raise AecoreError(f"{script} did not start: {reason}")
            yield address, process.pid
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(address: str, process: subprocess.Popen) -> bool:
    """Wait until the server answers; return False if it ends or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return True
        except OSError:  # of urllib too
            time.sleep(0.1)
    return False


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
