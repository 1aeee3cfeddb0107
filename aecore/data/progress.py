"""Progress of reading and of downloading a data set, in words for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["waiting", "connecting", "downloading", "reading", "saving"]


@dataclass(frozen=True, kw_only=True)
class DownloadProgress:
    """Progress of a download."""

    phase: Phase
    """`waiting` is for another process that is downloading; the rest follow in this order."""
    bytes_done: int = 0
    """Bytes of the file received so far."""
    bytes_total: int | None = None
    """Bytes of the whole file, where the server says."""
    title: str = "MNIST"
    """The data set."""

    def __str__(self) -> str:
        if self.phase != "downloading":
            return self.phase
        total = f" of {self.bytes_total / 1e6:.0f}" if self.bytes_total else ""
        return f"{self.bytes_done / 1e6:.0f}{total} MB"

    def line(self) -> str:
        """Return a line of a log."""
        return f"{self.title} from OpenML: {self}"


@dataclass(frozen=True, kw_only=True)
class ReadingProgress:
    """Progress of reading pictures from files."""

    done: int
    total: int
    verb: str = "Reading"

    def line(self) -> str:
        """Return a line of a log."""
        return f"{self.verb} pictures: {self.done:,} of {self.total:,}"


Progress = DownloadProgress | ReadingProgress
Report = Callable[[Progress], None]
READING_STEP = 5_000
"""Pictures between two reports."""


def silent(progress: Progress) -> None:
    """Report nothing."""
