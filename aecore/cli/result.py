"""What all commands share: results, tables, output, error messages, and the data in use."""

from __future__ import annotations

import dataclasses
import io
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TextIO

from aecore.data import sources
from aecore.data.dataset import Dataset
from aecore.data.progress import Progress
from aecore.errors import AecoreError
from aecore.system.file_content import printable

INTERRUPTED = 130
APP_PACKAGES = ("streamlit", "plotly", "pandas", "PIL", "skimage", "filelock", "threadpoolctl")
"""What the extra `app` installs, by the names of the imports."""


@dataclasses.dataclass(frozen=True)
class Result:
    """The output of a command, and its exit status."""

    json: Any
    """Printed with `--json`."""
    text: str
    """Printed without, unless it is empty."""
    status: int = 0


def table(rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Return rows as lines of aligned columns; the first `left` columns are aligned left."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def prepare_streams() -> None:
    """Let stdout and stderr take any text, a character that they lack as its escape sequence."""
    if sys.stderr is None:  # closed by the caller; print() would turn to stdout
        sys.stderr = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def write(text: str) -> None:
    """Print text on stdout.

    Raises
    ------
    AecoreError
        If it cannot be written.
    BrokenPipeError
        If the reader has gone away.
    """
    if sys.stdout is None:
        raise AecoreError("The output cannot be written: stdout is closed.")
    try:
        print(text, flush=True)
    except OSError as error:
        _discard(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        raise AecoreError(f"The output cannot be written: {error.strerror}.") from None


def log(text: str, *, end: str = "\n") -> None:
    """Print a line of progress on stderr; where that fails, work goes on without."""
    try:
        print(text, file=sys.stderr, end=end, flush=True)
    except OSError:
        _discard(sys.stderr)


def terminal_columns() -> int | None:
    """Return the width of the terminal that shows stderr; None if there is none."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):  # also from streams without a file
        return None


def _discard(stream: TextIO) -> None:
    """Throw away what a stream holds and will be given, or Python's own end would fail."""
    with suppress(OSError), open(os.devnull, "w") as null:
        os.dup2(null.fileno(), stream.fileno())


def report_error(message: object, status: int) -> int:
    """Print what went wrong in one line on stderr and return the exit status."""
    log(f"aecore: {printable(str(message))}")
    return status


def missing_packages(names: Iterable[str]) -> str:
    """Return what to install when packages of the extra `app` are missing."""
    return f"more packages are needed ({', '.join(names)}): pip install 'aecore[app]'"


def load_data(folder: str | None) -> Dataset:
    """Load the data in use, and print on stderr which they are."""
    dataset = sources.load(
        folder, allow_download=sources.downloads_allowed(), progress=_ProgressLog()
    )
    log(f"Data: {dataset.source}")
    return dataset


class _ProgressLog:
    """A line for every step of a download or of reading, and for every megabyte of it."""

    _last = ""

    def __call__(self, progress: Progress) -> None:
        line = progress.line()
        if line != self._last:
            log(line)
        self._last = line
