"""How many threads BLAS and OpenMP may use."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_WITH_THREADS = frozenset({"numpy", "scipy.linalg", "sklearn", "torch"})
_OPENMP = "OMP_NUM_THREADS"
_ONE_LIMIT = Lock()  # two limits that overlap would restore each other's, and leave one thread


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS and OpenMP to one thread.

    Where something else is busy, as a training run is, the threads of many short parallel sections
    wait on each other: eigh at D=784 on 2 busy cores took 13 s with two threads, 0.1 s with one.
    """
    with _ONE_LIMIT, _pools(frozenset(_WITH_THREADS & sys.modules.keys())).limit(limits=1):
        yield


@functools.lru_cache(maxsize=1)
def _pools(loaded: frozenset[str]):
    """The libraries' thread pools; to look for them takes 5 ms, so only when there may be more."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def keep_to_one() -> None:
    """Keep this process to one thread for good, what it loads later included.

    For a server, whose pages ask for many small products: the threads of each wait for each other
    while a browser has one of the cores. Ten digits through `wide` took 24 ms with two threads, and
    2 ms with one. Where OMP_NUM_THREADS is set, nothing is changed.
    """
    if _OPENMP in os.environ:
        return
    from threadpoolctl import threadpool_limits

    os.environ[_OPENMP] = "1"
    threadpool_limits(1)


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
