"""Lessons on the pages, as the server sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aecore.lessons import catalog
from aecore.lessons.lesson import LessonError
from aecore.ui.lessons import panel, shelf, trim
from aecore.viewer import message
from tests.support.pages import component, open_page, texts

LESSON = """
title = "Mine"
summary = "A small one"
[[step]]
title = "Read"
page = "filters"
state = { model = "plane" }
question = "Look."
"""


def panel_of(app) -> tuple[dict, dict]:
    """What the panel is sent."""
    sent = component(app, "lesson_panel")
    return message.unpack(sent.bytes) if sent.bytes else (json.loads(sent.json), {})


def styles(app) -> str:
    return "".join(block.proto.body for block in app.get("html"))


def test_the_address_opens_a_step_beside_its_page():
    app = open_page("reconstruct", model="plane", lesson="bottleneck", step="2")

    header, arrays = panel_of(app)
    assert (header["lesson"]["title"], header["step"]) == ("Bottleneck", 2)
    assert header["lesson"]["steps"][2]["href"] == "./compare?model=plane&lesson=bottleneck&step=3"
    assert arrays == {}
    assert app.query_params["lesson"] == "bottleneck"
    assert not app.exception


@pytest.mark.parametrize(("asked", "shown"), [("0", 1), ("99", 4), ("x", 1), ("9" * 5000, 4)])
def test_a_step_that_there_is_not_opens_the_nearest(asked, shown):
    app = open_page("reconstruct", model="plane", lesson="bottleneck", step=asked)

    assert panel_of(app)[0]["step"] == shown


def test_a_step_on_the_map_gets_the_codes_of_a_flat_model_alone():
    flat = panel_of(open_page("map", model="plane", lesson="two-numbers", step="4"))
    deep = panel_of(open_page("map", model="plain-32", lesson="two-numbers", step="4"))

    assert flat[1]["points"].shape == (len(flat[1]["labels"]), 2)
    assert not flat[0]["noMap"]
    assert deep[1] == {}
    assert "no 2-D latent space" in deep[0]["noMap"]


def test_a_lesson_that_there_is_not_is_named():
    app = open_page("reconstruct", model="plane", lesson="<b>nope</b>")

    header, _ = panel_of(app)
    assert "<b>nope</b>" in header["problem"]
    assert not app.exception


def test_hide_trims_a_page_of_controls_and_never_of_results():
    app = open_page(
        "reconstruct", model="plane", hide="reconstruct_which,reconstruction_grid,nope,a}b"
    )

    style = styles(app)
    assert ".st-key-reconstruct_which { display: none" in style
    assert ".st-key-reconstruction_grid" not in style
    assert "nope" not in style
    assert "a}b" not in style


def test_what_tells_the_answer_is_hidden_until_the_browser_releases_it():
    step = catalog.listing().lessons["bottleneck"].steps[0]

    rules = trim.style([], step, "bottleneck/1").splitlines()
    hiding = [rule for rule in rules if "reconstruction_grid" in rule and "none" in rule]
    assert hiding == [
        ':root:not([data-lesson-released="bottleneck/1"]) .st-key-reconstruction_grid '
        "{ display: none !important; }"
    ]


def test_a_closed_lesson_says_why(monkeypatch):
    monkeypatch.setenv("AECORE_TRAINING", "off")

    header, _ = panel_of(open_page("train", lesson="your-own"))
    assert "Training is off" in header["lesson"]["closed"]
    tour = shelf.describe(catalog.listing().lessons["tour"])
    assert [step["page"] for step in tour["steps"] if not step["isOpen"]] == ["train"]


def test_all_lessons_are_listed_and_a_broken_file_costs_none(tmp_path: Path, monkeypatch):
    (tmp_path / "mine.toml").write_text(LESSON)
    (tmp_path / "broken.toml").write_text("title = ")
    monkeypatch.setenv("AECORE_LESSONS", str(tmp_path))

    app = open_page("lessons")

    sent = json.loads(component(app, "lesson_list").json)
    names = [each["name"] for each in sent["lessons"]]
    assert names[:2] == ["tour", "bottleneck"]
    assert "mine" in names
    assert "broken" in texts(app)
    assert "line 1" in texts(app)


def test_a_link_carries_little(monkeypatch):
    monkeypatch.setattr(shelf.st, "session_state", {})
    large = (LESSON + "# " + "x" * 9000).encode()

    shelf.bring("mine", large, is_link=False)
    with pytest.raises(LessonError, match="at most 8 kB"):
        shelf.bring("mine", large, is_link=True)
    assert shelf.describe(shelf.brought()["mine"].lesson)["source"] == large.decode()


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"lesson": "bottleneck", "step": True, "value": "pca"},
        {"lesson": "bottleneck", "step": 1, "value": "nope"},
        {"lesson": "bottleneck", "step": 1, "value": [[1e999]]},
        {"lesson": "nope", "step": 1, "value": "pca"},
    ],
)
def test_a_wrong_report_is_answered_with_a_sentence(report, monkeypatch):
    monkeypatch.setattr(panel.st, "session_state", {})
    monkeypatch.setattr(panel, "_context", lambda: None)

    panel._answer({"id": "1", **report})

    answered = panel.st.session_state["lesson_answer"]
    assert answered["error"].endswith(".")
    assert answered["answer"] is None
