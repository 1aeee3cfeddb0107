"""Every page, before and after use: axe-core finds nothing serious, and it fits every window."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest

from aecore.bench.harness.server import serve
from aecore.ui.pages import find_pages
from tests.support.axe import AXE, CHECK
from tests.support.browser import missing, wait_for_script

pytest_plugins = ["tests.support.browser"]

ROOT = Path(__file__).resolve().parents[2]
STREAMLIT = ("[data-testid=stSidebarNav]", "[data-testid=stFileUploader]", ".modebar")
"""What Streamlit and Plotly draw: lists whose items are wrapped, a section with two roles."""
SIZES = {"light": ((1280, 720), (1920, 1080)), "dark": ((820, 1180), (390, 844))}
"""Windows by color scheme; a page opens in the first."""
MISFITS = (ROOT / "tests/support/page_sizes.js").read_text()
STILL = ("train", "sweeps", "filters", "lessons")
"""Pages that may show no picture on their first screen: lists; before a run has begun; on a phone,
in the panel of a unit whose own test digits are not loaded."""


def hover(page) -> None:
    area = page.locator(".js-plotly-plot .nsewdrag")
    area.scroll_into_view_if_needed()  # a first visit's start card is above it
    chart = area.bounding_box()
    page.mouse.move(chart["x"] + chart["width"] / 3, chart["y"] + chart["height"] / 2)


def press(selector: str) -> Callable:
    return lambda page: page.locator(selector).first.click()


USES = {
    "map": hover,
    "generate": press("button:has-text('Sample a code')"),
    "filters": lambda page: page.locator("button[data-unit]").nth(3).click(),
    "reconstruct": press(".st-key-reconstruct_again button"),
    "denoise": press(".st-key-noise_kind button:has-text('Gaussian')"),
    "train": press("[data-testid=stExpander] summary"),
    "compare": press(".st-key-linked_maps button.label"),
    "your_digit": press("button[aria-label='Draw an 8'], button:has-text('Draw an 8')"),
}
"""What a visitor does on a page; on the others, reading is all."""


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[str]:
    """Address of the app with the shipped models, and nothing at hand."""
    settings = {
        "AECORE_DATA": "",
        "AECORE_CACHE": str(tmp_path_factory.mktemp("cache")),
        "AECORE_DOWNLOAD": "off",
    }
    with serve("app.py", settings) as address:
        yield address


@pytest.fixture(scope="module")
def tab(chromium) -> Iterator:
    context = chromium.new_context(reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def wait_until_idle(page) -> None:
    """Wait until the script has run and what it has changed is painted."""
    wait_for_script(page)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


@pytest.fixture(
    scope="module",
    params=list(product(SIZES, find_pages())),
    ids=lambda each: f"{each[1].name}-{each[0]}",
)
def visit(request, app, tab):
    """A page that has just been opened, its entry and the color scheme."""
    scheme, entry = request.param
    tab.emulate_media(color_scheme=scheme)
    resize(tab, SIZES[scheme][0])
    tab.goto(f"{app}/{entry.path}")
    tab.get_by_text(re.compile("Data: ")).locator("visible=true").first.wait_for()
    wait_until_idle(tab)
    return tab, entry, scheme


def resize(page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def test_no_serious_violation(visit):
    page, entry, _ = visit
    if not AXE.is_file():
        missing("axe-core is not installed: npm ci")
    page.evaluate(AXE.read_text())

    before = page.evaluate(CHECK, STREAMLIT)
    if entry.name in USES:
        USES[entry.name](page)
        wait_until_idle(page)

    assert before == []
    assert page.evaluate(CHECK, STREAMLIT) == []


def test_a_page_fits_every_window(visit):
    page, entry, scheme = visit
    page.mouse.move(0, 0)  # on a phone, the explanation unfolds under the pointer
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")
    misfits = []

    for size in SIZES[scheme]:
        resize(page, size)
        misfits += [(size, each) for each in last_misfits(page, still=entry.name in STILL)]

    assert misfits == []


def last_misfits(page, *, still: bool) -> list[str]:
    """What does not fit once the page has followed its window, a few frames later."""
    return page.evaluate(
        f"""async (still) => {{
            let found;
            for (let frame = 0; frame < 60 && found?.length !== 0; frame += 1) {{
                await new Promise(requestAnimationFrame);
                if (frame % 6 === 5) found = ({MISFITS})(still);
            }}
            return found;
        }}""",
        still,
    )


def test_a_presentation_is_large_and_leaves_out_what_is_beside(app, tab):
    resize(tab, (1280, 720))
    tab.goto(f"{app}/?present=1")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    caption = tab.locator("[data-testid=stCaptionContainer]").first
    open_sidebar = tab.locator("[data-testid=stSidebarCollapseButton] [aria-expanded=true]")

    tab.wait_for_function(f"{size} === 20")
    open_sidebar.wait_for(state="detached")
    assert last_misfits(tab, still=False) == []
    caption.wait_for(state="hidden")

    tab.locator(".st-key-present_switch button").first.click()
    tab.wait_for_function(f"{size} === 16 && !location.search.includes('present')")
    caption.wait_for(state="visible")


def test_the_whole_latent_space_is_on_the_first_screen_of_a_laptop(app, tab):
    resize(tab, (1280, 720))
    tab.goto(f"{app}/?model=plane&z=0,0")  # a first visit's card shows only where a model is all
    chart = tab.locator(".st-key-latent_map .js-plotly-plot")
    chart.wait_for()
    wait_until_idle(tab)

    box = chart.bounding_box()

    assert box["y"] + box["height"] <= 720
