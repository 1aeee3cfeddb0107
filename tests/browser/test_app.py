"""What a visitor does, in a real Chromium, on the shipped models."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from aecore.bench.harness.server import serve
from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.presets import PRESETS
from tests.conftest import MNIST_FOLDER
from tests.support.browser import digit_picture, download, wait_for_script, watched
from tests.support.live_map import place_of, point_at

pytest_plugins = ["tests.support.browser"]

REPOSITORY = Path(__file__).resolve().parents[2]
DRAWN = ".st-key-latent_map .js-plotly-plot .main-svg"


@pytest.fixture(scope="module")
def temporary(tmp_path_factory) -> Path:
    """The server's folder for temporary files."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module", params=["MNIST", "bundled digits"])
def app(request, temporary, tmp_path_factory) -> Iterator[str]:
    """Address of the app, once with MNIST and once with nothing at hand."""
    if request.param == "MNIST":
        request.getfixturevalue("mnist_folder")
    settings = {
        "AECORE_DATA": str(MNIST_FOLDER) if request.param == "MNIST" else "",
        "AECORE_CACHE": str(tmp_path_factory.mktemp("cache")),
        "AECORE_DOWNLOAD": "off",
        "TMPDIR": str(temporary),
    }
    with serve("app.py", settings) as address:
        yield address


HIDDEN = re.compile(r"\.|__pycache__")
OFFLINE = pytest.mark.parametrize("app", ["bundled digits"], indirect=True)
"""For what does not depend on where the digits come from."""


def wait_until_idle(page) -> None:
    """Wait until the server has nothing more to say."""
    page.wait_for_selector("text=Data:")
    wait_for_script(page)


TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FETCHED = "performance.getEntriesByType('resource').map(each => each.name.split('/').at(-1))"


@OFFLINE
def test_the_browser_has_the_code_of_charts_before_the_map_has_come(app, page):
    def fetched(path: str) -> list[str]:
        page.goto(f"{app}/{path}")
        wait_until_idle(page)
        names = [name.partition(".")[0] for name in page.evaluate(FETCHED)]
        return [name for name in names if name in ("PlotlyChart", "Selectbox")]

    assert fetched("") == ["PlotlyChart", "Selectbox"]
    assert fetched("data") == []  # a second of work for nothing


def test_first_screen_shows_the_map_and_names_the_digits(app, page):
    page.goto(app)

    page.wait_for_selector(DRAWN)
    wait_until_idle(page)

    traces = page.eval_on_selector(
        ".st-key-latent_map .js-plotly-plot",
        "plot => plot._fullData.filter(t => /^[0-9]$/.test(t.name)).map(t => t._length)",
    )
    assert len(traces) == 10
    assert sum(traces) == 10_000
    assert page.locator(".st-key-model").count() == 1


@OFFLINE
def test_the_model_goes_along_from_page_to_page_and_survives_a_reload(app, page):
    page.goto(f"{app}/reconstruct?model=wide")
    wait_until_idle(page)

    page.get_by_role("link", name="Filters").click()
    page.wait_for_selector("text=256 encoder filters")
    wait_until_idle(page)
    page.reload()
    wait_until_idle(page)

    assert "model=wide" in page.url
    assert page.locator(".st-key-model input").input_value().startswith("wide")
    units = page.locator(".st-key-filter_gallery .units button")
    units.nth(63).wait_for()  # the gallery draws itself once its script has come
    assert units.count() == 64


@OFFLINE
def test_two_tabs_keep_their_own_models(app, page, visitor):
    with watched(visitor) as other:
        page.goto(f"{app}/generate?model=plane")
        wait_until_idle(page)
        other.goto(f"{app}/generate?model=wide")
        wait_until_idle(other)

        page.get_by_role("link", name="Reconstruct").click()
        wait_until_idle(page)
        other.get_by_role("link", name="Reconstruct").click()
        wait_until_idle(other)
        page.reload()
        wait_until_idle(page)

        assert "model=plane" in page.url
        assert "model=wide" in other.url


@OFFLINE
def test_a_file_waits_for_a_slow_browser_while_others_are_at_work(app, page, visitor):
    page.goto(f"{app}/generate?model=plane")
    wait_until_idle(page)
    with page.expect_response(lambda response: response.url.endswith(".png")) as made:
        assert download(page, "Digit as PNG")

    with watched(visitor) as other:
        for title in ("Reconstruct", "Denoise", "Compare"):
            other.goto(f"{app}/{title.lower()}?model=plane")
            wait_until_idle(other)

    assert page.request.get(made.value.url).ok


