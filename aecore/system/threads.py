"""Limits of the threads of BLAS and OpenMP."""

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

    Beside a busy process, such as a training run, the threads of many short parallel sections wait
    for each other: eigh at D=784 on 2 busy cores took 13 s with two threads, 0.1 s with one.
    """
    with _ONE_LIMIT, _pools(frozenset(_WITH_THREADS & sys.modules.keys())).limit(limits=1):
        yield


@functools.lru_cache(maxsize=1)
def _pools(loaded: frozenset[str]):
    """Return the libraries' thread pools; the search takes 5 ms, so only after new imports."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def limit_to_one_thread() -> None:
    """Limit this process to one thread for good, what it loads later included.

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
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
