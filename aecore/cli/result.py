"""What every command of the command line shares: its result, complaints, and the digits."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from aecore.data import sources

INTERRUPTED = 130


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command has to say, and its exit status."""

    json: Any
    """Printed with `--json`."""
    text: str
    """Printed without."""
    status: int = 0


def complain(message: object, status: int) -> int:
    """Say in one line on stderr what is wrong; the exit status."""
    print(f"aecore: {message}", file=sys.stderr)
    return status


def load_data(folder: str | None) -> sources.Dataset:
    """The digits in use, and a line on stderr that says which they are."""
    dataset = sources.load(
        folder, allow_download=sources.downloads_allowed(), progress=_DownloadLog()
    )
    print(f"Digits: {dataset.source}", file=sys.stderr)
    return dataset


class _DownloadLog:
    """A line for every step of a download, and for every megabyte of it."""

    _last = ""

    def __call__(self, progress: sources.DownloadProgress) -> None:
        line = f"MNIST from OpenML: {progress}"
        if line != self._last:
            print(line, file=sys.stderr)
        self._last = line
