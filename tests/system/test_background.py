"""Work behind the pages: once for all who ask, in turn, and only while somebody asks."""

import threading

import pytest

from aecore.system.background import Background

LONG = 60.0


def test_a_piece_is_done_once_however_many_ask():
    background, done, gate = Background(), [], threading.Event()

    def work():
        gate.wait(LONG)
        done.append(1)
        yield

    for _ in range(3):
        assert background.ask("a", work, wait=0) == 0
    gate.set()
    background.ask("b", lambda: iter(()), wait=LONG)  # whose turn comes after the first

    assert done == [1]


def test_the_others_wait_in_order():
    background, done, gate = Background(), [], threading.Event()

    def work(name):
        gate.wait(LONG)
        done.append(name)
        yield

    positions = [background.ask(name, lambda n=name: work(n), wait=0) for name in "abc"]
    gate.set()
    for name in "cba":
        background.ask(name, lambda: iter(()), wait=LONG)

    assert positions == [0, 1, 2]
    assert done == ["a", "b", "c"]


def test_what_nobody_asks_for_is_given_up():
    background, done = Background(patience=0), []

    def work():
        for step in range(100):
            done.append(step)
            yield

    background.ask("a", work, wait=LONG)

    assert len(done) <= 1


def test_an_error_is_told_once_and_the_next_may_try_again():
    background = Background()

    def fail():
        raise ValueError("no")
        yield

    with pytest.raises(ValueError, match="no"):
        background.ask("a", fail, wait=LONG)
    assert background.ask("a", lambda: iter(()), wait=LONG) == 0


def test_an_error_waits_for_who_looks_later():
    background, gate = Background(), threading.Event()

    def fail():
        gate.wait(LONG)
        raise ValueError("no")
        yield

    background.ask("a", fail, wait=0)
    background.ask("b", lambda: iter(()), wait=0)
    gate.set()
    background.ask("b", lambda: iter(()), wait=LONG)

    with pytest.raises(ValueError, match="no"):
        background.ask("a", lambda: iter(()), wait=0)
