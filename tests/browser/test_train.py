"""`/train` in a real browser: press, leave, come back, stop, keep, open everywhere, restart."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from aecore.bench.harness.server import serve
from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.jobs import queue
from aecore.jobs import store as run_store
from tests.support import runs

pytest_plugins = ["tests.support.browser"]

METER = "globalThis.__aecoreForming"
PLACE = "document.querySelector('.st-key-train_shown')"
MANY = 500
"""Epochs, of the bundled digits: enough to look around meanwhile."""


@pytest.fixture
def settings(small_models, tmp_path, monkeypatch) -> Iterator[dict[str, str]]:
    """Models, runs and cache of this test alone."""
    models = tmp_path / "models"
    shutil.copytree(small_models, models)
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    yield {
        "AECORE_MODELS": str(models),
        "AECORE_RUNS": str(tmp_path / "runs"),
        "AECORE_CACHE": str(tmp_path / "cache"),
        "AECORE_DOWNLOAD": "off",
        "AECORE_DATA": "",
        "AECORE_TRAINING": "on",
    }
    for run in queue.list_runs().runs:  # a run outlives its server, but not its test
        queue.stop(run)
        runs.wait_for_end(run)


def wait_for(page, condition: str) -> None:
    # Not with every picture that the browser draws: training needs the processor.
    page.wait_for_function(condition, polling=200, timeout=180_000)


def later_than(page, epoch: int) -> int:
    """The epoch on show, once it is a later one."""
    wait_for(page, f"{METER}?.shown > {epoch}")
    return page.evaluate(f"{METER}.shown")


def go_to(page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    page.wait_for_url(f"**/{title.lower().replace(' ', '-')}?**")


def still_picture(canvas, other_than: str = "") -> str:
    """What is on a canvas once it has stopped moving."""
    return canvas.evaluate(
        """async (canvas, before) => {
            const wait = () => new Promise((done) => setTimeout(done, 200));
            for (let last; ; last = canvas.toDataURL(), await wait())
                if (canvas.toDataURL() === last && last !== before) return last;
        }""",
        other_than,
    )


def is_open_on(page, model: str) -> None:
    """The page's picker is at this model."""
    page.wait_for_function(
        "name => document.querySelector('.st-key-model input')?.value.startsWith(`${name} `)",
        arg=model,
    )


def test_from_pressing_train_to_a_model_of_ones_own(settings, page, visitor):
    with ExitStack() as servers:
        app = servers.enter_context(serve("app.py", settings))

        # Press: errors and map appear, and the canvas they are drawn on stays.
        page.goto(f"{app}/train")
        page.wait_for_selector("text=Data:")
        page.locator(".st-key-train_settings summary").click()
        epochs = page.get_by_role("spinbutton", name="Epochs", exact=True)
        epochs.fill(str(MANY))
        epochs.press("Enter")
        page.get_by_text("500 epochs").first.wait_for()
        page.locator(".st-key-train_start button").click()
        first = later_than(page, 0)
        run = page.evaluate(f"{METER}.key")
        wait_for(page, f"{PLACE}.getBoundingClientRect().top < 200")  # it has scrolled into view
        sheet = page.locator(".st-key-loss_curve canvas").first.element_handle()
        later_than(page, first)
        assert page.locator(".st-key-loss_curve polyline.test").get_attribute("points")
        assert sheet.evaluate("canvas => canvas.isConnected")
        assert "Epoch" in page.locator(".st-key-loss_curve .status").inner_text()

        # Looking back asks the server for nothing, and the newest does not push in.
        page.get_by_label("Epoch on show").press("Home")
        page.get_by_role("button", name="Live", exact=True).wait_for()
        assert page.evaluate(f"{METER}.shown") == 0

        # Ctrl and the wheel zoom, and all dots come back.
        dots = page.locator(".forming .map canvas")
        whole, box = still_picture(dots), dots.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -500)
        page.keyboard.up("Control")
        assert still_picture(dots, other_than=whole) != whole
        page.locator(".forming .navigation").get_by_role("button", name="Reset").click()
        assert still_picture(dots) == whole
        page.get_by_role("button", name="Live", exact=True).click()

        # Leave, reload, come back: the same run, further on; another tab sees it too.
        go_to(page, "Filters")
        page.get_by_text("Training in progress").wait_for()
        page.reload()
        page.get_by_text("Training in progress").wait_for()
        before = run_store.read(run.partition("@")[0]).epoch
        go_to(page, "Train")
        later_than(page, before)
        assert page.evaluate(f"{METER}.key") == run
        other = visitor.new_page()
        other.goto(f"{app}/train")
        later_than(other, before)
        assert other.evaluate(f"{METER}.key") == run

        # Stop, in the other tab: both say so, and what was learned can be kept.
        other.locator(".st-key-train_stop button").click()
        wait_for(page, f"{METER}.state === 'stopped'")
        other.close()
        name = page.get_by_role("textbox", name="Save as")
        name.fill("mine")
        page.locator(".st-key-train_keep button").click()
        page.get_by_text("Saved as").wait_for()

        # It opens everywhere.
        page.locator(".st-key-train_open").get_by_role("link", name="Show the latent space").click()
        page.locator(".st-key-latent_map .main-svg").first.wait_for()
        is_open_on(page, "mine")
        assert "model=mine" in page.url
        go_to(page, "Generate")
        page.wait_for_function("globalThis.__aecoreLive?.lastZ")
        is_open_on(page, "mine")
        go_to(page, "Your digit")
        page.locator(".st-key-digit_canvas canvas").first.wait_for()
        is_open_on(page, "mine")
        page.goto("about:blank")

    # The server starts anew: it is still there, and so is the run.
    kept = checkpoint_file.load(f"{settings['AECORE_MODELS']}/mine{catalog.SUFFIX}")
    assert kept.card.preset == "plane"
    assert len(kept.card.history) < MANY
    with serve("app.py", settings) as app:
        page.goto(f"{app}/train?model=mine")
        page.wait_for_selector("text=Data:")
        is_open_on(page, "mine")
        wait_for(page, f"{METER}?.state === 'stopped'")
        assert page.evaluate(f"{METER}.key") == run
        assert page.evaluate(f"{METER}.needs") == 0
        page.goto("about:blank")  # a page whose server ends complains