@OFFLINE
def test_the_noisy_row_follows_its_controls_and_the_slider_before_it_is_let_go(app, page):
    page.goto(f"{app}/denoise?model=denoise-mask")
    wait_until_idle(page)
    selector = ".st-key-denoise_grid img[alt^='noisy']"
    noisy = page.locator(selector).first
    changed = f'before => document.querySelector("{selector}").src !== before'

    first = noisy.get_attribute("src")
    page.locator(".st-key-noise_kind").get_by_text("Gaussian").click()
    page.wait_for_function(changed, arg=first)
    wait_until_idle(page)
    second = noisy.get_attribute("src")
    track = page.locator(".st-key-noise_level [role=group]").bounding_box()
    page.mouse.move(track["x"] + 0.5 * track["width"], track["y"] + 0.5 * track["height"])
    page.mouse.down()
    page.mouse.move(track["x"] + 0.9 * track["width"], track["y"] + 0.5 * track["height"])
    page.wait_for_function(changed, arg=second)

    assert "level" not in page.url  # the server has not heard of it
    assert "standard deviation" in page.locator(".st-key-noise_level").inner_text()
    page.mouse.up()
    page.wait_for_url("**level=0.9*")
    wait_until_idle(page)

    page.evaluate("globalThis.__aecoreSweeps.clear()")  # what the tab has lost is sent again
    page.locator(".st-key-noise_level input").press("ArrowLeft")
    page.wait_for_function("globalThis.__aecoreSweeps.size === 1")
    wait_until_idle(page)

    # The level stays in sight, and its handle is large enough for a finger. Scrolled to again
    # and again: a chart that is drawn anew meanwhile moves the page.
    handle = page.get_by_test_id("stSliderThumbValue").locator("..")
    page.wait_for_function(
        """handle => {
            document.querySelector(".st-key-denoise_curve").scrollIntoView();
            const { top } = handle.getBoundingClientRect();
            return top > 0 && top < 200;
        }""",
        arg=handle.element_handle(),
    )
    box = handle.bounding_box()
    assert min(box["width"], box["height"]) >= 24


def files(*folders: Path) -> set[Path]:
    """All but what is hidden or compiled."""
    return {
        path
        for folder in folders
        for path in folder.rglob("*")
        if not any(HIDDEN.match(part) for part in path.relative_to(folder).parts)
    }


def choose_file(page, name: str, content: bytes) -> None:
    page.set_input_files(
        ".st-key-digit_upload input[type=file]",
        {"name": name, "mimeType": "image/png", "buffer": content},
    )


def test_an_upload_is_understood_by_every_model(app, page):
    page.goto(f"{app}/your-digit?model=plain-32")
    wait_until_idle(page)

    choose_file(page, "one.jpg", digit_picture())

    result = page.locator(".st-key-digit_result")
    result.get_by_text("nearest test digits").first.wait_for()
    wait_until_idle(page)
    assert "This looks like a 1" in result.inner_text()
    for name in PRESETS:
        assert result.get_by_text(name).count() >= 1


@OFFLINE
def test_wrong_uploads_get_one_message_each_a_pasted_one_works_and_no_file_stays(
    app, page, temporary
):
    page.goto(f"{app}/your-digit")
    wait_until_idle(page)
    before = files(temporary, REPOSITORY)

    for name, content in {
        "nothing.png": b"",
        "words.png": b"this is no picture",
        "half.png": digit_picture()[:40],
    }.items():
        choose_file(page, name, content)

        alert = page.locator("[data-testid=stAlert]", has_text=name)
        alert.wait_for()
        assert page.locator("[data-testid=stException]").count() == 0
        assert "Traceback" not in alert.inner_text()

    page.evaluate(
        """(content) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const pasted = new DataTransfer();
          pasted.items.add(new File([bytes], "image.png", {type: "image/png"}));
          document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: pasted}));
        }""",
        base64.b64encode(digit_picture()).decode(),
    )
    page.locator(".st-key-digit_result").get_by_text("looks like a 1").wait_for()
    assert files(temporary, REPOSITORY) == before


def test_a_choice_made_while_a_page_measures_is_not_undone(app, page):
    """Each place of the square has a curve of its own to be measured."""
    page.goto(f"{app}/denoise?model=plain-32&noise=occlusion")
    slider = page.locator(".st-key-noise_column input")
    slider.wait_for()
    wait_for_script(page)

    for _ in range(8):
        slider.press("ArrowRight")
        page.wait_for_timeout(200)

    page.wait_for_url(lambda url: "column=22" in url)
    wait_for_script(page)
    assert slider.input_value() == "22"
    assert "column=22" in page.url


