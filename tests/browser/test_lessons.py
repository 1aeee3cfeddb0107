"""Lessons beside the pages, as a class takes them: small models, and no MNIST."""

from __future__ import annotations

import json
import re

import pytest

from aecore.lessons import handin
from tests.support.axe import AXE, CHECK
from tests.support.browser import download, wait_for_script, watched

pytest_plugins = ["tests.support.browser"]

KEPT = "JSON.parse(localStorage.getItem('aecore.lessons'))"
CHECK_IT = "Check my prediction"
STREAMLIT = ("[data-testid=stSidebarNav]", "[data-testid=stFileUploader]", ".modebar")


@pytest.fixture(scope="module")
def tab(visitor):
    with watched(visitor) as page:
        yield page


def open_step(page, app: str, path: str, lesson: str, step: int) -> None:
    page.goto(f"{app}/{path}?model=plane&lesson={lesson}&step={step}")
    page.locator(".lesson h3").wait_for()


def answer(page) -> str:
    """Ask for the answer to the prediction, and return what is said of it."""
    page.get_by_role("button", name=CHECK_IT).press("Enter")
    page.locator(".lesson .answer dl").wait_for()
    return page.locator(".lesson .answer").inner_text()


def test_a_choice_is_kept_through_reload_back_and_a_second_tab(app, tab, visitor):
    open_step(tab, app, "reconstruct", "bottleneck", 1)
    assert tab.locator(".lesson .answer").is_hidden()
    wait_for_script(tab)
    assert tab.locator(".st-key-reconstruction_grid").is_hidden()

    tab.get_by_role("radio", name="PCA's").press("Space")
    tab.reload()
    tab.locator(".lesson input:checked").wait_for()  # not even a draft is lost
    assert "Measured" in answer(tab)
    tab.locator(".st-key-reconstruction_grid").wait_for()

    tab.get_by_role("button", name="Next").press("Enter")
    tab.wait_for_url(re.compile("step=2"))
    tab.locator(".lesson .number").wait_for()
    tab.go_back()
    tab.wait_for_url(re.compile("step=1"))
    tab.locator(".lesson .answer dl").wait_for()

    with watched(visitor) as other:
        open_step(other, app, "reconstruct", "bottleneck", 1)
        other.get_by_role("button", name="Predict again").click()
        other.locator(".lesson label", has_text="About the same").click()
        answer(other)
    tab.bring_to_front()
    kept = tab.evaluate(KEPT)["bottleneck"]
    assert (kept["first"]["1"], kept["last"]["1"]) == ("pca", "tie")
    tab.locator(".lesson dt", has_text="First predicted").wait_for()  # heard of the other tab


def test_a_number_is_measured_with_the_model_that_is_picked(app, tab):
    open_step(tab, app, "reconstruct", "bottleneck", 2)
    wait_for_script(tab)
    tab.locator(".st-key-model [role=combobox], .st-key-model input").first.click()
    tab.get_by_role("option", name="plain-32").click()
    tab.wait_for_url(re.compile("model=plain-32"))
    wait_for_script(tab)
    assert "lesson=bottleneck" in tab.url
    assert "step=2" in tab.url

    tab.get_by_role("spinbutton", name="Your prediction").fill("101")
    assert tab.get_by_role("button", name=CHECK_IT).is_disabled()
    tab.get_by_role("slider", name="Your prediction").press("End")
    said = answer(tab)

    assert "100%" in said
    assert "with plain-32 on" in said
    assert "The step was written for plane." in said
    assert tab.evaluate(KEPT)["bottleneck"]["answers"]["2"]["source"]["model"] == "plain-32"


def test_a_curve_by_keyboard_and_by_a_stroke(app, tab):
    open_step(tab, app, "compare", "bottleneck", 3)
    tab.get_by_role("slider", name="MSE at D = 4", exact=True).press("ArrowUp")
    svg = tab.locator(".lesson .curve svg")
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    tab.mouse.move(box["x"] + 60, box["y"] + 30)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] - 15, box["y"] + 0.7 * box["height"], steps=20)
    tab.mouse.up()

    said = answer(tab)

    curve = tab.evaluate(KEPT)["bottleneck"]["first"]["3"]
    assert [dim for dim, _ in curve] == [1, 2, 4, 8, 16, 32, 64, 128]
    assert curve[0][1] > curve[-1][1]
    assert "factor" in said
    assert "PCA" in tab.locator(".lesson .key").inner_text()


def test_an_outline_and_a_point_by_keyboard_then_all_is_handed_in(app, tab):
    open_step(tab, app, "", "two-numbers", 3)
    frame = tab.locator(".lesson .frame")
    for key in ("ArrowRight", "Enter", "ArrowDown", "Enter", "ArrowLeft", "Enter"):
        frame.press(f"Shift+{key}" if "Arrow" in key else key)
    assert "corners" in tab.locator(".lesson .predict-map").inner_text()
    assert "F1 score" in answer(tab)

    tab.get_by_role("button", name="Next").click()
    tab.wait_for_url(re.compile("step=4"))
    tab.get_by_role("heading", name="Where a 4 becomes a 9").wait_for()
    frame.press("ArrowDown")
    answer(tab)
    tab.get_by_role("button", name="Finish").click()

    handed_in = handin.parse(download(tab, "Download as JSON"))
    assert [(each.step, each.kind) for each in handed_in.steps] == [(3, "outline"), (4, "point")]
    assert handed_in.steps[0].first_gap == handed_in.steps[0].gap
    with tab.context.expect_page() as opened:
        tab.get_by_role("button", name="Sheet to print").click()
    sheet = opened.value
    assert sheet.locator("img").count() == 2
    assert sheet.locator("section").count() == 4
    sheet.close()


def test_a_link_brings_a_lesson_that_a_reload_does_not_lose(app, tab):
    source = (
        'title = "Mine"\nsummary = "Small"\n[[step]]\ntitle = "Read"\npage = "filters"\n'
        'question = "Look at **this** &amp; <3 and `that`."'
    )
    tab.goto(f"{app}/lessons")
    tab.locator("[data-testid=stFileUploader] input").set_input_files(
        {"name": "My Lesson.toml", "mimeType": "", "buffer": source.encode()}
    )
    tab.get_by_role("link", name="Start: Mine").wait_for()
    link = tab.evaluate(
        """async (text) => {
          const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
          const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
          return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
        }""",
        source,
    )
    tab.goto("about:blank")
    tab.goto(f"{app}/lessons#lesson={link}&name=mine")
    tab.get_by_text("Not from this server").wait_for()
    if AXE.is_file():
        tab.evaluate(AXE.read_text())
        assert tab.evaluate(CHECK, STREAMLIT) == []
    tab.get_by_role("link", name="Start: Mine").click()
    tab.wait_for_url(re.compile("filters.*lesson=link-mine"))
    tab.locator(".lesson h3", has_text="Read").wait_for()

    tab.reload()
    tab.locator(".lesson .origin").wait_for()
    assert tab.locator(".lesson p", has_text="Look at").inner_text() == (
        "Look at this &amp; <3 and that."
    )
    if AXE.is_file():
        tab.evaluate(AXE.read_text())
        assert tab.evaluate(CHECK, STREAMLIT) == []

    tab.get_by_role("button", name="Leave the lesson").click()
    tab.locator(".lesson").wait_for(state="detached")
    assert "lesson" not in tab.url.split("?")[1]
    assert json.loads(tab.evaluate("localStorage.getItem('aecore.lessons')"))["link-mine"]
