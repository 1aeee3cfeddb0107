"""What is measured behind the pages: a page comes at once, and again with the result."""

from __future__ import annotations

import threading

import pytest

from aecore.analysis import dimension_importance
from aecore.errors import TrainingError
from aecore.latent.neighbor_graph import NeighborGraph
from aecore.ui import measurement, waiting
from aecore.ui.cache import reconstruction
from aecore.ui.pages.generate import page as generate_page
from aecore.viewer import message
from tests.support.pages import component, open_page, texts

IMPORTANCE = {"model": "plane", "reconstruct_lab": "Importance of each latent dimension"}


def hold_back(monkeypatch, owner, name) -> threading.Event:
    """Let a function begin only once the event is set; pages do not wait for it."""
    original, begin = getattr(owner, name), threading.Event()

    def wait_first(*args, **options):
        assert begin.wait(60)
        return original(*args, **options)

    monkeypatch.setattr(owner, name, wait_first)
    monkeypatch.setattr(measurement, "PATIENCE", 0.0)
    return begin


def progress(app) -> list[str]:
    return [bar.proto.text for bar in app.get("progress")]


def path_names(app) -> list[str]:
    """The paths on show, with "..." for one that is being looked for."""
    header, _ = message.unpack(component(app, "live_path").bytes)
    settings = header["settings"]
    return [path["name"] for path in settings["paths"]] + ["..."] * settings["isSearching"]


def test_an_interpolation_is_straight_until_the_path_along_the_data_is_found(monkeypatch):
    generate_page._paths.clear()
    begin = hold_back(monkeypatch, NeighborGraph, "shortest_path")

    app = open_page("generate", model="plane", task="path")

    assert path_names(app) == ["straight line", "..."]
    assert progress(app) == ["Finding a path along the data…"]

    begin.set()
    monkeypatch.setattr(measurement, "PATIENCE", 60.0)
    app.run()

    assert path_names(app) == ["straight line", "along the data"]
    assert not progress(app)


def test_the_importance_of_dimensions_comes_after_the_page(monkeypatch):
    reconstruction._fixed_errors.clear()
    begin = hold_back(monkeypatch, dimension_importance, "fixed_errors")

    app = open_page("reconstruct", **IMPORTANCE)

    assert progress(app) == ["Fixing one dimension at a time…"]
    assert "costs most" not in texts(app)

    begin.set()
    monkeypatch.setattr(measurement, "PATIENCE", 60.0)
    app.run()

    assert "costs most" in texts(app)
    assert not progress(app)


def test_what_goes_wrong_behind_a_page_is_told_on_it(monkeypatch):
    reconstruction._fixed_errors.clear()

    def fail(*args):
        raise TrainingError("The disk is on fire.")

    monkeypatch.setattr(dimension_importance, "fixed_errors", fail)

    app = open_page("reconstruct", **IMPORTANCE)

    assert "The disk is on fire" in app.error[0].value


@pytest.mark.parametrize("missing", [0, 3])
def test_a_measurement_is_complete_once_no_part_is_missing(missing):
    left = ["part"] * missing

    def measure():
        while left:
            left.pop()
            yield

    found = measurement.Measurement(
        key=("test", missing), measure=measure, missing=lambda: len(left), parts=3, text="Waiting…"
    )

    assert found.is_complete()


def test_a_measurement_stops_between_its_steps_while_a_page_is_drawn(monkeypatch):
    monkeypatch.setattr(measurement, "_LONGEST_STOP", 60.0)
    steps, taken = [], threading.Semaphore(0)

    def measure():
        for step in range(2):
            steps.append(step)
            taken.release()
            yield

    task = measurement.Measurement(
        key="steps", measure=measure, missing=lambda: 2 - len(steps), parts=2, text=""
    )
    with waiting.PAGES.going_first():
        task._ask(0)
        assert taken.acquire(timeout=60)
        assert not taken.acquire(timeout=0.2)
        assert task.is_complete(), "the page that waits for it does not hold it up"

    assert steps == [0, 1]


def test_on_a_public_server_a_measurement_leaves_its_place_between_its_steps(monkeypatch):
    monkeypatch.setenv("AECORE_PUBLIC", "on")
    free = []

    def measure():
        for _ in range(2):
            waiting.require_place()
            yield

    task = measurement.Measurement(
        key="places", measure=measure, missing=lambda: 1, parts=2, text=""
    )
    for _ in task._steps():
        number = waiting.LINE.join()
        free.append(waiting.LINE.position(number) == 0)
        waiting.LINE.leave(number)

    assert free == [True] * 2


def test_a_measurement_ends_with_its_last_part(monkeypatch):
    """Whoever waits, and the next measurement, does not wait for the pages once more."""
    monkeypatch.setattr(measurement, "_LONGEST_STOP", 60.0)
    found = []

    def measure():
        yield found.append(1)

    task = measurement.Measurement(
        key="one part", measure=measure, missing=lambda: 1 - len(found), parts=1, text=""
    )
    with waiting.PAGES.going_first():
        assert list(task._steps()) == []

    assert found == [1]
