"""How many threads BLAS and OpenMP may use."""

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from aecore.system import threads
from aecore.system.threads import cores, one_thread


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


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 8 cores without any limit, whose control groups are files of the test."""
    monkeypatch.setattr(threads, "_affinity", lambda: 8)
    monkeypatch.setattr(threads, "_GROUPS", tmp_path / "self")
    monkeypatch.setattr(threads, "_CGROUPS", tmp_path / "cgroup")
    for name in threads._SETTINGS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_without_limits_every_core_counts(machine):
    assert cores() == 8


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"OMP_NUM_THREADS": "1"}, 1),
        ({"OMP_NUM_THREADS": " 3,2"}, 3),
        ({"OMP_NUM_THREADS": "16"}, 8),
        ({"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "2"}, 2),
        ({"OMP_THREAD_LIMIT": "5"}, 5),
        ({"OMP_NUM_THREADS": "many", "MKL_NUM_THREADS": "0", "OMP_THREAD_LIMIT": "-1"}, 8),
    ],
)
def test_the_users_setting_wins(machine, monkeypatch, settings, expected):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert cores() == expected


def test_what_a_server_sets_for_itself_is_not_the_users_setting(machine, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setitem(threads._CHOSEN, "OMP_NUM_THREADS", "1")

    assert cores() == 8


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/", {"cpu.max": "100000 100000"}, 1),
        ("0::/", {"cpu.max": "max 100000"}, 8),
        ("0::/user/unit", {"user/unit/cpu.max": "50000 100000"}, 1),
        ("0::/user/unit", {"user/cpu.max": "250000 100000", "user/unit/cpu.max": "max 1"}, 3),
        ("0::/docker/host/path", {"cpu.max": "400000 100000"}, 4),
        (
            "3:cpuset:/\n2:cpu,cpuacct:/docker/abc\n0::/",
            {"cpu/cpu.cfs_quota_us": "150000", "cpu/cpu.cfs_period_us": "100000"},
            2,
        ),
        ("2:cpu:/a", {"cpu/a/cpu.cfs_quota_us": "-1", "cpu/a/cpu.cfs_period_us": "100000"}, 8),
        ("0::/", {"cpu.max": "nonsense"}, 8),
    ],
)
def test_a_cpu_quota_is_seen_wherever_it_is_set(machine, groups, files, expected):
    (machine / "self").write_text(groups)
    for name, content in files.items():
        path = machine / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    assert cores() == expected


WITH_QUOTA = """
import pathlib, sys
import numpy
from aecore.system import threads
threads._affinity = lambda: 8
threads._GROUPS, threads._CGROUPS = pathlib.Path(sys.argv[1], "self"), pathlib.Path(sys.argv[1])
threads.limit_to_quota()
import sklearn.neighbors, threadpoolctl, torch
print(torch.get_num_threads(), *{p["num_threads"] for p in threadpoolctl.threadpool_info()})
"""


def test_a_command_keeps_to_a_quota(tmp_path):
    (tmp_path / "self").write_text("0::/")
    (tmp_path / "cpu.max").write_text("100000 100000")
    environment = {name: value for name, value in os.environ.items() if "THREAD" not in name}

    found = subprocess.run(
        [sys.executable, "-c", WITH_QUOTA, tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(found.stdout.split()) == {"1"}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_the_affinity_wins():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    code += "from aecore.system.threads import cores; print(cores())"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout == "1\n"
