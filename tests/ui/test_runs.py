"""What is kept for a moment: the list of runs, and of models, that all visitors share."""

import time

import pytest

from aecore.jobs import queue
from aecore.ui.cache import runs, shared
from aecore.ui.cache.shared import Recent


@pytest.fixture
def read(monkeypatch):
    """How often the list of runs has been read."""
    times = []
    monkeypatch.setattr(queue, "list_runs", lambda: times.append(time.monotonic()) or len(times))
    runs.refresh()
    yield times
    runs.refresh()


def test_runs_are_read_again_when_they_are_old_or_something_was_done(read, monkeypatch):
    now = 100.0
    monkeypatch.setattr(shared, "monotonic", lambda: now)
    assert [runs.listing(), runs.listing()] == [1, 1]
    now += 0.29
    assert runs.listing() == 1
    now += 0.02
    assert runs.listing() == 2

    runs.refresh()

    assert runs.listing() == 3


def test_one_that_grows_old_while_it_is_looked_up_is_no_error(read, monkeypatch):
    clock = iter(n * 0.2 for n in range(1000))
    monkeypatch.setattr(shared, "monotonic", lambda: next(clock))

    found = [runs.listing() for _ in range(50)]

    assert found[-1] == len(read) > 20


def test_however_long_it_takes_those_who_wait_get_the_same(monkeypatch):
    now = 0.0
    monkeypatch.setattr(shared, "monotonic", lambda: now)

    def compute(number):
        nonlocal now
        now += 10.0
        return number, now

    recent = Recent(compute, 5.0)

    assert [recent(1), recent(1)] == [(1, 10.0), (1, 10.0)]
    assert recent(2) == (2, 20.0)
