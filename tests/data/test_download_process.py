"""The download in a process of its own."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aecore.data.cache import load_cache
from aecore.data.download_process import DownloadProcess
from aecore.data.openml import download
from tests.support import strangers
from tests.support.openml_server import OpenMLServer
from tests.support.ten_digits import left_in, same_digits, small_dataset, worker_command

pytest_plugins = ["tests.support.ten_digits"]
pytestmark = pytest.mark.usefixtures("cache")


def wait_until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.02)


def test_two_jobs_at_once_download_once(cache: Path, openml: OpenMLServer):
    openml.pause_halfway = True
    jobs = [DownloadProcess(command=worker_command(openml)) for _ in range(2)]

    for job in jobs:
        job.start()
    assert openml.halfway.wait(30)
    wait_until(lambda: "waiting" in {job.progress.phase for job in jobs})
    openml.answer.set()

    assert [job.wait(30) for job in jobs] == ["done", "done"]
    assert openml.downloads == 1
    assert same_digits(load_cache(), small_dataset())
    assert left_in(cache) == ["mnist.safetensors"]


def test_a_stopped_job_leaves_nothing_and_the_next_download_works(
    cache: Path, openml: OpenMLServer
):
    openml.pause_halfway = True
    job = DownloadProcess(command=worker_command(openml))
    job.start()
    assert openml.halfway.wait(30)
    state_before = job.state

    job.stop()

    assert (state_before, job.wait(10), job.error) == ("running", "stopped", None)
    assert left_in(cache) == []
    openml.pause_halfway = False
    assert same_digits(download(), small_dataset())


def test_a_worker_ends_with_its_parent_and_the_next_download_clears_up(
    cache: Path, openml: OpenMLServer
):
    openml.pause_halfway = True
    job = DownloadProcess(command=worker_command(openml))
    job.start()
    assert openml.halfway.wait(30)

    job._process.stdin.close()  # what the system does when the parent dies
    state = job.wait(10)

    assert state == "failed"
    assert [name[:8] for name in left_in(cache)] == ["scratch-"]
    openml.pause_halfway = False
    download()
    assert left_in(cache) == ["mnist.safetensors"]


def test_a_failed_job_tells_the_error_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AECORE_CACHE", "/dev/null/cache")
    job = DownloadProcess()

    job.start()

    assert job.wait(30) == "failed"
    assert job.error.startswith("MNIST cannot be kept in /dev/null/cache: Not a directory.")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["/dev/null/python"], "cannot start"),
        ([sys.executable, "-c", "print('no JSON'); raise SystemExit(3)"], "exit code 3"),
        ([sys.executable, "-c", "import nothing_like_it"], "No module named 'nothing_like_it'"),
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], "memory was full"),
    ],
)
def test_a_job_whose_process_breaks_has_failed(command: list[str], message: str):
    job = DownloadProcess(command=command)

    job.start()

    assert job.wait(30) == "failed"
    assert message in job.error


def test_a_job_does_not_import_what_lies_where_the_app_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AECORE_CACHE", "/dev/null/cache")
    strangers.fill(tmp_path)
    monkeypatch.chdir(tmp_path)
    job = DownloadProcess()

    job.start()

    assert job.wait(30) == "failed"
    assert "cannot be kept" in job.error
    assert strangers.executed(tmp_path) == []


def test_a_job_is_started_once_and_may_be_stopped_at_any_time(openml: OpenMLServer):
    early = DownloadProcess(command=worker_command(openml))
    early.stop()
    early.start()

    late = DownloadProcess(command=[sys.executable, "-c", ""])
    late.start()
    assert late.wait(30) == "done"
    late.stop()

    assert (early.state, late.state) == ("stopped", "done")
    assert openml.asked == []


def test_many_threads_may_stop_one_job():
    job = DownloadProcess(command=[sys.executable, "-c", "import time; time.sleep(60)"])
    job.start()
    threads = [threading.Thread(target=job.stop) for _ in range(5)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert job.wait(10) == "stopped"
    assert not any(thread.is_alive() for thread in threads)
