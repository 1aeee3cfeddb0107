"""Processes of Python that import this package, and nothing from the folder they start in."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

_PARENT = str(Path(__file__).resolve().parents[2])
# Last on the path: `random.py` in a checkout must not stand in for the standard library's.
_RUN = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)
_MAX_TEXT = 300


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module, of this package or of an installed one.

    As `python -m module ...`, but with this package on the path instead of the current folder,
    whose `random.py` or `torch.py` may be anybody's.
    """
    return [sys.executable, "-P", "-c", _RUN, _PARENT, module, *arguments]


def environment() -> dict[str, str]:
    """Return this process's environment for a child, its `PYTHONPATH` without the current folder.

    An empty part, as `PYTHONPATH=$PYTHONPATH:/more` makes one, is the current folder as well.
    """
    parts = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [part for part in parts if os.path.normpath(part) != os.curdir]
    return os.environ | {"PYTHONPATH": os.pathsep.join(kept)}


def describe_end(status: int, output: str) -> str:
    """Return why a process ended: the signal, the last line of its output, or the exit code.

    Parameters
    ----------
    status : int
        The exit code; of a process that a signal has ended, minus the signal's number.
    output : str
        What it has written to stderr.
    """
    if status == -signal.SIGKILL:
        return "killed, perhaps because the memory was full"
    if status < 0:
        return f"ended by signal {-status} ({signal.strsignal(-status)})"
    return last_line(output) or f"exit code {status}"


def last_line(output: str) -> str:
    """Return the last line that is not blank, as printable text; empty if there is none."""
    last = "".join(output.strip().splitlines()[-1:])
    return "".join(filter(str.isprintable, " ".join(last.split())))[:_MAX_TEXT]
