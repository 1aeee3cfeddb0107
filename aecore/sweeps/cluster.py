"""The workers of a sweep: processes on this machine, or those of any Dask scheduler."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dask.config
from distributed import Client, LocalCluster
from distributed.comm import CommClosedError

from aecore.errors import TrainingError
from aecore.sweeps import task
from aecore.system.threads import cores

RETRIES = 3
"""How many workers may die on one point before it counts as failed."""
_CONNECT_SECONDS = 15
_MEMORY = 2 << 30
"""What a worker needs at most, in bytes: MNIST as numbers several times, and PyTorch."""
_SETTINGS = {
    # A training may hold the interpreter for seconds; a worker that is slow to answer is not dead.
    "distributed.comm.timeouts.connect": f"{_CONNECT_SECONDS}s",
    "distributed.comm.timeouts.tcp": "10 minutes",
    "distributed.scheduler.worker-ttl": "30 minutes",
    "distributed.scheduler.allowed-failures": RETRIES,
    # A data set is no result that could be written to a disk; only the end of all memory counts.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # What costs a training time: being looked at a hundred times a second, and arrays whose memory
    # goes back to the system each time, to be cleared again for the next (a fifth of all time).
    "distributed.worker.profile.enabled": False,
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
}
_TALKATIVE = (
    "distributed",
    "distributed.client",
    "distributed.scheduler",
    "tornado",
    "tornado.application",
    "asyncio",
)
"""Loggers that Dask gives levels of their own, and one for whatever a lost connection leaves."""
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Workers(LocalCluster):
    """Workers on this machine: each has its share of the threads, and a GPU where there are any."""

    def __init__(self, count: int) -> None:
        self._gpus = _gpus()
        self._threads = max(1, cores() // count)
        super().__init__(
            n_workers=0,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            memory_limit=1.0 / count,  # of all memory
            silence_logs=logging.CRITICAL,
        )
        self.scale(count)

    def new_worker_spec(self) -> dict[Any, dict[str, Any]]:
        """Return name and description of the next worker, with an environment of its own."""
        ((name, spec),) = super().new_worker_spec().items()
        variables = dict.fromkeys(_THREADS, str(self._threads))
        if self._gpus:
            variables["CUDA_VISIBLE_DEVICES"] = self._gpus[int(name) % len(self._gpus)]
        options = spec["options"] | {"env": variables}
        return {name: spec | {"options": options}}


def default_workers(points: int) -> int:
    """Return how many workers fit here: one a GPU, else one a core, as far as the memory goes."""
    from distributed.system import MEMORY_LIMIT

    most = len(_gpus()) or min(cores(), MEMORY_LIMIT // _MEMORY)
    return max(1, min(most, points))


def _gpus() -> list[str]:
    """Return the GPUs that this process may use, as `CUDA_VISIBLE_DEVICES` names them."""
    import torch

    if not torch.cuda.is_available():
        return []
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return named.split(",") if named else list(map(str, range(torch.cuda.device_count())))


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """Connect to a scheduler, or start one here with some workers.

    Parameters
    ----------
    scheduler : str or None
        Its address, as in `tcp://host:8786`.
    workers : int
        How many to start where there is none.

    Raises
    ------
    TrainingError
        If nothing answers at the address.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is told in our words
    warnings.filterwarnings("ignore", module="distributed")
    with dask.config.set(_SETTINGS):
        if scheduler is None:
            with _own_environment(), Workers(workers) as cluster, Client(cluster) as client:
                yield client
            return
        try:
            client = Client(scheduler, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError, TypeError, CommClosedError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise TrainingError(
                f"There is no Dask scheduler at {scheduler} ({reason}). Start one with `dask "
                "scheduler`, or leave out --scheduler to use this machine."
            ) from None
        try:
            yield client
        finally:
            with suppress(Exception):  # a scheduler that is gone cannot be left in order
                client.close(timeout=5)


@contextmanager
def _own_environment() -> Iterator[None]:
    """Undo what starting workers changes in the environment of this process: the threads."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Fitness:
    """Which workers can take part in a sweep, each asked once.

    Parameters
    ----------
    client : Client
    data : str or None
        Name of the data set.
    fingerprint : str
    """

    def __init__(self, client: Client, data: str | None, fingerprint: str) -> None:
        self._client = client
        self._question = data, fingerprint, task.versions()
        self._problems: dict[str, str] = {}
        self._news: list[str] = []

    def slots(self) -> dict[str, int]:
        """Return the workers that can take part, by address, and how many points each takes."""
        try:
            present = self._client.scheduler_info()["workers"]
            new = [address for address in present if address not in self._problems]
            if new:
                self._ask(new)
        except (OSError, CommClosedError, KeyError):  # the scheduler is away
            return {}
        return {
            address: facts["nthreads"]
            for address, facts in present.items()
            if self._problems.get(address) == ""
        }

    @property
    def all_unfit(self) -> bool:
        """Return whether there are workers, and none of them can take part."""
        return bool(self._problems) and all(self._problems.values())

    @property
    def problem(self) -> str:
        """Why a worker cannot take part, of one that was asked; empty if all can."""
        problems = ((address, text) for address, text in self._problems.items() if text)
        return next((_describe(*each) for each in problems), "")

    def take_news(self) -> list[str]:
        """Return why workers cannot take part, each once."""
        news, self._news = self._news, []
        return news

    def _ask(self, addresses: list[str]) -> None:
        answers = self._client.run(
            task.find_problem, *self._question, workers=addresses, on_error="return"
        )
        for address, answer in answers.items():
            if isinstance(answer, OSError):  # it went away, or has only just come
                continue
            problem = answer if isinstance(answer, str) else _explain(answer)
            self._problems[address] = problem
            if problem:
                self._news.append(_describe(address, problem))


def _describe(address: str, problem: str) -> str:
    return f"Worker {address} cannot take part: {problem}."


def _explain(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return f"{error}. Install there: pip install 'aecore[sweep]', in the same version"
    return f"{type(error).__name__}: {error}"
