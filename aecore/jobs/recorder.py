"""Write a run's progress to its folder while it trains, and poll for stop requests."""

from __future__ import annotations

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
from aecore.jobs.spec import RunSpec
from aecore.jobs.store import STATE_FILE, STOP
from aecore.system import atomic_file
from aecore.training.history import EpochRecord
from aecore.training.resume_state import ResumeState

POLL_SECONDS = 0.1
"""How often to look for a stop request."""
STATUS_SECONDS = 0.5
"""How often to write the progress within an epoch."""
SAVING_SHARE = 0.05
"""Most of the time that may go into saving states."""
RETRY_SECONDS = 600.0
"""How long what was learned waits in memory for room on the disk."""
_MAX_NOTES = 8


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
        self.state: ResumeState | None = None
        """After the last whole epoch."""
        self.fingerprint = ""
        """Of the digits; part of every state."""
        self._problem = ""
        self._saved_epoch = 0
        self._next_save = 0.0
        self._last_poll = self._last_status = -math.inf
        self._stop = False
        self._steps = 0
        self._steps_per_epoch = 1

    # --- the status ----------------------------------------------------------------------------

    def update_status(self, **changes: Any) -> None:
        """Change the status, and write it where that can be done."""
        self.status = replace(self.status, **changes)
        self._last_status = monotonic()
        shown = replace(self.status, message=self._problem or self.status.message)
        with suppress(OSError):
            run_store.write_status(self.path, shown)

    def add_warning(self, text: str) -> None:
        """Add to what was changed or could not be done on the way."""
        self.update_status(notes=(*self.status.notes, text)[-_MAX_NOTES:])

    def _attempt(self, write: Callable[[], object]) -> bool:
        """Write something; if that fails, say so in the status until something can be written."""
        try:
            write()
        except OSError as error:
            self._problem = explain(error)
            return False
        self._problem = ""
        return True

    def retry(self, write: Callable[[], Any]) -> Any:
        """Write what must not be lost, waiting for room on the disk; return what `write` returns.

        Raises
        ------
        OSError or AecoreError
            What `write` raised, if that was no lack of room, or there is none for too long, or
            a stop is requested meanwhile.
        """
        stopped_before = self.poll_stop()
        until = monotonic() + RETRY_SECONDS
        while True:
            try:
                result = write()
            except (OSError, AecoreError) as error:
                stopped = self.poll_stop() and not stopped_before
                if not _is_full(error) or monotonic() > until or stopped:
                    raise
                self._problem = f"{explain(error)} Training waits for room; nothing is lost yet."
                self.update_status()
                sleep(0.5)
            else:
                self._problem = ""
                return result

    # --- stop requests -------------------------------------------------------------------------

    def should_stop(self) -> bool:
        """Return whether to stop; called before every step, by `aecore.training.loop.train`."""
        self._steps += 1
        now = monotonic()
        if now - self._last_poll >= POLL_SECONDS:
            self.poll_stop()
        if now - self._last_status >= STATUS_SECONDS and not self._stop:
            within = min(self._steps / self._steps_per_epoch, 1.0)
            self.update_status(progress=(self.status.epoch + within) / self.spec.train.epochs)
        return self._stop

    def poll_stop(self) -> bool:
        """Look for a stop request, or a folder that is gone."""
        self._last_poll = monotonic()
        self._stop = self._stop or (self.path / STOP).exists() or not self.path.is_dir()
        return self._stop

    # --- epochs --------------------------------------------------------------------------------

    def begin(self, spec: RunSpec, state: ResumeState | None, steps_per_epoch: int) -> None:
        """Prepare for the epochs that follow a state."""
        records = state.history if state else ()
        if self.state is None:  # else training continues from memory, maybe ahead of the disk
            self._saved_epoch = len(records)
        self.spec, self.state, self._steps_per_epoch = spec, state, steps_per_epoch
        self._steps = 0
        self._attempt(lambda: run_store.write_history(self.path, records))
        snapshots.thin_out(self.path, planned=spec.train.epochs, after=len(records))
        self.update_status(
            phase="training",
            epoch=len(records),
            progress=len(records) / spec.train.epochs,
            seconds=records[-1].seconds if records else 0.0,
        )

    def keep_state(self, state: ResumeState) -> None:
        """Take over the state after an epoch, and save it unless that would be too often."""
        self.state = replace(state.copy(), fingerprint=self.fingerprint)
        begun = monotonic()
        if begun >= self._next_save:
            self._attempt(self.save_state)
            self._next_save = monotonic() + (monotonic() - begun) / SAVING_SHARE

    def save_state(self) -> None:
        """Save the state after the last whole epoch, unless it is saved.

        Raises
        ------
        OSError
            If it cannot be written; an earlier one stays.
        """
        if self.state is not None and self.state.epoch > self._saved_epoch:
            self.state.save(self.path / STATE_FILE)
            self._saved_epoch = self.state.epoch

    def add_epoch(self, record: EpochRecord) -> None:
        """Write down that an epoch is done."""
        self._steps = 0
        history = self.state.history if self.state else (record,)
        if not self._attempt(lambda: run_store.append_history(self.path, record)):
            # A line may be half written.
            self._attempt(lambda: run_store.write_history(self.path, history))
        self.update_status(
            epoch=record.epoch,
            progress=record.epoch / self.spec.train.epochs,
            seconds=record.seconds,
        )

    def write_scene(self, scene: snapshots.Scene) -> None:
        """Write what all snapshots share, if there is room."""
        self._attempt(lambda: snapshots.write_scene(self.path, scene))

    def add_snapshot(self, snapshot: snapshots.Snapshot) -> None:
        """Write a snapshot, if there is room."""
        self._attempt(lambda: snapshots.write(self.path, snapshot))


def explain(error: Exception) -> str:
    """Return what went wrong with a file, and what to do, in a line."""
    if _is_full(error):
        return f"There is no room left on the disk of {run_store.runs_dir()}. Make some."
    if isinstance(error, AecoreError):
        return str(error)
    detail = getattr(error, "strerror", None) or str(error)
    return f"The run's folder in {run_store.runs_dir()} cannot be written: {detail}."


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in atomic_file.DISK_FULL:
            return True
        error = error.__cause__
    return False
