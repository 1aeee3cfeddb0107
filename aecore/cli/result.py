"""What every command of the command line shares: its result, complaints, and the digits."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from aecore.data import sources
from aecore.data.dataset import Dataset
from aecore.data.openml import DownloadProgress

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


def load_data(folder: str | None) -> Dataset:
    """Load the data set in use and say on stderr which it is."""
    dataset = sources.load(
        folder, allow_download=sources.downloads_allowed(), progress=_DownloadLog()
    )
    print(f"{dataset.spec.nouns.capitalize()}: {dataset.source}", file=sys.stderr)
    return dataset


class _DownloadLog:
    """A line for every step of a download, and for every megabyte of it."""

    _last = ""

    def __call__(self, progress: DownloadProgress) -> None:
        line = f"MNIST from OpenML: {progress}"
        if line != self._last:
            print(line, file=sys.stderr)
        self._last = line
