"""The list of runs that all visitors share."""

import time

import pytest

from aecore.jobs import queue
from aecore.ui.cache import runs


@pytest.fixture
def read(monkeypatch):
    """How often the list has been read."""
    times = []
    monkeypatch.setattr(queue, "list_runs", lambda: times.append(time.monotonic()) or len(times))
    runs.refresh()
    yield times
    runs.refresh()


def test_it_is_read_again_when_it_is_old_or_something_was_done(read, monkeypatch):
    clock = iter([0.0, 0.1, 0.29, 0.31, 0.32])
    monkeypatch.setattr(runs, "monotonic", lambda: next(clock))

    found = [runs.listing() for _ in range(4)]
    runs.refresh()

    assert found == [1, 1, 1, 2]
    assert runs.listing() == 3


def test_one_that_grows_old_while_it_is_looked_up_is_no_error(read, monkeypatch):
    """As in Streamlit's cache, which asks the time twice."""
    clock = iter(n * 0.2 for n in range(100))
    monkeypatch.setattr(runs, "monotonic", lambda: next(clock))

    assert [runs.listing() for _ in range(50)][-1] == len(read) > 25
