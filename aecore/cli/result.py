"""What all commands share: results, tables, error messages, and the digits in use."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from aecore.data import sources
from aecore.data.dataset import Dataset
from aecore.data.openml import DownloadProgress

INTERRUPTED = 130
APP_PACKAGES = ("streamlit", "plotly", "pandas", "PIL", "skimage", "filelock", "threadpoolctl")
"""What the extra `app` installs, by the names of the imports."""


@dataclasses.dataclass(frozen=True)
class Result:
    """The output of a command, and its exit status."""

    json: Any
    """Printed with `--json`."""
    text: str
    """Printed without."""
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


def log(text: str) -> None:
    """Print a line of progress on stderr."""
    print(text, file=sys.stderr, flush=True)


def report_error(message: object, status: int) -> int:
    """Print what went wrong in one line on stderr and return the exit status."""
    log(f"aecore: {message}")
    return status


def missing_packages(names: Iterable[str]) -> str:
    """Return what to install when packages of the extra `app` are missing."""
    return f"more packages are needed ({', '.join(names)}): pip install 'aecore[app]'"


def load_data(folder: str | None) -> Dataset:
    """Load the data set in use, and print on stderr which it is."""
    dataset = sources.load(
        folder, allow_download=sources.downloads_allowed(), progress=_DownloadLog()
    )
    log(f"{dataset.spec.nouns.capitalize()}: {dataset.source}")
    return dataset


class _DownloadLog:
    """A line for every step of a download, and for every megabyte of it."""

    _last = ""

    def __call__(self, progress: DownloadProgress) -> None:
        line = f"MNIST from OpenML: {progress}"
        if line != self._last:
            log(line)
        self._last = line
