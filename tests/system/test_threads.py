"""How many threads BLAS and OpenMP may use."""

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from aecore.system.threads import one_thread


def sizes() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}


def test_all_pools_are_kept_to_one_thread_and_let_go_again_time_after_time():
    with threadpool_limits(2):
        for _ in range(2):
            with one_thread():
                within = sizes()

            assert within == {1}
            assert sizes() == {2}


LATER = """
import sys, threading
import numpy
from aecore.system.threads import limit_to_one_thread
limit_to_one_thread()
import sklearn.neighbors, threadpoolctl, torch
pools = lambda: print(*{pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
thread = threading.Thread(target=pools)
thread.start()
thread.join()
"""


@pytest.mark.parametrize(("told", "expected"), [(None, "1"), ("2", "2")])
def test_a_server_keeps_to_one_thread_in_all_of_its_threads_unless_told_otherwise(told, expected):
    others = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment = others | ({"OMP_NUM_THREADS": told} if told else {})

    found = subprocess.run(
        [sys.executable, "-c", LATER], env=environment, capture_output=True, text=True, check=True
    )

    assert max(found.stdout.split()) == expected
