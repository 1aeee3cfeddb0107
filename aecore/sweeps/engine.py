"""Run a sweep: hand out the points that are missing, write each result as it comes."""

from __future__ import annotations

import math
import secrets
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from distributed import Future, KilledWorker, wait
from distributed.comm import CommClosedError

from aecore.data.dataset import Dataset
from aecore.errors import AecoreError, DataError, TrainingError
from aecore.sweeps import cluster, store, task
from aecore.sweeps.grid import Point, SweepSpec
from aecore.sweeps.result import Result
from aecore.sweeps.store import ALIVE, STOP, SweepStatus
from aecore.system import atomic_file
from aecore.system.process_lock import ProcessLock

_PAUSE_SECONDS = 0.5
"""Between two looks at the clock, the workers and a request to stop."""
_ALONE_SECONDS = 30.0
"""Without a worker until that is told."""


@dataclass
class Progress:
    """How far a sweep is."""

    points: list[Point]
    """All, in the order of the grid."""
    keys: list[str]
    """Of their results."""
    results: dict[str, Result] = field(default_factory=dict)
    """So far, by key."""
    running: dict[str, Point] = field(default_factory=dict)
    workers: int | None = None
    """That take part; None before they are known."""
    new: int = 0
    """Results of this command, not of an earlier one."""
    started: float | None = None
    """When the first point was handed out, by the monotonic clock."""
    ended: float | None = None
    """When the last result was written."""

    @property
    def done(self) -> list[Result]:
        """The results so far, in the order of the grid."""
        return [self.results[key] for key in self.keys if key in self.results]

    @property
    def failed(self) -> int:
        """How many points gave no model."""
        return sum(result.test_mse is None for result in self.results.values())

    @property
    def seconds_left(self) -> float | None:
        """Estimated from the points of this command; None before there is one."""
        if not self.new or self.started is None:
            return None
        each = (time.monotonic() - self.started) / self.new
        return each * (len(self.keys) - len(self.results))


