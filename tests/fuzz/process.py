"""Mutated files read in a process of its own, which its parent ends where one takes too long."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import random
import re
import resource
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from unittest.mock import patch

from aecore.errors import AecoreError

SECONDS = 3.0
"""Of the processor, so that other work on the machine is no fault."""
MEGABYTES = 500
_ADDRESS_SPACE = 8 << 30
"""More than this is refused by the system: a mistake should not take the machine down."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutated file."""

    target: str
    number: int
    kind: str
    """taken, refused, or what is wrong: error, slow, large, crash."""
    detail: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def is_fault(self) -> bool:
        return self.kind not in ("taken", "refused")


def serve(pipe: Connection, seed: int) -> None:
    """Read files until the parent says None: (target, number) in, an `Outcome` out."""
    _limit()
    with tempfile.TemporaryDirectory(prefix="aecore-fuzz-") as folder:
        reading = Reading(Path(folder), seed)
        while (task := pipe.recv()) is not None:
            pipe.send(reading.outcome(*task))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    os.environ["OMP_NUM_THREADS"] = "1"
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


class Reading:
    """Reads the mutated files of all targets; a file depends on seed, target and number alone."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._seed = folder, seed
        self._seeds: dict[str, list[tuple[str, bytes]]] = {}
        self._taken: set[tuple[str, bytes]] = set()
        os.environ.update(AECORE_CACHE=str(folder / "cache"), AECORE_DOWNLOAD="off")

    def file(self, name: str, number: int) -> tuple[str, bytes]:
        """Return a mutated file: its name and its content."""
        rng = random.Random(f"{self._seed} {name} {number}")
        return _target(name).mutate(self._pick(name, rng), rng)

    def outcome(self, name: str, number: int) -> Outcome:
        """Read a mutated file; a slow one twice, as the first may have filled caches."""
        file = self.file(name, number)
        kind, detail, seconds, megabytes = self._measure(name, *file)
        if seconds > SECONDS:
            kind, detail, again, megabytes = self._measure(name, *file)
            seconds = min(seconds, again)
        if kind in ("taken", "refused"):
            if seconds > SECONDS:
                kind, detail = "slow", f"{seconds:.1f} s"
            elif megabytes > MEGABYTES:
                kind, detail = "large", f"{megabytes:.0f} MB"
        return Outcome(name, number, kind, detail, seconds, megabytes)

    def _pick(self, name: str, rng: random.Random) -> tuple[str, bytes]:
        """Return one of the valid files of a target; as it is it must be taken."""
        folder = self._folder / name.replace(" ", "-")
        if name not in self._seeds:
            folder.mkdir()
            with patch.dict(os.environ):  # what one target sets is nothing to the others
                self._seeds[name] = _target(name).seeds(folder)
        seed = rng.choice(self._seeds[name])
        if seed not in self._taken:
            self._read(name, *seed)
            self._taken.add(seed)
        return seed

    def _read(self, name: str, file: str, content: bytes) -> None:
        with patch.dict(os.environ):
            _target(name).read(file, content, self._folder / name.replace(" ", "-"))

    def _measure(self, name: str, file: str, content: bytes) -> tuple[str, str, float, float]:
        gc.collect(0)
        before, started = _start_peak(), time.process_time()
        kind, detail = "taken", ""
        try:
            self._read(name, file, content)
        except AecoreError as error:
            kind, detail = "refused", str(error)
        except BaseException as error:
            kind, detail = "error", _place(error)
        return kind, detail, time.process_time() - started, (_peak() - before) / 1000


def _target(name: str):
    from tests.fuzz.targets import TARGETS

    return TARGETS[name]


def _place(error: BaseException) -> str:
    """Return what was raised, and the last line of ours that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}aecore{os.sep}" in frame.filename] or frames
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
    text = re.sub(r"\s+", " ", str(error))[:120]
    return f"{type(error).__name__} at {where}: {text}"


def _start_peak() -> int:
    """Let the peak of the memory in use begin anew; return what is in use, in kB."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    with open("/proc/self/status") as file:
        return int(re.search(rf"{name}:\s+(\d+)", file.read())[1])  # type: ignore[index]
