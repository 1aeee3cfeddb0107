"""How many threads BLAS and OpenMP may use."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_WITH_THREADS = frozenset({"numpy", "scipy.linalg", "sklearn", "torch"})
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


def threads() -> int:
    """How many of them BLAS uses for a large product, while nothing here limits it."""
    from threadpoolctl import threadpool_info

    with _ONE_LIMIT:
        return max((pool["num_threads"] for pool in threadpool_info()), default=1)