class SweepEngine:
    """The run of one sweep, from its folder to its table.

    Parameters
    ----------
    path : Path
        The sweep's folder, which `aecore.sweeps.store.prepare` made.
    spec : SweepSpec
    dataset : Dataset
    train : callable
        What a worker runs for a point; see `aecore.sweeps.task.train_point`.
    on_progress : callable
        Called with the progress whenever there is some, and now and then.
    on_message : callable
        Called with what the workers' user should know, a line each time.
    """

    def __init__(
        self,
        path: Path,
        spec: SweepSpec,
        dataset: Dataset,
        *,
        train: Callable[..., tuple[Result, bytes]] = task.train_point,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_message: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.path, self.spec, self.dataset = path, spec, dataset
        self._train, self._on_progress, self._on_message = train, on_progress, on_message
        self._mark = secrets.token_hex(4)
        self._status = SweepStatus(
            state="running", fingerprint=dataset.fingerprint, source=dataset.source
        )
        points = spec.points()
        self.progress = Progress(points, [point.key(dataset.fingerprint) for point in points])
        for key in self.progress.keys:
            result = store.read_result(path, key)
            if result is not None and result.is_final:
                self.progress.results[key] = result

    def run(self) -> bool:
        """Train all that is missing; return False if a stop was requested before the end.

        Raises
        ------
        TrainingError
            If the folder cannot be written, no worker can take part, or the scheduler is gone.
        """
        try:
            with store.writing(self.path):
                complete = self._run()
                self._report(state="done" if complete else "stopped")
            return complete
        except BaseException as error:
            with suppress(OSError, TrainingError):
                stopped = isinstance(error, KeyboardInterrupt)
                message = str(error) if isinstance(error, AecoreError) else repr(error)
                self._report(
                    state="stopped" if stopped else "failed", message="" if stopped else message
                )
            raise

    def _run(self) -> bool:
        self._report()
        missing = self._missing()
        if not missing:
            return True
        if self._is_to_stop():
            return False
        workers = self.spec.workers or cluster.default_workers(len(missing))
        with cluster.connected(self.spec.scheduler, workers) as client:
            self._client = client
            self._fitness = cluster.Fitness(client, self.spec.data, self.dataset.fingerprint)
            with self._in_words():
                try:
                    return self._work(missing)
                finally:
                    self._release()

    def _missing(self) -> dict[str, Point]:
        pairs = zip(self.progress.keys, self.progress.points, strict=True)
        return {key: point for key, point in pairs if key not in self.progress.results}

    def _work(self, missing: dict[str, Point]) -> bool:
        """Keep every worker busy until nothing is missing, or a stop is requested."""
        self._futures: dict[Future, str] = {}
        self._places: dict[Future, set[str]] = {}
        self._attempts: Counter[str] = Counter()
        self._waiting = deque(missing.items())
        looked = self._had_workers = time.monotonic()
        slots = self._slots()
        if self._is_to_stop():  # workers take a while to start
            return False
        while self._waiting or self._futures:
            while self._waiting and len(self._futures) < sum(slots.values()):
                self._submit(*self._waiting.popleft(), set(slots))
            for future in self._finished():
                self._collect(future)
            self._on_progress(self.progress)
            if time.monotonic() - looked > _PAUSE_SECONDS:
                looked, slots = time.monotonic(), self._slots()
                self._take_back_lost(set(slots))
                self._report()
                if self._is_to_stop():
                    return False
        return True

    def _is_to_stop(self) -> bool:
        return (self.path / STOP).exists()

    def _take_back_lost(self, present: set[str]) -> None:
        """Hand out anew what waits for workers that are gone: restarted, they have new addresses.

        The scheduler would wait for the old ones forever. Where any worker will do, it hands the
        training to another one itself.
        """
        if not present:  # the scheduler may just have been too busy to answer
            return
        for future, places in list(self._places.items()):
            if not places & present and future.status == "pending":
                future.cancel()
                self._try_again(*self._pop(future), "Its worker died.")

    def _try_again(self, key: str, point: Point, reason: str) -> None:
        """Hand out a point once more, unless that has been done too often."""
        self._attempts[key] += 1
        if self._attempts[key] <= cluster.RETRIES:
            self._waiting.appendleft((key, point))
        else:
            self._keep(self._failure(key, point, reason), b"")

    def _pop(self, future: Future) -> tuple[str, Point]:
        """Take a training out of those that are running; return its key and its point."""
        self._places.pop(future, None)
        key = self._futures.pop(future)
        return key, self.progress.running.pop(key)

    def _slots(self) -> dict[str, int]:
        slots = self._fitness.slots()
        if self._fitness.all_unfit:
            raise TrainingError(self._fitness.problem)
        for text in self._fitness.take_news():
            self._on_message(text)
        now = time.monotonic()
        if slots:
            self._had_workers = now
        elif now - self._had_workers > _ALONE_SECONDS:
            self._had_workers = math.inf  # say it once
            self._on_message("There is no worker; waiting for one. Ctrl-C stops the sweep.")
        self.progress.workers = len(slots)
        return slots

    def _submit(self, key: str, point: Point, workers: set[str]) -> None:
        restricted = bool(self._fitness.problem)
        future = self._client.submit(
            self._train,
            self._mark,
            point,
            data=self.spec.data,
            fingerprint=self.dataset.fingerprint,
            device=self.spec.device,
            keep=self.spec.keep != "none",
            key=f"aecore-{self._mark}-{key}-{self._attempts[key]}",
            workers=list(workers) if restricted else None,
            pure=False,
        )
        if self.progress.started is None:
            self.progress.started = time.monotonic()
        self._futures[future] = key
        if restricted:
            self._places[future] = workers
        self.progress.running[key] = point

    def _finished(self) -> list[Future]:
        """Wait a moment for trainings to end and return those that have."""
        if not self._futures:
            time.sleep(_PAUSE_SECONDS)
            return []
        with suppress(TimeoutError):
            wait(list(self._futures), timeout=_PAUSE_SECONDS, return_when="FIRST_COMPLETED")
        return [future for future in self._futures if future.status != "pending"]

    def _collect(self, future: Future) -> None:
        """Write what a training gave, then count it as done."""
        key, point = self._pop(future)
        try:
            result, checkpoint = future.result()
        except KilledWorker:
            reason = "Several workers died in training it, perhaps for lack of memory."
            self._keep(self._failure(key, point, reason), b"")
        except DataError as error:  # a worker that has just joined, and is not known as unfit yet
            self._try_again(key, point, str(error))
        except (MemoryError, RuntimeError) as error:  # the latter: of torch, a device out of memory
            self._keep(self._failure(key, point, f"{type(error).__name__}: {error}"), b"")
        else:
            self._keep(result, checkpoint)

    def _keep(self, result: Result, checkpoint: bytes) -> None:
        if checkpoint and self._is_kept(result):
            atomic_file.write(store.checkpoint_path(self.path, result.key), checkpoint)
        store.write_result(self.path, result)
        self.progress.results[result.key] = result
        self.progress.new += 1
        self.progress.ended = time.monotonic()

    def _failure(self, key: str, point: Point, reason: str) -> Result:
        return Result(
            key=key,
            preset=point.preset,
            settings=point.settings(),
            seed=point.train.seed,
            error=" ".join(reason.split())[:500],
            is_final=False,
        )

    def _is_kept(self, result: Result) -> bool:
        """Return whether a checkpoint stays; of the best, the one that it replaces goes."""
        if self.spec.keep == "all":
            return True
        rivals = [
            other
            for other in self.progress.results.values()
            if other.combination == result.combination and other.test_mse is not None
        ]
        if any(other.error_or_infinity <= result.error_or_infinity for other in rivals):
            return False
        for other in rivals:
            store.checkpoint_path(self.path, other.key).unlink(missing_ok=True)
        return True

    def _report(self, **changes: Any) -> None:
        progress = self.progress
        self._status = replace(
            self._status,
            running=tuple(progress.running),
            workers=progress.workers or 0,
            seconds_left=progress.seconds_left,
            **changes,
        )
        store.write_status(self.path, self._status)
        store.write_table(self.path, progress.done)

    def _release(self) -> None:
        """Let the trainings that are still running end, so that shared workers are free again."""
        if self._futures:
            with suppress(Exception):  # the scheduler may be what went away
                futures = list(self._futures)
                self._client.cancel(futures, force=True)
                if self.spec.scheduler:
                    self._client.run(task.stop, self._mark, on_error="ignore")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say in one line that the scheduler is gone."""
        try:
            yield
        except (CommClosedError, CancelledError, socket.gaierror) as error:  # as Dask tells it
            where = f" at {self.spec.scheduler}" if self.spec.scheduler else ""
            raise TrainingError(
                f"The scheduler{where} is gone ({error.__class__.__name__}). "
                f"{len(self.progress.results)} of {len(self.progress.keys)} points are done; the "
                "same command does the rest."
            ) from None


@contextmanager
def locked(path: Path, held: int | None = None) -> Iterator[None]:
    """Hold the sweep of a folder, which must exist.

    Raises
    ------
    TrainingError
        If another command works on it.
    """
    with store.writing(path), ProcessLock(path / ALIVE, held) as alive:
        if not alive.acquire():
            raise TrainingError(f"Another command works on {path}. Wait for its end, or stop it.")
        yield
