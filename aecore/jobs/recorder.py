"""What a run's process writes into its folder while it trains, and what it is asked there."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from aecore.errors import AecoreError
from aecore.jobs import snapshots
from aecore.jobs import store as run_store
from aecore.jobs.store import STATE_FILE, STOP, RunSpec
from aecore.training.history import EpochRecord
from aecore.training.resume_state import TrainingState

LOOK_SECONDS = 0.1
"""How often it is looked whether someone asks for a stop."""
TELL_SECONDS = 0.5
"""How often the progress within an epoch is told."""
SAVING_SHARE = 0.05
"""Most of the time that may go into saving states."""
PATIENCE_SECONDS = 600.0
"""How long what was learned waits in memory for room on the disk."""


class Recorder:
    """Keeps a run's folder up to date; a disk that is full for a while stops nothing.

    Parameters
    ----------
    path : Path
        The run's folder.
    spec : RunSpec
    """

    def __init__(self, path: Path, spec: RunSpec) -> None:
        self.path = path
        self.spec = spec
        self.status = run_store.read_status(path)
        self.state: TrainingState | None = None
        """After the last whole epoch."""
        self.fingerprint = ""
        """Of the digits; part of every state."""
        self._trouble = ""
        self._saved_epoch = 0
        self._save_again = 0.0
        self._looked = self._told = -math.inf
        self._stop = False
        self._steps = 0
        self._steps_an_epoch = 1

    # --- telling -------------------------------------------------------------------------------

    def tell(self, **changes: Any) -> None:
        """Change the status, and write it where that can be done."""
        self.status = replace(self.status, **changes)
        self._told = monotonic()
        shown = replace(self.status, message=self._trouble or self.status.message)
        with suppress(OSError):
            run_store.write_status(self.path, shown)

    def note(self, text: str) -> None:
        """Add to what was changed or could not be done on the way."""
        self.tell(notes=(*self.status.notes, text)[-8:])

    def _try(self, write: Callable[[], object]) -> bool:
        """Whether something could be written; if not, the status says so until something can."""
        try:
            write()
        except OSError as error:
            self._trouble = explain(error)
            return False
        self._trouble = ""
        return True

    def insist(self, write: Callable[[], Any]) -> Any:
        """Write what must not be lost, waiting for room on the disk, and give what `write` gives.

        Raises
        ------
        OSError or AecoreError
            What `write` raised, if that was no lack of room, or there is none for too long, or
            someone asks for a stop meanwhile.
        """
        asked_before = self._look()
        until = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                result = write()
            except (OSError, AecoreError) as error:
                stopped = self._look() and not asked_before
                if not _is_full(error) or monotonic() > until or stopped:
                    raise
                self._trouble = f"{explain(error)} It waits for room; nothing is lost yet."
                self.tell()
                sleep(0.5)
            else:
                self._trouble = ""
                return result

    # --- being asked ---------------------------------------------------------------------------

    def stop_asked(self) -> bool:
        """Whether to stop; to be asked before every step, as `aecore.training.loop.train` does."""
        self._steps += 1
        now = monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._look()
        if now - self._told >= TELL_SECONDS and not self._stop:
            inside = min(self._steps / self._steps_an_epoch, 1.0)
            self.tell(progress=(self.status.epoch + inside) / self.spec.train.epochs)
        return self._stop

    def _look(self) -> bool:
        self._looked = monotonic()
        self._stop = self._stop or (self.path / STOP).exists() or not self.path.is_dir()
        return self._stop

    # --- epochs --------------------------------------------------------------------------------

    def begin(self, spec: RunSpec, state: TrainingState | None, steps_an_epoch: int) -> None:
        """Get ready for the epochs that follow a state."""
        records = state.history if state else ()
        if self.state is None:  # else it goes on from memory, which may be ahead of the disk
            self._saved_epoch = len(records)
        self.spec, self.state, self._steps_an_epoch = spec, state, steps_an_epoch
        self._steps = 0
        self._try(lambda: run_store.write_history(self.path, records))
        snapshots.thin_out(self.path, planned=spec.train.epochs, after=len(records))
        self.tell(
            phase="training",
            epoch=len(records),
            progress=len(records) / spec.train.epochs,
            seconds=records[-1].seconds if records else 0.0,
        )

    def keep(self, state: TrainingState) -> None:
        """Take over the state after an epoch, and save it unless that is done too often."""
        self.state = replace(state.copy(), fingerprint=self.fingerprint)
        now = monotonic()
        if now >= self._save_again:
            self._try(self.save_state)
            self._save_again = monotonic() + (monotonic() - now) / SAVING_SHARE

    def save_state(self) -> None:
        """Save the state after the last whole epoch, if that is not done.

        Raises
        ------
        OSError
            If it cannot be written; an earlier one stays.
        """
        if self.state is not None and self.state.epoch > self._saved_epoch:
            self.state.save(self.path / STATE_FILE)
            self._saved_epoch = self.state.epoch

    def add(self, record: EpochRecord) -> None:
        """Tell that an epoch is done."""
        self._steps = 0
        history = self.state.history if self.state else (record,)
        whole = self._try(lambda: run_store.append_history(self.path, record))
        if not whole:  # a line may be half written
            self._try(lambda: run_store.write_history(self.path, history))
        self.tell(
            epoch=record.epoch,
            progress=record.epoch / self.spec.train.epochs,
            seconds=record.seconds,
        )

    def keep_scene(self, scene: snapshots.Scene) -> None:
        """Keep what all frames share, if there is room."""
        self._try(lambda: snapshots.write_scene(self.path, scene))

    def add_frame(self, frame: snapshots.Frame) -> None:
        """Keep a frame, if there is room."""
        self._try(lambda: snapshots.write(self.path, frame))


def explain(error: Exception) -> str:
    """What went wrong with a file, and what to do, in a line."""
    if _is_full(error):
        return f"There is no room left on the disk of {run_store.runs_dir()}. Make some."
    if isinstance(error, AecoreError):
        return str(error)
    detail = getattr(error, "strerror", None) or str(error)
    return f"The run's folder in {run_store.runs_dir()} cannot be written: {detail}."


def _is_full(error: BaseException | None) -> bool:
    codes = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    while error is not None:
        if isinstance(error, OSError) and error.errno in codes:
            return True
        error = error.__cause__
    return False
