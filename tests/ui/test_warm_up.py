"""The first page of a server is drawn alone: pandas was found half imported by a second one."""

import threading

import pytest

from aecore.ui import warm_up
from aecore.ui.cache import datasets


@pytest.fixture
def order(monkeypatch):
    """A cold server, and what happens on it."""
    happened = []
    monkeypatch.setattr(warm_up, "_warm", threading.Event())
    monkeypatch.setattr(warm_up, "_import_all", lambda: happened.append("import"))
    return happened


def test_others_wait_for_the_first_page_and_for_the_imports(order):
    def visit():
        with warm_up.first_alone(draws_first=True):
            order.append("other")

    others = [threading.Thread(target=visit) for _ in range(3)]
    with warm_up.first_alone(draws_first=True):
        for other in others:
            other.start()
        order.append("first")
    for other in others:
        other.join()

    assert order == ["first", "import", "other", "other", "other"]


def test_a_first_page_that_fails_leaves_a_warm_server(order):
    with pytest.raises(ZeroDivisionError), warm_up.first_alone(draws_first=True):
        raise ZeroDivisionError
    with warm_up.first_alone(draws_first=True):
        order.append("next")

    assert order == ["import", "next"]


def test_a_warm_server_draws_pages_side_by_side(order):
    with warm_up.first_alone(draws_first=True):
        pass
    with warm_up.first_alone(draws_first=True), warm_up.first_alone(draws_first=True):
        order.append("both")

    assert order == ["import", "both"]


def test_a_page_that_measures_for_long_imports_first_and_holds_nobody_up(order):
    with warm_up.first_alone(draws_first=False):
        order.append("long")
        with warm_up.first_alone(draws_first=True):
            order.append("other")

    assert order == ["import", "long", "other"]


def test_a_server_that_prepares_has_no_first_page(order, monkeypatch):
    monkeypatch.setattr(datasets, "prepare", lambda: order.append("read"))

    warm_up.prepare()
    with warm_up.first_alone(draws_first=False):
        order.append("first")

    assert order == ["import", "read", "first"]


def test_a_server_opens_without_its_data(order, monkeypatch, tmp_path):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path / "gone"))

    warm_up.prepare()

    assert order == ["import"]
