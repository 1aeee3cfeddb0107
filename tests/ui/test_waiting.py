"""On a public server visitors wait in line for heavy work, see where they stand, and may leave."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from aecore.errors import AecoreError
from aecore.system.waiting_line import WaitingLine
from aecore.ui import waiting
from aecore.ui.cache.shared import measured
from tests.support.pages import open_page, texts


@pytest.fixture
def public(monkeypatch):
    """A public server with one place; what was measured before is forgotten."""
    st.cache_resource.clear()
    monkeypatch.setenv("AECORE_PUBLIC", "on")
    monkeypatch.setattr(waiting, "LINE", WaitingLine(1))
    yield monkeypatch
    st.cache_resource.clear()


@measured(kept=4)
def double(number: int) -> int:
    """Stand in for what takes long."""
    return 2 * number


@measured(kept=4)
def double_twice(number: int) -> int:
    """Stand in for what needs another measurement."""
    return double(double(number))


def test_who_measures_holds_a_place_and_gives_it_back(public):
    held = []
    join = waiting.LINE.join
    public.setattr(waiting.LINE, "join", lambda: held.append(join()) or held[-1])

    assert double_twice(1) == 4
    assert double_twice(1) == 4  # from the cache, without a place

    assert held == [1]
    assert waiting.LINE.position(waiting.LINE.join()) == 0


def test_a_fault_gives_the_place_back(public):
    with pytest.raises(ZeroDivisionError), waiting.place():
        _ = 1 / 0

    assert waiting.LINE.position(waiting.LINE.join()) == 0


def test_nobody_waits_on_a_machine_of_ones_own(public):
    waiting.LINE.join()
    public.setenv("AECORE_PUBLIC", "off")

    assert double(21) == 42


def test_a_visitor_sees_the_place_in_line_until_it_is_their_turn(public):
    first = waiting.LINE.join()
    told, wait = [], waiting.LINE.wait

    def leave_first(number: int, seconds: float) -> int:
        if told:
            waiting.LINE.leave(first)
        return wait(number, 0.0)

    public.setattr(waiting.LINE, "wait", leave_first)
    public.setattr(waiting, "words", lambda position: told.append(position) or "")

    app = open_page("reconstruct")

    assert not app.exception
    assert not app.error
    assert told == [1]
    assert [each.key for each in app.button if (each.key or "").startswith("line_")] == []


@pytest.mark.parametrize(
    ("position", "where"), [(1, "next"), (3, "third"), (9, "ninth"), (10, "number 10")]
)
def test_the_place_is_told_in_words(position, where):
    assert waiting.words(position).startswith(f"You are {where} in line: ")


def test_who_leaves_is_told_and_the_rest_of_the_page_stays(public):
    waiting.LINE.join()
    public.setattr(waiting, "_is_gone", lambda context: True)

    app = open_page("reconstruct")

    assert not app.exception
    assert "You left the line" in app.error[0].value
    assert "Data" in texts(app)
    assert waiting.LINE.position(waiting.LINE.join()) == 1


def test_who_waits_quietly_is_asked_to_come_back(public):
    waiting.LINE.join()
    public.setattr(waiting, "_PATIENCE", 0.0)

    with pytest.raises(AecoreError, match="Ask again in a moment"), waiting.place(quietly=True):
        pass

    assert waiting.LINE.position(waiting.LINE.join()) == 1


def test_another_wish_of_the_visitor_ends_the_waiting():
    class Requests:
        _state = ScriptRequestType.RERUN

    class Context:
        script_requests = Requests()

    assert waiting._is_gone(Context())