def test_a_first_visit_is_welcomed_until_the_card_is_dismissed(app, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(60_000)
    with watched(context) as page:
        page.goto(app)
        card, pipe = page.locator(".st-key-start"), page.locator(".start .pipe")
        pipe.wait_for(timeout=60_000)  # the first page of a cold server, beside another one
        page.locator(".start .pipe[data-stage='']").wait_for()  # a digit has come through
        wait_until_idle(page)
        assert card.bounding_box()["height"] <= 0.4 * 844
        assert (
            page.locator(".start .question").inner_text() == "Can 784 pixels fit into two numbers?"
        )
        assert re.search(r"−?\d\.\d\d\n−?\d\.\d\d", pipe.inner_text())
        assert page.locator(".aecore-invitation").is_hidden()

        page.locator(".start .close").focus()
        page.keyboard.press("Tab")
        digit = pipe.get_by_role("img").first.get_attribute("aria-label")
        page.keyboard.press("Enter")  # another digit
        page.locator(f".pipe > :first-child > :not(small, [aria-label='{digit}'])").wait_for()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")  # away with it
        card.wait_for(state="hidden")
        page.locator(".aecore-invitation").wait_for(state="visible")

        page.reload()
        page.wait_for_selector(DRAWN)
        wait_until_idle(page)
        assert card.is_hidden()
        assert page.locator(".st-key-start a").count() == 0

        # The sidebar has room in a window that is widened far enough, and only then.
        sidebar = page.get_by_test_id("stSidebarNav")
        page.set_viewport_size({"width": 820, "height": 844})
        page.locator("[data-testid=stExpandSidebarButton]").wait_for()
        page.set_viewport_size({"width": 1280, "height": 844})
        sidebar.get_by_role("link", name="Generate").wait_for()
        page.set_viewport_size({"width": 390, "height": 844})
        page.evaluate(TWO_FRAMES)  # the page is told of each size, not of the last one alone
        page.set_viewport_size({"width": 820, "height": 844})
        page.locator("[data-testid=stExpandSidebarButton]").wait_for()
    context.close()


def code_among_its_own(label: int) -> np.ndarray:
    """The code of the test digit that is farthest from those of other classes, in `plane`."""
    plane = checkpoint_file.load(catalog.find("plane"))
    codes, is_own = plane.codes.astype(float), plane.labels == label
    others = cKDTree(codes[~is_own])
    return codes[is_own][others.query(codes[is_own])[0].argmax()]


@OFFLINE
def test_no_card_in_a_frame_and_none_after_it_has_led_to_the_tour(app, chromium):
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(60_000)
    with watched(context) as page:
        page.goto(f"{app}/?embed=true")
        page.wait_for_selector(DRAWN)
        wait_until_idle(page)
        assert page.locator(".st-key-start").is_hidden()

        page.goto(app)
        page.locator(".st-key-start").get_by_role("link", name="Take the tour").click()
        page.wait_for_url("**/your-digit?**lesson=tour&step=1**")
        tour = page.locator("section.lesson")
        go_on = tour.get_by_role("button", name="Next")

        # A drawing ends the first two steps, and goes along.
        page.get_by_role("button", name="Draw a 2").click()
        go_on.press("Enter")
        tour.get_by_text("2 of 7").wait_for()
        wait_for_script(page)
        page.get_by_role("button", name="Draw a 3").click()
        go_on.click()

        # From the 4s to the 9s, and out of the data.
        tour.get_by_text("3 of 7").wait_for()
        page.locator(".aecore-probe").wait_for(state="attached")
        wait_until_idle(page)
        for label in (4, 9):
            page.mouse.move(*place_of(page, code_among_its_own(label)))
            page.locator("#probe").get_by_text(re.compile(f"nearest: .* a {label}")).wait_for()
        tour.get_by_text("Done.").wait_for()
        go_on.click()
        tour.get_by_text("4 of 7").wait_for()
        wait_until_idle(page)
        for corner in ((0.5, 0.5), (0.01, 0.01)):
            page.mouse.move(*point_at(page, *corner), steps=10)
        go_on.click()
        tour.get_by_text("5 of 7").wait_for()
        page.locator(".st-key-your_digit_denoise").wait_for()  # the drawing is still there
        assert "drawing=" in page.url

        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Latent space").click()
        page.wait_for_selector(DRAWN)
        wait_until_idle(page)
        assert page.locator(".st-key-start").is_hidden()
    context.close()
