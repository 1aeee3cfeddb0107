"""Threads that go first: the others wait for them, but not for ever."""

from __future__ import annotations

import threading

import pytest

from aecore.system.precedence import Precedence

LONG = 60.0


@pytest.fixture
def precedence() -> Precedence:
    return Precedence()


def waits(precedence: Precedence, *, most: float = LONG, patience: float = 0.2) -> bool:
    """Whether another thread still waits after some seconds, as somebody goes first."""
    gone = threading.Event()

    def wait():
        precedence.let_others_go(most=most)
        gone.set()

    threading.Thread(target=wait, daemon=True).start()
    return not gone.wait(patience)


def test_others_wait_for_the_end_of_the_last_one_that_goes_first(precedence):
    begun, end = threading.Semaphore(0), threading.Event()

    def work():
        with precedence.going_first():
            begun.release()
            assert end.wait(LONG)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
        begun.acquire()

    assert waits(precedence)

    end.set()
    for thread in threads:
        thread.join()
    assert not waits(precedence)


def test_they_wait_no_longer_than_they_say(precedence):
    with precedence.going_first():
        assert not waits(precedence, most=0.01, patience=LONG)


def test_who_goes_first_twice_does_so_until_the_outer_end(precedence):
    with precedence.going_first():
        with precedence.going_first():
            pass
        assert waits(precedence)
    assert not waits(precedence)


def test_who_stands_back_holds_nobody_up(precedence):
    with precedence.going_first():
        with precedence.standing_back():
            assert not waits(precedence)
        assert waits(precedence)
    with precedence.standing_back():
        pass
    assert not waits(precedence)


def test_an_error_ends_it(precedence):
    with pytest.raises(ZeroDivisionError), precedence.going_first():
        _ = 1 / 0
    assert not waits(precedence)
