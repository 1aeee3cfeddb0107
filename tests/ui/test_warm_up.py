"""The first page of a server is drawn alone: pandas was found half imported by a second one."""

import subprocess
import sys
import threading

import pytest
import streamlit as st

from aecore.analysis.ablation import Ablation
from aecore.analysis.activations import Activations
from aecore.errors import CheckpointError
from aecore.latent.sliders import Sliders
from aecore.ui import warm_up
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets, reconstruction
from aecore.ui.pages import find_pages
from tests.support.command_line import REPOSITORY
from tests.support.pages import open_page


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


class Page:
    """A page whose preparation notes its model."""

    def __init__(self, happened: list[str], name: str, fails_for: str = "") -> None:
        self.happened, self.name, self.fails_for = happened, name, fails_for

    def preparation(self):
        return self.prepare

    def prepare(self, checkpoint, digits):
        if checkpoint.name == self.fails_for:
            raise CheckpointError("It is damaged.")
        self.happened.append(f"{self.name} {checkpoint.name}")


def test_models_are_prepared_after_the_first_page_and_one_that_fails_costs_no_other(
    order, monkeypatch
):
    pages = [Page(order, "map"), Page(order, "filters", fails_for="wide")]
    monkeypatch.setattr(warm_up, "find_pages", lambda: pages)
    monkeypatch.setattr(warm_up, "_PAUSE", 0.0)
    monkeypatch.setattr(warm_up, "_REST", 0.0)
    monkeypatch.setattr(checkpoint_cache, "cards", lambda: ["plane", "wide", "narrow"])
    warm_up.note_opened("filters")
    preparing = threading.Thread(target=warm_up._prepare_models)
    preparing.start()

    with warm_up.first_alone(draws_first=True):
        order.append("first")
    preparing.join(60)

    assert order[:2] == ["first", "import"]
    assert order[2:] == ["filters plane", "filters narrow", "map plane", "map wide", "map narrow"]


PREPARE = """
import threading
from aecore.ui import warm_up

warm_up._PAUSE = warm_up._REST = 0.0
warm_up.prepare()
warm_up.prepare_models()
for thread in threading.enumerate():
    if thread.name == "models":
        thread.join()
"""


def test_what_is_prepared_says_nothing_in_the_log():
    """As Streamlit does of a spinner, or of what belongs to a visit, where there is none."""
    run = subprocess.run(
        [sys.executable, "-c", PREPARE], cwd=REPOSITORY, capture_output=True, text=True, timeout=180
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


HEAVY = {
    "filters": [(Activations, "of"), (Ablation, "switch_off")],
    "reconstruct": [(reconstruction, "_model_errors")],
    "generate": [(Sliders, "fit")],
}


@pytest.mark.parametrize("name", HEAVY)
def test_who_picks_a_prepared_model_does_not_wait(name, monkeypatch):
    (page,) = (page for page in find_pages() if page.name == name)
    st.cache_resource.clear()
    page.preparation()(checkpoint_cache.load("narrow"), datasets.usual())
    for owner, function in HEAVY[name]:
        monkeypatch.setattr(owner, function, None)  # cannot be called

    app = open_page(name, model="narrow")

    assert not app.exception
    assert not app.error
