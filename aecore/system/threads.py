"""Limits of the threads of BLAS and OpenMP."""

from __future__ import annotations

import functools
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

_WITH_THREADS = frozenset({"numpy", "scipy.linalg", "sklearn", "torch"})
_OPENMP = "OMP_NUM_THREADS"
_SETTINGS = (_OPENMP, "OMP_THREAD_LIMIT", "MKL_NUM_THREADS")
_CGROUPS = Path("/sys/fs/cgroup")
_GROUPS = Path("/proc/self/cgroup")
_CHOSEN: dict[str, str] = {}
"""What this process, not its user, has set in its environment."""
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
    _limit(1)


def switch_often() -> None:
    """Let the threads of this process take turns every millisecond, not every five.

    For a server: a thread that has read a file or sent a message waits for its next turn, behind
    every thread that computes.
    """
    sys.setswitchinterval(1e-3)


def limit_to_quota() -> None:
    """Limit this process, what it loads later included, to a CPU quota that libraries overlook.

    They see the affinity and the user's settings by themselves.
    """
    if cores() < _affinity():
        _limit(cores())


def limit_to(count: int) -> None:
    """Let PyTorch and BLAS compute with so many threads in this process, from now on."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(count)
    threadpool_limits(count)


def _limit(most: int) -> None:
    if _OPENMP in os.environ:
        return
    from threadpoolctl import threadpool_limits

    os.environ[_OPENMP] = _CHOSEN[_OPENMP] = str(most)
    threadpool_limits(most)


def cores() -> int:
    """Return how many threads may compute: the least that anybody allows.

    That is the affinity of this process, the CPU quota of its control groups (a container has one),
    and what the user has set in OMP_NUM_THREADS, OMP_THREAD_LIMIT or MKL_NUM_THREADS.
    """
    return max(1, min([_affinity(), *_quotas(), *_settings()]))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _settings() -> Iterator[int]:
    for name in _SETTINGS:
        value = os.environ.get(name, "")
        first = value.partition(",")[0].strip()  # the others are for nested regions
        if value != _CHOSEN.get(name) and first.isdecimal() and int(first):
            yield int(first)


def _quotas() -> Iterator[int]:
    """Yield the quotas of the control groups, of both versions, as whole cores, rounded up."""
    try:
        lines = _GROUPS.read_text().splitlines()
    except OSError:  # another system
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = _CGROUPS / "cpu" if controllers else _CGROUPS
        files = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
        folder = root / group.lstrip("/")  # a container sees its own group as the root
        for each in (folder, *folder.parents):
            try:
                quota, period = " ".join((each / file).read_text() for file in files).split()
                if quota.isdecimal():  # not "max" or -1
                    yield math.ceil(int(quota) / int(period))
            except (OSError, ValueError):  # no such group here, or no limit
                continue
